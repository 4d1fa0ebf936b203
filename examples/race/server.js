import { parseArgs } from 'node:util';
import { buildApp } from './app.js';
import { visitAll } from './client.js';
import { customers } from './customers.js';

const { values } = parseArgs({ options: { requests: { type: 'string', default: '2' } } });
const visitors = customers.slice(0, Number(values.requests));

const app = buildApp();
// Port 0: the system picks a free one, on this machine only.
const baseUrl = await app.listen({ host: '127.0.0.1', port: 0 });

const answers = await visitAll({ server: app.server, baseUrl, visitors });
await app.close();

for (const [index, { customer, statement }] of answers.entries()) {
  const verdict = statement.addressedTo === customer.name ? 'ok' : 'WRONG';
  console.log(
    `request ${String(index + 1).padStart(2)}  from ${customer.name.padEnd(6)} ` +
      `${statement.euros} EUR, addressed to ${statement.addressedTo.padEnd(6)} ${verdict}`,
  );
}

const misdirected = answers.filter(({ customer, statement }) => statement.addressedTo !== customer.name);
console.log(`${misdirected.length} of ${answers.length} statements are addressed to somebody else`);
