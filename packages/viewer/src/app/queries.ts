/* Queries that were kept by hand, remembered by the browser. */
import { signal } from '@preact/signals';

export interface Query {
  title: string;
  query: string;
}

const KEY = 'execution-cinema-queries';
const KEPT_MAX = 50;

export const keptQueries = signal<readonly Query[]>(read());
/** What stands in the box, also while another panel is shown. */
export const queryText = signal(
  'SELECT function, count(*) AS calls, max(end_ns - start_ns) AS longest_ns\nFROM calls GROUP BY function ORDER BY calls DESC LIMIT 50',
);

export function keepQuery(query: Query): void {
  keptQueries.value = [query, ...keptQueries.value.filter(({ title }) => title !== query.title)].slice(0, KEPT_MAX);
  write();
}

export function forgetQuery(title: string): void {
  keptQueries.value = keptQueries.value.filter((query) => query.title !== title);
  write();
}

function read(): Query[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(stored)
      ? stored.filter((query) => typeof query?.title === 'string' && typeof query.query === 'string')
      : [];
  } catch {
    return []; // storage is off, or holds something else
  }
}

function write(): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(keptQueries.value));
  } catch {
    // Storage is off or full: kept until the page is closed.
  }
}
