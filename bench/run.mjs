// `pnpm bench [parts...]`: what recording costs. See README.md for what each line isolates.
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { describeMachine, machineLine } from './lib/machine.mjs';
import { formatTable, isMet } from './lib/rows.mjs';
import { PRELOAD } from './lib/run-program.mjs';

/**
 * What a part is told.
 * @typedef {{ repeats: number, seconds: number, minutes: number, millionEvents: number, nodes: string[], progress: (text: string) => void }} Context
 */

/** Part -> module, function, and what it measures. `optional` parts run only when named, or with --all. */
const PARTS = {
  fib: { module: 'calls', text: 'cost and bytes per call' },
  acorn: { module: 'programs', text: 'a parser, call-dense' },
  prettier: { module: 'programs', text: 'a formatter' },
  typescript: { module: 'programs', text: 'a compiler' },
  marked: { module: 'programs', text: 'a renderer' },
  fastify: { module: 'server', text: 'a server under load' },
  awaits: { module: 'programs', text: 'a million awaits' },
  values: { module: 'programs', text: 'values of every size' },
  startup: { module: 'start', text: 'start and end of a program that does nothing' },
  instrument: { module: 'start', text: 'instrumenting and loading a large project' },
  memory: { module: 'steady', text: 'memory over a time of full load' },
  budget: { module: 'steady', text: 'overhead under --budget' },
  reading: { module: 'reading', text: 'indexes, states, rows' },
  viewer: { module: 'viewer', text: 'the viewer in a browser: pictures, steps, panning, memory' },
  appmap: { module: 'calls', text: 'the same calls under appmap-node', optional: true },
};

const HELP = `pnpm bench [parts...] [flags]

Parts: ${Object.entries(PARTS)
  .map(([name, { text }]) => `\n  ${name.padEnd(12)}${text}`)
  .join('')}

Flags:
  --all            every part; without it, and without names, appmap is left out
  --repeats N      counted runs of each variant, interleaved (default 3)
  --seconds N      load on the server per run (default 5)
  --minutes N      full load for the memory part, plain and recorded each (default 0.5)
  --events N       million events of the recording that is read (default 7)
  --node PATH      a further Node for the start-up part (may be repeated)
  --json           machine output on stdout, one object

Examples:
  pnpm bench                         everything, in about 15 minutes
  pnpm bench fib acorn --repeats 7   two parts, more runs
  pnpm bench memory --minutes 10     the long form
  pnpm bench reading --events 50     a recording of 50 million events`;

const { values, positionals } = parse();
if (values.help) console.log(HELP);
else await main();

function parse() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        all: { type: 'boolean', default: false },
        repeats: { type: 'string', default: '3' },
        seconds: { type: 'string', default: '5' },
        minutes: { type: 'string', default: '0.5' },
        events: { type: 'string', default: '7' },
        node: { type: 'string', multiple: true, default: [] },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

/** @param {string} message @returns {never} */
function fail(message) {
  console.error(`bench: ${message}; see pnpm bench --help`);
  process.exit(2);
}

/** @param {string} name @param {string} text */
function positive(name, text) {
  const value = Number(text);
  return value > 0 ? value : fail(`--${name} must be a number above 0, not "${text}"`);
}

async function main() {
  const unknown = positionals.find((name) => !Object.hasOwn(PARTS, name));
  if (unknown !== undefined) fail(`there is no part "${unknown}" (parts: ${Object.keys(PARTS).join(', ')})`);
  if (!existsSync(new URL(PRELOAD))) fail('the tracer is not built: run pnpm build first');
  const names = Object.keys(PARTS).filter((name) => {
    const { optional } = /** @type {{ optional?: boolean }} */ (PARTS[/** @type {keyof typeof PARTS} */ (name)]);
    return positionals.length > 0 ? positionals.includes(name) : values.all || optional !== true;
  });
  const machine = describeMachine();
  if (!values.json) console.log(`${machineLine(machine)}\n`);
  const rows = [];
  const failures = [];
  for (const name of names) {
    const { module } = PARTS[/** @type {keyof typeof PARTS} */ (name)];
    const startMs = performance.now();
    try {
      const { [name]: measure } = await import(`./parts/${module}.mjs`);
      const made = await measure(contextOf(name));
      rows.push(...made);
      progress(name, `done in ${((performance.now() - startMs) / 1000).toFixed(0)} s`, true);
    } catch (error) {
      // One part that fails does not cost the others their figures.
      failures.push({ part: name, message: error instanceof Error ? error.message : String(error) });
      progress(name, 'FAILED', true);
    }
  }
  const result = {
    machine,
    repeats: Number(values.repeats),
    rows: rows.map((row) => ({ ...row, met: isMet(row) })),
    failures,
  };
  if (values.json) console.log(JSON.stringify(result, undefined, 2));
  else {
    console.log(`\n${formatTable(rows)}`);
    for (const { part, message } of failures) console.error(`\n${part}: ${message}`);
  }
  if (failures.length > 0) process.exitCode = 1;
}

/** @param {string} name @returns {Context} */
function contextOf(name) {
  return {
    repeats: positive('repeats', values.repeats),
    seconds: positive('seconds', values.seconds),
    minutes: positive('minutes', values.minutes),
    millionEvents: positive('events', values.events),
    nodes: [process.execPath, ...values.node],
    progress: (text) => progress(name, text, false),
  };
}

/** What goes on, on one line of a terminal; elsewhere only what is done. @param {string} name @param {string} text @param {boolean} done */
function progress(name, text, done) {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${name}: ${text}${done ? '\n' : ''}`);
  else if (done) process.stderr.write(`${name}: ${text}\n`);
}
