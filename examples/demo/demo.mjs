// Records main.ts, says what the recording tells about the order that failed, and shows it in the browser: `pnpm demo`.
// Flags: --no-serve ends after the summary.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { basename, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { formatCall, formatMoment, openRecording, previewValue, recordingsFolder, valueToJson } from 'tracer/read';

const folder = fileURLToPath(new URL('.', import.meta.url));
const isTerminal = process.stdout.isTTY && !process.env.NO_COLOR;
const style = (code) => (text) => (isTerminal ? `\x1b[${code}m${text}\x1b[0m` : text);
const [bold, dim, red, cyan] = [1, 2, 31, 36].map(style);

/** How far back the values before the failing one are shown. */
const valuesBefore = 3;

const file = resolve(process.env.TRACER_OUT ?? join(recordingsFolder(folder), `${timeText(new Date())}-demo.db`));
const exitCode = await record(file);
const recording = openRecording(file);
try {
  summarize(recording, exitCode);
  explainFailure(recording);
  suggest();
} finally {
  recording.close();
}
if (!process.argv.includes('--no-serve')) await serve(file);

/** Shows the recording in the browser until Ctrl-C, as `tracer view` does. */
async function serve(recordingFile) {
  heading('In the browser');
  const command = fileURLToPath(new URL('cli.mjs', import.meta.resolve('tracer')));
  const viewer = spawn(process.execPath, [command, 'view', recordingFile], { stdio: 'inherit' });
  // The terminal sends Ctrl-C to both: this one waits for the other.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => viewer.kill(signal));
  const [code] = await once(viewer, 'exit');
  process.exitCode = code ?? 1;
}

/** Runs the program as `node --import tracer main.ts` does, its output indented. Returns its exit code. */
async function record(out) {
  heading('node --import tracer examples/demo/main.ts');
  const program = spawn(process.execPath, ['--import', import.meta.resolve('tracer'), join(folder, 'main.ts')], {
    cwd: folder,
    env: { ...process.env, TRACER_OUT: out, TRACER_QUIET: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [program.stdout, program.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => process.stdout.write(dim(text.replace(/^(?=.)/gm, '  '))));
  }
  const [code, signal] = await once(program, 'close');
  return code ?? signal;
}

function summarize(recording, exitCode) {
  const { processes, threads, functions, modules, calls, events, durationNs, bytes } = recording.info();
  heading('What was recorded');
  print(
    `${count(processes.length, 'process', 'processes')}, ${count(threads.length, 'thread')}, ${milliseconds(durationNs)}; exit code ${exitCode}, the program's own: one order failed`,
  );
  print(
    `${count(calls, 'call')} with arguments and results, ${count(events.stored, 'event')}, ${events.dropped} dropped`,
  );
  print(`${functions.instrumented} of ${count(functions.eligible, 'function')} in ${count(modules, 'file')}`);
  print(`${relative(process.cwd(), recording.file)} (${(bytes / 1024 ** 2).toFixed(1)} MB)`);
}

/** The first call that threw, what it was called with before, and where the wrong value turns up first. */
function explainFailure(recording) {
  const failed = recording.calls({ threw: true }).calls.sort((a, b) => a.endNs - b.endNs)[0];
  if (!failed) return;
  heading('The order that failed');
  print(red(`${failed.exception?.name}: ${failed.exception?.message}`));
  print(`thrown by ${callText(failed)}`);
  print(dim(`${failed.file}:${failed.line}, call ${failed.name}, ${milliseconds(failed.endNs)} after the start`));

  const bad = failed.arguments.find(({ value }) => value === null) ?? failed.arguments.at(-1);
  heading(`The values of ${bad.name}, call by call`);
  const history = [...recording.values(failed.function, bad.name)].filter(({ timeNs }) => timeNs <= failed.endNs);
  for (const { thread, event, call, value } of history.slice(-valuesBefore - 1)) {
    const isBad = formatCall(thread, call) === failed.name;
    const text = `${formatMoment(thread, event).padEnd(8)} ${previewValue(valueToJson(value))}`;
    print(isBad ? red(text) : text);
  }

  heading('Where the null comes from: the first NaN of the day (JSON has none, and makes it null)');
  for (const { ns, call, name, value } of firstNotANumbers(recording)) {
    const found = milliseconds(ns).padEnd(9);
    print(`${found}${callText(call)} ${dim(`${basename(call.file)}:${call.line}, call ${call.name}`)}`);
    print(`${' '.repeat(9)}${cyan(name)} = ${previewValue(JSON.parse(value), 60)}`);
  }
}

/** Where a NaN appears first, one entry per function. */
function firstNotANumbers(recording) {
  const { rows } = recording.sql(`
    SELECT min(ns) AS ns, call_id, name, value FROM (
      SELECT c.start_ns AS ns, c.id AS call_id, a.name, a.value FROM arguments a JOIN calls c ON c.id = a.call_id
      UNION ALL SELECT time_ns, call_id, name, value FROM writes
      UNION ALL SELECT end_ns, id, 'result', result FROM calls) seen
    JOIN calls ON calls.id = seen.call_id
    WHERE seen.value LIKE '%"$value":"NaN"%' GROUP BY calls.function_id ORDER BY 1 LIMIT 4`);
  return rows.map(({ call_id: id, ...row }) => {
    const { call } = recording.tree({ root: recording.call(String(id)), depth: 0 }).roots[0];
    return { ...row, call };
  });
}

function suggest() {
  heading('Look yourself');
  const commands = [
    ['npx tracer tree', 'who called whom'],
    ['npx tracer calls --threw', 'what failed, with arguments'],
    ['npx tracer values payableCents', 'every value of a name, when and where'],
    ['npx tracer info', 'what is in the recording, and what is not'],
    ['npx tracer view', 'the viewer, again'],
    ['npx tracer --help', 'everything else'],
  ];
  for (const [line, does] of commands) print(`${cyan(line.padEnd(34))}${dim(does)}`);
  console.log();
}

function callText({ function: name, arguments: values }) {
  return `${bold(name)}(${values.map((argument) => `${argument.name}: ${previewValue(argument.value, 40)}`).join(', ')})`;
}

function heading(text) {
  console.log(`\n${bold(text)}`);
}

function print(text) {
  console.log(`  ${text}`);
}

function count(number, one, many = `${one}s`) {
  return `${number.toLocaleString('en')} ${number === 1 ? one : many}`;
}

function milliseconds(ns) {
  return `${Math.round(ns / 1e6)} ms`;
}

/** As the tracer names recordings, so that they sort by time. */
function timeText(date) {
  return date.toISOString().replace('Z', '').replaceAll(/[:.]/g, '-');
}
