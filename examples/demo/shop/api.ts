import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Order } from '../messages.ts';
import type { PricingPool } from '../pricing/pool.ts';
import type { OrderDesk } from './order-desk.ts';

export interface Api {
  readonly baseUrl: string;
  close(): Promise<void>;
}

type Route = (body: string) => unknown;

/** Serves the shop on a free port of this machine. */
export async function openApi(desk: OrderDesk, pricing: PricingPool): Promise<Api> {
  const routes: Record<string, Route> = {
    'POST /orders': (body) => desk.place(JSON.parse(body) as Order),
    'POST /price-list': (body) => ({ threadsTold: pricing.updatePrices(body) }),
  };

  const server = createServer(async (request, response) => {
    const { status, answer } = await answerTo(routes, request);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}`,
    close: async () => {
      server.close();
      await once(server, 'close');
    },
  };
}

async function answerTo(routes: Record<string, Route>, request: IncomingMessage) {
  const route = routes[`${request.method} ${request.url}`];
  if (!route) return { status: 404, answer: { error: 'no such page' } };
  try {
    return { status: 200, answer: await route(await text(request)) };
  } catch (error) {
    const { message } = error as Error;
    console.error(`${request.method} ${request.url} failed: ${message}`);
    return { status: 500, answer: { error: message } };
  }
}
