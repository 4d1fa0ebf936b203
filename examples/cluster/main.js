import { fork } from 'node:child_process';
import cluster from 'node:cluster';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const SERVERS = 2;

cluster.setupPrimary({ exec: fileURLToPath(new URL('server.js', import.meta.url)) });
const servers = Array.from({ length: SERVERS }, () => cluster.fork());
const soldBy = new Map();
for (const server of servers) {
  server.on('message', function noteSale({ sold }) {
    soldBy.set(server.id, (soldBy.get(server.id) ?? 0) + sold);
  });
}
const [address] = await Promise.all(servers.map(async (server) => (await once(server, 'listening'))[0]));

const client = fork(fileURLToPath(new URL('client.js', import.meta.url)), [String(address.port)]);
const [{ accepted, refused }] = await once(client, 'message');
for (const server of servers) server.disconnect();
await Promise.all(servers.map((server) => once(server, 'exit')));

console.log(`customers: ${accepted} tickets, ${refused} refused`);
for (const id of [...soldBy.keys()].sort()) console.log(`server ${id} sold ${soldBy.get(id)} of 5 seats`);
