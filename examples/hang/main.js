import { Worker } from 'node:worker_threads';
import { createDock } from './dock.js';
import { labels } from './labels.js';
import { load, unload } from './shift.js';
import { readAddress } from './address.js';

const dock = createDock();
const scale = new Worker(new URL('./scale.js', import.meta.url), { workerData: { parcels: labels.length } });
scale.on('error', (error) => console.error(error));

load(dock, 'van 7', ['P-101', 'P-102']);
unload(dock, 'lorry 3', ['P-201']);

console.log(`night shift, process ${process.pid}`);
setTimeout(sortParcels, 300);

function sortParcels() {
  const sorted = new Map();
  for (const [position, label] of labels.entries()) {
    const address = readAddress(label);
    const route = address === null ? 'by hand' : `route ${address.postcode.slice(0, 2)}`;
    sorted.set(route, [...(sorted.get(route) ?? []), position]);
    console.log(`${label.slice(0, 24).padEnd(24)} ${route}`);
  }
  console.log(`sorted: ${[...sorted].map(([route, positions]) => `${route} ${positions.length}`).join(', ')}`);
}
