// A JSON server of the usual shape: routes, validation, a lookup, a serializer. Prints its port; ends on SIGTERM.
const fastify = require('fastify');

const server = fastify();
const items = new Map(Array.from({ length: 1000 }, (_, id) => [id, { id, name: `item ${id}`, price: id * 3 }]));

function priceOf(item, count) {
  const total = item.price * count;
  return total > 1000 ? total * 0.9 : total;
}

async function findItem(id) {
  const item = items.get(id);
  if (item === undefined) throw new Error(`no item ${id}`);
  return item;
}

const schema = { params: { type: 'object', properties: { id: { type: 'integer' } } } };
// oxlint-disable-next-line oxc/no-async-endpoint-handlers -- Fastify waits for its handlers
server.get('/items/:id', { schema }, async (request) => {
  const item = await findItem(request.params.id);
  const offers = [1, 10, 100].map((count) => ({ count, price: priceOf(item, count) }));
  return { ...item, offers };
});

process.once('SIGTERM', () => server.close().then(() => process.exit(0)));
server.listen({ port: 0, host: '127.0.0.1' }).then(() => process.stdout.write(`${server.server.address().port}\n`));
