import { deflateRawSync } from 'node:zlib';
import {
  CAUSE_CODES,
  K,
  SITE_CATCH,
  SITE_EXPRESSION,
  SITE_FUNCTION,
  SITE_PROPERTY,
  SITE_SCOPE,
  SITE_SUSPEND,
  SITE_THROW,
  SITE_WRITE,
  type FunctionEntry,
  type ModuleSites,
  type SiteTuple,
} from '../../packages/format/src/index.ts';
import { openRecording, type Database } from '../../packages/store/src/index.ts';
import { StreamScript, type Scripted } from './stream-script.ts';

/** The program that the scripted recording pretends to have seen. */
const CART_SOURCE = `export class Cart {
  constructor(lines) {
    this.lines = lines;
  }
  total(rate) {
    let sum = 0;
    for (const line of this.lines) {
      sum += priceOf(line, rate);
    }
    return sum;
  }
}
function priceOf(line, rate) {
  return line.price * rate;
}
export async function pay(cart, limit) {
  const sum = cart.total(2);
  await null;
  if (sum > limit) throw new RangeError('too much: ' + sum);
  return sum;
}
`;

const MAIN_SOURCE = `import { Cart, pay } from './cart.js';
const cart = new Cart([{ price: 10 }, { price: 20 }, { price: 5 }]);
console.log('paid', await pay(cart, 100));
try {
  await pay(cart, 50);
} catch (error) {
  console.error(error.message);
}
`;

/** Site numbers below are indexes into these tables; the thread adds the base of the module. */
const CART = { total: 4, priceOf: 8, pay: 9 } as const;
const CART_BASE = 1;
const MAIN_BASE = 101;

class Cart {
  declare lines: Scripted;
  constructor(lines: Scripted) {
    this.lines = lines;
  }
}

function entry(
  name: string,
  kind: FunctionEntry['kind'],
  lines: [number, number],
  rest: Partial<FunctionEntry>,
): FunctionEntry {
  return {
    site: 0,
    name,
    kind,
    parent: 0,
    source: 0,
    line: lines[0],
    column: 0,
    endLine: lines[1],
    endColumn: 1,
    parameters: [],
    parameterVariables: [],
    level: 2,
    ceiling: 2,
    scope: 0,
    start: 0,
    end: 0,
    ...rest,
  };
}

const CART_SITES: ModuleSites = {
  version: 1,
  sources: ['src/cart.js'],
  names: ['=', 'let', 'const', '+=', 'lines', 'this', 'total(2)', 'call'],
  sites: [
    [SITE_FUNCTION, 1, 0, 1, 0, 0, 0],
    [SITE_SCOPE, 2, 0, 1, 0, 0, 0],
    [SITE_FUNCTION, 1, 1, 2, 2, 1, 0],
    [SITE_PROPERTY, 2, 1, 3, 4, 4, 5],
    [SITE_FUNCTION, 1, 2, 5, 2, 2, 0],
    [SITE_WRITE, 2, 2, 6, 8, 2, 1],
    [SITE_WRITE, 2, 2, 7, 15, 3, 2],
    [SITE_WRITE, 2, 2, 8, 6, 2, 3],
    [SITE_FUNCTION, 1, 3, 13, 0, 3, 0],
    [SITE_FUNCTION, 1, 4, 16, 0, 4, 0],
    [SITE_WRITE, 2, 4, 17, 8, 8, 2],
    [SITE_SUSPEND, 1, 4, 18, 2, 0, 0],
    [SITE_THROW, 1, 4, 19, 19, -1, 0],
    [SITE_EXPRESSION, 3, 4, 17, 14, 6, 7],
  ] satisfies SiteTuple[],
  functions: [
    entry('(module)', 'module', [1, 21], { parent: -1 }),
    entry('Cart.constructor', 'constructor', [2, 4], {
      site: 2,
      parameters: ['lines'],
      parameterVariables: [0],
      scope: 1,
    }),
    entry('Cart.total', 'method', [5, 11], {
      site: 4,
      parameters: ['this', 'rate'],
      parameterVariables: [-1, 1],
      scope: 2,
    }),
    entry('priceOf', 'function', [13, 15], {
      site: 8,
      parameters: ['line', 'rate'],
      parameterVariables: [4, 5],
      scope: 4,
    }),
    entry('pay', 'async', [16, 21], {
      site: 9,
      parameters: ['cart', 'limit'],
      parameterVariables: [6, 7],
      scope: 5,
    }),
  ],
  variables: [
    { name: 'lines', kind: 'param', scope: 1 },
    { name: 'rate', kind: 'param', scope: 2 },
    { name: 'sum', kind: 'let', scope: 2 },
    { name: 'line', kind: 'const', scope: 3 },
    { name: 'line', kind: 'param', scope: 4 },
    { name: 'rate', kind: 'param', scope: 4 },
    { name: 'cart', kind: 'param', scope: 5 },
    { name: 'limit', kind: 'param', scope: 5 },
    { name: 'sum', kind: 'const', scope: 5 },
  ],
  scopes: [
    scope('module', 0, -1, [1, 22], true),
    scope('function', 1, 0, [2, 4]),
    scope('function', 2, 0, [5, 11]),
    scope('for', 2, 2, [7, 9]),
    scope('function', 3, 0, [13, 15]),
    scope('function', 4, 0, [16, 21]),
  ],
  skipped: [],
};

const MAIN_SITES: ModuleSites = {
  version: 1,
  sources: ['src/main.js'],
  names: ['=', 'const', 'catch'],
  sites: [
    [SITE_FUNCTION, 1, 0, 1, 0, 0, 0],
    [SITE_SCOPE, 2, 0, 1, 0, 0, 0],
    [SITE_WRITE, 2, 0, 2, 6, 0, 1],
    [SITE_SUSPEND, 1, 0, 3, 20, 0, 0],
    [SITE_SUSPEND, 1, 0, 5, 2, 0, 0],
    [SITE_CATCH, 1, 0, 6, 9, 1, 0],
  ] satisfies SiteTuple[],
  functions: [entry('(module)', 'module', [1, 9], { parent: -1 })],
  variables: [
    { name: 'cart', kind: 'const', scope: 0 },
    { name: 'error', kind: 'catch', scope: 1 },
  ],
  scopes: [scope('module', 0, -1, [1, 10], true), scope('catch', 0, 0, [6, 8])],
  skipped: [{ name: 'strange', line: 30, reason: 'too large' }],
};

function scope(
  kind: 'module' | 'function' | 'for' | 'catch',
  ofFunction: number,
  parent: number,
  lines: [number, number],
  shared = false,
): ModuleSites['scopes'][number] {
  return { kind, function: ofFunction, parent, shared, line: lines[0], column: 0, endLine: lines[1], endColumn: 100 };
}

/** The stream of the program's main thread: times are multiples of 10 µs, so that every text of them is known. */
function scriptMain(script: StreamScript): void {
  const step = 10_000;
  let now = 0;
  const next = (): StreamScript => script.at((now += step));
  const lines = [{ price: 10 }, { price: 20 }, { price: 5 }];
  const cart = new Cart(lines) as unknown as Scripted;
  const total = (rate: number): number => {
    next().enter(CART_BASE + CART.total, [cart, rate]);
    let sum = 0;
    next().fact(K.WRITE, CART_BASE + 5, 0);
    for (const line of lines) {
      next().fact(K.WRITE, CART_BASE + 6, line);
      next().enter(CART_BASE + CART.priceOf, [line, rate]);
      next().returns(line.price * rate);
      sum += line.price * rate;
      next().fact(K.WRITE, CART_BASE + 7, sum);
    }
    next().returns(sum);
    return sum;
  };
  const pay = (limit: number): number => {
    const call = next().enter(CART_BASE + CART.pay, [cart, limit]);
    const sum = total(2);
    next().fact(K.WRITE, CART_BASE + 10, sum);
    next().suspend(CART_BASE + 11);
    return call;
  };
  const byAwait = (call: number) => ({ code: CAUSE_CODES.indexOf('await'), call, correlation: 1 });

  next().numbered(K.SCOPE_OPEN, MAIN_BASE + 1, 0);
  const main = next().enter(MAIN_BASE);
  next().enter(CART_BASE + 2, [lines]);
  next().fact(K.PROPERTY, CART_BASE + 3, cart, lines);
  next().returns(undefined);
  next().numbered(K.WRITE_SCOPED, MAIN_BASE + 2, 1, cart);
  const first = pay(100);
  next().suspend(MAIN_BASE + 3);
  next().resume(first, byAwait(first)).returns(70);
  next().resume(main, byAwait(first));
  next().fact(K.LOG, 1, 'paid 70\n');
  script.cut();
  const second = pay(50);
  next().suspend(MAIN_BASE + 4);
  const error = new RangeError('too much: 70');
  next()
    .resume(second, byAwait(second))
    .fact(K.THROW, CART_BASE + 12, error)
    .throws();
  next()
    .resume(main, byAwait(second))
    .fact(K.CATCH, MAIN_BASE + 5, error);
  next().fact(K.LOG, 2, 'too much: 70\n');
  next().returns(undefined);
  script.cut();
}

export interface ScriptedOptions {
  /** Leave it as a killed process does: no exit code, state open. */
  cutOff?: boolean;
  startedAt?: string;
}

/** Writes the scripted recording to `file`. */
export function writeScriptedRecording(file: string, options: ScriptedOptions = {}): void {
  const { db } = openRecording(file, {
    format_version: '1',
    started_at: options.startedAt ?? '2026-03-01T10:00:00.000Z',
    start_hrtime_ns: '1000',
    root: '/home/user/shop',
    tool_version: '0.0.0',
    clock: 'adaptive',
    state: options.cutOff ? 'open' : 'complete',
  });
  try {
    db.transaction(() => fill(db, options.cutOff ?? false));
  } finally {
    db.close();
  }
}

function fill(db: Database, cutOff: boolean): void {
  const script = new StreamScript();
  scriptMain(script);
  const endNs = 2_000_000;
  const argv = JSON.stringify(['/usr/bin/node', '/home/user/shop/src/main.js', '--fast']);
  db.prepare(
    `INSERT INTO processes(id, pid, parent_id, argv, cwd, node, config, start_ns, end_ns, exit_code, signal, complete, heartbeat_ns)
     VALUES(1, 4242, NULL, ?, '/home/user/shop', 'v20.20.2', '{"level":"locals"}', 0, ?, ?, NULL, ?, ?)`,
  ).run(argv, cutOff ? null : endNs, cutOff ? null : 0, cutOff ? 0 : 1, endNs);
  db.prepare(
    `INSERT INTO threads(id, process_id, kind, name, worker_id, parent_id, start_ns, end_ns, produced, stored, dropped, pruned)
     VALUES(1, 1, 'main', 'main', NULL, NULL, 0, ?, ?, ?, 0, 0)`,
  ).run(cutOff ? null : endNs, script.produced, script.produced);
  const module = db.prepare(
    `INSERT INTO modules(id, key, file, url, hash, format, level, source, sites, functions, instrumented, skipped_reason)
     VALUES(?, ?, ?, ?, ?, 'module', 2, ?, ?, ?, ?, ?)`,
  );
  const add = (
    id: number,
    file: string,
    source: string,
    sites: ModuleSites | undefined,
    reason: string | null,
  ): void => {
    const table = sites ? deflateRawSync(JSON.stringify(sites)) : null;
    // Module bodies are not counted, functions that were left out are.
    const count = sites ? sites.functions.length - 1 + sites.skipped.length : 0;
    module.run(
      id,
      `key-${id}`,
      file,
      `file:///home/user/shop/${file}`,
      `hash-${id}`,
      source,
      table,
      count,
      sites ? 1 : 0,
      reason,
    );
  };
  add(1, 'src/cart.js', CART_SOURCE, CART_SITES, null);
  add(2, 'src/main.js', MAIN_SOURCE, MAIN_SITES, null);
  add(3, 'src/broken.js', 'syntax error', undefined, 'parse error: Unexpected token (1:7)');
  const load = db.prepare(
    'INSERT INTO loads(thread_id, base, count, module_id, scope_instance, time_ns) VALUES(1, ?, ?, ?, ?, 0)',
  );
  load.run(CART_BASE, CART_SITES.sites.length, 1, 0);
  load.run(MAIN_BASE, MAIN_SITES.sites.length, 2, 1);
  const chunk = db.prepare(
    `INSERT INTO chunks(thread_id, chunk, fragment, first_event, events, first_call, calls, throws, start_ns, end_ns,
       max_depth, dropped_before, words, final, data) VALUES(1, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?)`,
  );
  script.pieces.forEach((piece, i) => {
    chunk.run(
      i,
      piece.firstEvent,
      piece.events,
      piece.firstCall,
      piece.calls,
      piece.throws,
      piece.startNs,
      piece.endNs,
      piece.maxDepth,
      piece.dropped,
      piece.words.length,
      new Uint8Array(piece.words.buffer),
    );
  });
  db.prepare('INSERT INTO samples VALUES(1, 1000000, 1.5, 0.25, 12000000)').run();
  db.prepare("INSERT INTO notes VALUES(1, 5000, 'driver', 'better-sqlite3')").run();
}
