import { documents } from './documents.js';
import { Pool } from './pool.js';

const pool = new Pool(3);
const results = await Promise.allSettled(documents.map((document) => pool.run(document)));
await pool.close();

const totals = new Map();
for (const [index, { status, value, reason }] of results.entries()) {
  const { title } = documents[index];
  if (status === 'rejected') {
    console.log(`${title}: ${reason.message}`);
    continue;
  }
  for (const [word, count] of Object.entries(value)) totals.set(word, (totals.get(word) ?? 0) + count);
}
const most = [...totals].sort(([a, n], [b, m]) => m - n || a.localeCompare(b)).slice(0, 5);
console.log(most.map(([word, count]) => `${word} ${count}`).join(', '));
