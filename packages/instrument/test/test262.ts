/*
 * Runs programs of tc39/test262 plain and instrumented and lists those whose outcome differs. Not part of the tests:
 * it needs a checkout of test262 and takes minutes.
 *
 *   node --experimental-vm-modules packages/instrument/test/test262.ts CHECKOUT
 *     [--under test/language/statements] [--filter TEXT] [--skip TEXT] [--every 10] [--shard 0/24] [--levels boundaries,locals,expressions]
 *     [--modes sloppy,strict] [--runtime real|reference] [--report FILE]
 *
 * As test262 asks for, a script without a flag runs sloppy and strict; each of these is one test.
 *
 * The reference runtime checks the discipline of frames and tokens; the real one is the recorder's, and what it wrote is
 * decoded after each program. The report has the numbers per folder.
 *
 * Node keeps the contexts of `vm` that were given a module loader, which fills the memory after some thousand programs:
 * `test262-all.ts` runs everything, a shard per process.
 *
 * Needs a Node that runs TypeScript (22.18 and later). Exit code 1 when a program was lost.
 */
import { readdirSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import vm from 'node:vm';
import { InsertionMap, instrument, InstrumentError, type SourceType } from '../src/index.ts';
import type { Level } from '../src/plan/levels.ts';
import { installReferenceRuntime, type ReferenceRuntime } from './reference-runtime.ts';
import { planOfLevel } from './plan-of-level.ts';
import { createRealRuntime } from './real-runtime.ts';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    under: { type: 'string', default: 'test/language,test/annexB' },
    filter: { type: 'string', default: '' },
    skip: { type: 'string', default: '' },
    every: { type: 'string', default: '1' },
    shard: { type: 'string', default: '0/1' },
    levels: { type: 'string', default: 'boundaries,locals,expressions' },
    modes: { type: 'string', default: 'sloppy,strict' },
    verbose: { type: 'boolean', default: false },
    runtime: { type: 'string', default: 'reference' },
    report: { type: 'string' },
  },
});
const root = resolve(positionals[0] ?? '.');
const levels = options.levels.split(',') as Level[];
const modes = options.modes.split(',');

/** How long one script may run without a break, in ms. */
const TIMEOUT_MS = 30_000;
/** Turns of the event loop within which an asynchronous program must be done. */
const TURNS_MAX = 30;

interface Program {
  file: string;
  source: string;
  flags: Set<string>;
  includes: string[];
  negative: { phase: string; type: string } | undefined;
}

/** What `toString()` needs to show the original text of a function. */
interface Text {
  source: string;
  code: string;
  map: InsertionMap;
}

interface Outcome {
  /** '' when the program did what it should. */
  failure: string;
  runtime: ReferenceRuntime | undefined;
}

function readProgram(file: string): Program {
  const source = readFileSync(file, 'utf8');
  const front = /\/\*---([\s\S]*?)---\*\//.exec(source)?.[1] ?? '';
  const list = (name: string): string[] => {
    const inline = new RegExp(`^\\s*${name}:\\s*\\[([^\\]]*)\\]`, 'm').exec(front)?.[1];
    if (inline !== undefined)
      return inline
        .split(',')
        .map((item) => item.trim())
        .filter(Boolean);
    const block = new RegExp(`^${name}:\\s*\\n((?:\\s+-\\s.*\\n?)+)`, 'm').exec(front)?.[1];
    return block === undefined ? [] : [...block.matchAll(/-\s+(\S+)/g)].map((match) => match[1]!);
  };
  const negative = /negative:\s*\n\s+phase:\s*(\S+)\s*\n\s+type:\s*(\S+)/.exec(front);
  return {
    file,
    source,
    flags: new Set(list('flags')),
    includes: list('includes'),
    negative: negative === null ? undefined : { phase: negative[1]!, type: negative[2]! },
  };
}

const harnessScripts = new Map<string, vm.Script>();

function harness(name: string): vm.Script {
  let script = harnessScripts.get(name);
  if (script === undefined) {
    script = new vm.Script(readFileSync(join(root, 'harness', name), 'utf8'), { filename: name });
    harnessScripts.set(name, script);
  }
  return script;
}

const real = options.runtime === 'real' ? createRealRuntime() : undefined;

/** The runtime of one context, in which functions show their original text. */
interface Masked extends ReferenceRuntime {
  texts: Text[];
}

function installRuntime(context: vm.Context, global: object): Masked {
  const texts: Text[] = [];
  const runtime = installReferenceRuntime({ render: false, global });
  real?.install(global);
  const { Function: contextFunction } = vm.runInContext('({ Function })', context) as { Function: FunctionConstructor };
  const plainToString = contextFunction.prototype.toString;
  const masked = {
    toString(this: unknown): string {
      const shown = Reflect.apply(plainToString, this, []) as string;
      for (const { source, code, map } of texts) {
        const start = code.indexOf(shown);
        if (start < 0) continue;
        const range = map.originalRange(code, start, start + shown.length);
        return source.slice(range.start, range.end);
      }
      return shown;
    },
  };
  Object.defineProperty(contextFunction.prototype, 'toString', { value: masked.toString });
  return Object.assign(Object.create(runtime) as ReferenceRuntime, { texts });
}

/** Texts that our parser refuses, as it should where a program is to fail at that. */
let notInstrumented = 0;
/** Functions met and instrumented, at every level. */
const functions = { met: 0, instrumented: 0 };

/** The text to run: instrumented at a level, or as it is for `undefined` and where it cannot be parsed. */
function prepare(
  source: string,
  file: string,
  sourceType: SourceType,
  level: Level | undefined,
  runtime: Masked | undefined,
): string {
  if (level === undefined) return source;
  const moduleKey = `${relative(root, file)}:${runtime!.tables.size}`;
  try {
    const result = instrument({ source, fileName: file, sourceType, moduleKey, plan: planOfLevel(level) });
    functions.met += result.counts.functions;
    functions.instrumented += result.counts.instrumented;
    runtime!.tables.set(moduleKey, result.sites);
    runtime!.texts.push({ source, code: result.code, map: new InsertionMap(result.insertions) });
    return result.code;
  } catch (error) {
    if (!(error instanceof InstrumentError)) throw error;
    notInstrumented++;
    return source;
  }
}

async function run(program: Program, level: Level | undefined, strict: boolean): Promise<Outcome> {
  const context = vm.createContext(vm.constants.DONT_CONTEXTIFY as unknown as object);
  const global = vm.runInContext('globalThis', context) as Record<string, unknown>;
  const runtime = level === undefined ? undefined : installRuntime(context, global);
  const printed: string[] = [];
  const sourceType = program.flags.has('module') ? 'module' : 'script';
  let thrown: unknown;
  let didThrow = false;
  let phase = 'parse';
  try {
    define(global, context, (text) => printed.push(text));
    if (!program.flags.has('raw')) {
      for (const name of [
        'assert.js',
        'sta.js',
        ...(program.flags.has('async') ? ['doneprintHandle.js'] : []),
        ...program.includes,
      ]) {
        harness(name).runInContext(context);
      }
    }
    const source = strict ? `"use strict";\n${program.source}` : program.source;
    const code = prepare(source, program.file, sourceType, level, runtime);
    const importModuleDynamically = moduleLoader(context, level, runtime);
    if (sourceType === 'module') {
      const module = await loadModule(context, program.file, code, importModuleDynamically, new Map());
      phase = 'resolution';
      await module.link(module.linker);
      phase = 'runtime';
      if (module.status === 'linked') await module.evaluate({ timeout: TIMEOUT_MS });
    } else {
      const script = new vm.Script(code, {
        filename: program.file,
        importModuleDynamically: importModuleDynamically as never,
      });
      phase = 'runtime';
      script.runInContext(context, { timeout: TIMEOUT_MS });
    }
  } catch (error) {
    didThrow = true;
    thrown = error;
  }
  if (program.flags.has('async') && !didThrow && program.negative === undefined) {
    for (let turn = 0; printed.length === 0 && turn < TURNS_MAX; turn++) await new Promise(setImmediate);
  }
  return { failure: judge(program, didThrow, thrown, phase, printed.at(-1)), runtime };
}

function judge(program: Program, didThrow: boolean, thrown: unknown, phase: string, done: string | undefined): string {
  const name = didThrow ? errorName(thrown) : '';
  if (program.negative !== undefined) {
    if (!didThrow) return 'did not throw';
    const wantsRuntime = program.negative.phase === 'runtime';
    if ((phase === 'runtime') !== wantsRuntime) return `threw ${name} in phase ${phase}`;
    return name === program.negative.type ? '' : `threw ${name}`;
  }
  if (didThrow) return `threw ${name}: ${String((thrown as Error)?.message ?? '').slice(0, 300)}`;
  if (!program.flags.has('async')) return '';
  if (done === undefined) return 'never done';
  return done === 'Test262:AsyncTestComplete' ? '' : done.slice(0, 300);
}

function errorName(thrown: unknown): string {
  try {
    return String((thrown as Error).constructor.name || (thrown as Error).name);
  } catch {
    return String(thrown);
  }
}

function define(global: Record<string, unknown>, context: vm.Context, print: (text: string) => unknown): void {
  const host = {
    createRealm() {
      const inner = vm.createContext(vm.constants.DONT_CONTEXTIFY as unknown as object);
      const innerGlobal = vm.runInContext('globalThis', inner) as Record<string, unknown>;
      define(innerGlobal, inner, print);
      return innerGlobal['$262'];
    },
    evalScript: (code: string) => vm.runInContext(code, context),
    detachArrayBuffer: (buffer: ArrayBuffer) => void structuredClone(buffer, { transfer: [buffer] }),
    gc: () => undefined,
    global,
    agent: {},
  };
  for (const [name, value] of Object.entries({ $262: host, print, setTimeout })) {
    Object.defineProperty(global, name, { value, writable: true, enumerable: false, configurable: true });
  }
}

type Loader = (specifier: string, referrer: { identifier?: string }) => Promise<vm.Module>;
type Linkable = vm.SourceTextModule & { linker: Parameters<vm.SourceTextModule['link']>[0] };

function moduleLoader(context: vm.Context, level: Level | undefined, runtime: Masked | undefined): Loader {
  const modules = new Map<string, Linkable>();
  const loader = async (
    specifier: string,
    referrer: { identifier?: string; filename?: string } | vm.Script,
  ): Promise<vm.Module> => {
    const from = (referrer as { identifier?: string }).identifier ?? (currentFile as string);
    const file = join(dirname(from), specifier);
    let module = modules.get(file);
    if (module === undefined) {
      const source = readFileSync(file, 'utf8');
      module = await loadModule(
        context,
        file,
        prepare(source, file, 'module', level, runtime),
        loader as Loader,
        modules,
      );
    }
    if (module.status === 'unlinked') await module.link(module.linker);
    if (module.status === 'linked') await module.evaluate({ timeout: TIMEOUT_MS });
    return module;
  };
  (loader as unknown as { link: unknown }).link = (file: string): Linkable | Promise<Linkable> => {
    const module = modules.get(file);
    if (module !== undefined) return module;
    const source = readFileSync(file, 'utf8');
    return loadModule(context, file, prepare(source, file, 'module', level, runtime), loader as Loader, modules);
  };
  return loader as Loader;
}

async function loadModule(
  context: vm.Context,
  file: string,
  code: string,
  loader: Loader,
  modules: Map<string, Linkable>,
): Promise<Linkable> {
  const module = new vm.SourceTextModule(code, {
    context,
    identifier: file,
    importModuleDynamically: loader as never,
  }) as Linkable;
  modules.set(file, module);
  module.linker = ((specifier: string, referrer: vm.Module) => {
    const target = join(dirname(referrer.identifier), specifier);
    if (target === file && referrer === module) return module;
    return (loader as unknown as { link: (file: string) => unknown }).link(target);
  }) as Linkable['linker'];
  return module;
}

let currentFile: string | undefined;

function* filesUnder(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesUnder(path);
    else if (entry.name.endsWith('.js') && !entry.name.includes('_FIXTURE')) yield path;
  }
}

const [shard, shards] = options.shard.split('/').map(Number) as [number, number];
const every = Number(options.every);
const tally = { programs: 0, tests: 0, plainPassed: 0, refused: 0, lost: 0, undisciplined: 0, events: 0, dropped: 0 };
/** Per folder: tests that pass plain, and lost ones. */
const folders = new Map<string, { passed: number; lost: number }>();
process.on('unhandledRejection', () => undefined);

let number = 0;
for (const folder of options.under.split(',')) {
  for (const file of filesUnder(join(root, folder))) {
    number++;
    if (number % every !== 0 || Math.floor(number / every) % shards !== shard || !file.includes(options.filter))
      continue;
    if (options.skip !== '' && file.includes(options.skip)) continue;
    const program = readProgram(file);
    if (program.flags.has('CanBlockIsFalse')) continue;
    currentFile = file;
    for (const strict of strictnesses(program)) await compare(program, strict);
    if (++tally.programs % 1000 === 0) report(`... ${JSON.stringify({ ...tally, notInstrumented })}`);
  }
}
report(JSON.stringify({ ...tally, notInstrumented, functions }));
if (options.report !== undefined) {
  const perFolder = Object.fromEntries(folders);
  writeFileSync(options.report, JSON.stringify({ ...tally, notInstrumented, functions, perFolder }, null, 1));
}
process.exitCode = tally.lost + tally.undisciplined > 0 ? 1 : 0;

/** Whether a program runs strict: none, one or both. */
function strictnesses({ flags }: Program): boolean[] {
  if (flags.has('raw') || flags.has('module')) return [false];
  if (flags.has('onlyStrict')) return [true].filter(() => modes.includes('strict'));
  return [false, true].filter(
    (strict) => modes.includes(strict ? 'strict' : 'sloppy') && !(strict && flags.has('noStrict')),
  );
}

/** One test: plain, and if it passes so, at every level. */
async function compare(program: Program, strict: boolean): Promise<void> {
  const name = `${relative(root, program.file)}${strict ? ' (strict)' : ''}`;
  tally.tests++;
  if (options.verbose) report(name);
  const plain = await run(program, undefined, strict);
  if (plain.failure !== '') return;
  tally.plainPassed++;
  const path = relative(root, program.file).split('/').slice(1, -1).slice(0, 3).join('/');
  const counts = folders.get(path) ?? { passed: 0, lost: 0 };
  folders.set(path, counts);
  counts.passed++;
  for (const level of levels) {
    const refusedBefore = notInstrumented;
    const { failure, runtime } = await run(program, level, strict);
    if (failure !== '') {
      tally.lost++;
      counts.lost++;
      report(`LOST ${name} [${level}] ${failure}`);
    }
    if (notInstrumented > refusedBefore && program.negative === undefined) {
      tally.refused++;
      report(`REFUSED ${name} [${level}]`);
    }
    const problems = real === undefined ? (runtime?.problems ?? []) : drain();
    if (problems.length > 0) {
      tally.undisciplined++;
      report(`PROBLEM ${name} [${level}] ${problems.slice(0, 3).join(' | ')}`);
    }
  }
}

/** What the recorder would have read; the problems with it. */
function drain(): string[] {
  try {
    const { events, dropped } = real!.drain();
    tally.events += events;
    tally.dropped += dropped;
    return [];
  } catch (error) {
    return [String(error)];
  }
}

function report(line: string): void {
  writeSync(1, `${line}\n`);
}
