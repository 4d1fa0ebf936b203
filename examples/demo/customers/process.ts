import { afternoonOrders, morningOrders, noonPriceList } from './day.ts';
import { ShopClient } from './shop-client.ts';

const [baseUrl] = process.argv.slice(2);
if (!baseUrl) throw new Error('Usage: process.ts BASE_URL');
const shop = new ShopClient(baseUrl);

console.log('\nMorning');
await shop.orderAll(morningOrders);

await shop.sendPriceList(noonPriceList);
console.log('\nAfternoon, with new prices from the supplier');
await shop.orderAll(afternoonOrders);
console.log();
