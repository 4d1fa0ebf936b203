import { createServer } from 'node:http';
import { sell } from './office.js';

function answer(request, response) {
  const name = new URL(request.url, 'http://office').searchParams.get('name');
  const seat = sell(name);
  // One connection per order: the cluster hands connections out in turn.
  response.setHeader('connection', 'close');
  response.end(JSON.stringify({ name, seat }));
  if (seat !== null) process.send({ sold: 1 });
}

createServer(answer).listen(0, '127.0.0.1');
