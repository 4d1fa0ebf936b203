import { setTimeout as sleep } from 'node:timers/promises';

const bytesPerChunk = 37;
const chunkIntervalMs = 2;

/** What arrives by radio: text cut into pieces of equal length, without regard for the ends of lines. */
export async function* radioChunks() {
  const text = [...report()].join('\n');
  try {
    for (let start = 0; start < text.length; start += bytesPerChunk) {
      await sleep(chunkIntervalMs);
      yield text.slice(start, start + bytesPerChunk);
    }
  } finally {
    // Also reached when whoever listens has heard enough before the report is over.
    console.log('radio    off');
  }
}

function* report() {
  yield '# time;wind m/s;pressure hPa';
  yield* day({ name: 'Mon', calm: 2, gust: 9, pressure: 1013 });
  yield 'Mon 24:00;;%%noise%%';
  yield* day({ name: 'Tue', calm: 6, gust: 19, pressure: 1004 });
  yield* day({ name: 'Wed', calm: 1, gust: 4, pressure: 998 });
}

/** A reading every hour. A sine stands in for the weather, so that every run sees the same one. */
function* day({ name, calm, gust, pressure }) {
  for (let hour = 0; hour < 24; hour += 1) {
    const swing = (1 + Math.sin((hour - 6) / 3)) / 2;
    const wind = calm + (gust - calm) * swing;
    const hectopascals = pressure - 6 * swing;
    yield `${name} ${String(hour).padStart(2, '0')}:00;${wind.toFixed(1)};${hectopascals.toFixed(1)}`;
  }
}
