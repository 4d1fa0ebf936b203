import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeProject, type Project } from '../support/programs.ts';

/* However a program ends, it ends as without the tracer, and its last call is in the recording. */

const LAST = 'function lastCall(word) { return word; }\n';

const FILES = {
  'natural.js': `${LAST}setTimeout(() => { console.log('end'); lastCall('natural'); }, 5);`,
  'exit-nested.js': `${LAST}
function three() { try { lastCall('nested'); process.exit(3); } finally { console.log('never'); } }
function two() { three(); }
function one() { two(); }
process.on('exit', (code) => console.log('exit listener', code));
one();`,
  'exit-listener.js': `${LAST}process.on('exit', () => { lastCall('in listener'); process.exitCode = 9; });`,
  'exit-async.mjs': `${LAST}await null; setImmediate(() => { lastCall('immediate'); process.exit(); }); process.exitCode = 4;`,
  'uncaught.js': `${LAST}function fail() { throw new TypeError('no ' + lastCall('luck')); }\nfail();`,
  'uncaught.mjs': `${LAST}function fail() { throw new TypeError('no ' + lastCall('luck')); }\nfail();`,
  'uncaught-value.js': `${LAST}lastCall('value'); throw { code: 1 };`,
  'uncaught-late.js': `${LAST}setTimeout(function late() { lastCall('late'); null.property; }, 5);`,
  'uncaught-handled.js': `${LAST}process.on('uncaughtException', (e) => { console.log('caught', e.message); lastCall('handled'); });
setTimeout(() => { throw new Error('once'); }, 1); setTimeout(() => console.log('still here'), 10);`,
  'rejection.js': `${LAST}async function refuse() { await null; lastCall('rejected'); throw new RangeError('too far'); }\nrefuse();`,
  'rejection-value.mjs': `${LAST}lastCall('42'); Promise.reject(42);`,
  'unsettled.mjs': `${LAST}lastCall('before');\nawait new Promise(() => {});`,
  'exit-code.js': `${LAST}process.exitCode = 5; lastCall('code');`,
  'bad-syntax.js': 'function (',
  'missing.js': `${LAST}lastCall('missing'); require('./no-such-file.js');`,
  // The recorder opens its file while the program starts; a process that is killed before that leaves nothing.
  'terminated.js': `${LAST}setTimeout(() => { lastCall('signal'); setTimeout(() => process.kill(process.pid, 'SIGTERM'), 500); }, 1000);`,
  'overflow.js': `${LAST}function down(n) { return down(n + 1) + 1; }\ntry { down(0); } catch (e) { console.log(e.name, lastCall('deep')); }`,
  'strict-rejections.js': `${LAST}process.on('unhandledRejection', (e) => { console.log(lastCall('seen'), e.message); });\nPromise.reject(new Error('left alone'));`,
};

/** Programs that never get to their last call. */
const WITHOUT_CALL = new Set(['bad-syntax.js']);

let project: Project;
beforeAll(() => {
  project = makeProject(FILES);
});
afterAll(() => project.remove());

describe.each(Object.keys(FILES))('%s', (script) => {
  test('ends as without the tracer, nothing missing', async () => {
    const recording = join(project.dir, `${script}.db`);
    const plain = await project.plain([script]);
    const recorded = await project.record([script], recording);
    expect(recorded).toEqual(plain);
    if (WITHOUT_CALL.has(script)) return;
    expect(await project.ask('calls', recording, '--function', 'lastCall')).toHaveLength(1);
    const info = (await project.ask('info', recording)) as {
      events: { produced: number; stored: number; dropped: number };
      processes: { exitCode: number | null }[];
      state: string;
    };
    if (plain.signal !== null) return;
    expect(info.state).toBe('complete');
    expect(info.processes[0]!.exitCode).toBe(plain.exitCode);
    expect(info.events).toMatchObject({ stored: info.events.produced, dropped: 0 });
  });
});
