import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AlertDesk } from './alerts.js';
import { Lines } from './lines.js';
import { take, windowsOf } from './operators.js';
import { Parser } from './parser.js';
import { radioChunks } from './station.js';

const chunksHeard = 26;
const readingsPerWindow = 4;

const parser = new Parser();
parser.on('garbled', (line) => console.log(`skipped  ${JSON.stringify(line)}`));

const desk = new AlertDesk({ windPerSecond: 17, dropHectopascals: 3 });
desk.on('gale', ({ at, wind }) => console.log(`ALERT    ${at}  gale, ${wind} m/s`));
desk.on('front', ({ at, drop }) => console.log(`ALERT    ${at}  front coming in, -${drop.toFixed(1)} hPa`));
desk.once('calm', ({ at }) => console.log(`note     ${at}  first calm hour`));

await pipeline(
  Readable.from(take(chunksHeard, radioChunks())),
  new Lines(),
  parser,
  (readings) => windowsOf(readings, readingsPerWindow),
  async function (windows) {
    for await (const window of windows) {
      const { from, to, wind, pressure } = window;
      console.log(`average  ${from} - ${to}  ${wind.toFixed(1).padStart(4)} m/s  ${pressure.toFixed(1)} hPa`);
      desk.inspect(window);
    }
  },
);

console.log(`${parser.accepted} readings, ${parser.rejected} lines skipped, ${desk.alerts} alerts`);
