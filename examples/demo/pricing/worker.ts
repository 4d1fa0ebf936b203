import { parentPort } from 'node:worker_threads';
import type { PricingReply, PricingRequest } from '../messages.ts';
import { openingPriceList, PriceList } from './price-list.ts';
import { quoteFor } from './quote.ts';

const shop = parentPort!;
const prices = new PriceList(openingPriceList);

shop.on('message', (request: PricingRequest) => {
  switch (request.kind) {
    case 'quote':
      return reply({ id: request.id, quote: quoteFor(request.order, prices) });
    case 'price list':
      return prices.update(request.csv);
    case 'close':
      return shop.close();
  }
});

function reply(message: PricingReply): void {
  shop.postMessage(message);
}
