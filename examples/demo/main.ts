import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { InvoicingOffice } from './invoicing/office.ts';
import { PricingPool } from './pricing/pool.ts';
import { openApi } from './shop/api.ts';
import { formatEuros } from './shop/money.ts';
import { OrderDesk } from './shop/order-desk.ts';

const pricing = new PricingPool(2);
const invoicing = new InvoicingOffice();
const desk = new OrderDesk(pricing, invoicing);
const api = await openApi(desk, pricing);
console.log('The shop is open: 2 pricing threads, 1 invoicing process.');

const customers = fork(fileURLToPath(new URL('./customers/process.ts', import.meta.url)), [api.baseUrl]);
const [exitCode] = await once(customers, 'exit');

await api.close();
await Promise.all([pricing.close(), invoicing.close()]);

const { invoiced, failed, revenueCents } = desk.day;
console.log(`The shop is closed: ${invoiced} orders invoiced, ${formatEuros(revenueCents)}; ${failed} failed.`);
if (failed > 0 || exitCode !== 0) process.exitCode = 1;
