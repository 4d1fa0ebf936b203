'use strict';
/* What the generated programs call. It is not recorded itself: it stands outside the folder of the programs. */
const { types } = require('node:util');

const LINES_MAX = 1500;
const FUEL = 250;
const TEXT_MAX = 300;

let lines = [];
let fuel = FUEL;
const keysAtStart = new Set(Object.keys(globalThis));

/** A value as text, without running any code of the program. */
function show(value, depth = 3) {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(stableMessage(value).slice(0, TEXT_MAX));
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value);
    case 'bigint':
      return `${BigInt.asIntN(64, value)}n`;
    case 'function':
      return types.isProxy(value) ? '<proxy>' : `<function ${ownText(value, 'name')}/${ownText(value, 'length')}>`;
    case 'object':
      return value === null ? 'null' : showObject(value, depth);
    default:
      return String(value);
  }
}

function ownText(object, name) {
  const own = Object.getOwnPropertyDescriptor(object, name);
  return own === undefined ? '-' : 'value' in own && typeof own.value !== 'object' ? String(own.value) : '<accessor>';
}

function showObject(value, depth) {
  if (types.isProxy(value)) return '<proxy>';
  if (value === globalThis) return '<global>'; // its keys tell that we are recorded
  if (types.isNativeError(value)) return `<${stableMessage(ownText(value, 'message'))}>`;
  if (types.isPromise(value)) return '<promise>';
  if (depth === 0) return '...';
  const keys = Reflect.ownKeys(value);
  const inner = keys.slice(0, 8).map((key) => {
    const own = Object.getOwnPropertyDescriptor(value, key);
    return `${String(key)}${own.enumerable ? '' : '!'}: ${'value' in own ? show(own.value, depth - 1) : '<accessor>'}`;
  });
  return `${Array.isArray(value) ? 'Array' : ''}{${inner.join(', ')}${keys.length > 8 ? `, +${keys.length - 8}` : ''}}`;
}

function log(...values) {
  if (lines.length < LINES_MAX) lines.push(values.map((value) => show(value)).join(' '));
  return values[0];
}

/** Ends programs that would run too long. True, so that it can stand in conditions. */
function tick() {
  if (--fuel < 0) throw new Error('out of fuel');
  return true;
}

/**
 * V8 names the callee in some messages by printing its own syntax tree, and functions by their compiled text;
 * recorded code has others. The rest of the message stays.
 */
function stableMessage(message) {
  return String(message)
    .replace(/^(?:Class extends value )?.* (is not (?:a function|iterable|a constructor|async iterable))/s, '... $1')
    .replace(/\((reading|setting) '.*(?:=>|function|class).*'\)/s, '($1 a function)')
    .replace(/^(Cannot destructure .*)'.*' as it is/s, '$1... as it is');
}

/** An error with the places of the program in its stack. */
function where(error) {
  if (!types.isNativeError(error)) return show(error);
  const frames = String(error.stack)
    .split('\n')
    .filter((line) => /^\s+at .*program-\d+\.[cm]?js/.test(line))
    .map((line) => line.trim().replace(/(?:file:)?[^\s(]*(program-\d+\.)/, '$1'));
  return `${error.name}: ${stableMessage(error.message)} ${frames.join(' | ')}`;
}

/** The place of an error made where this is called, exactly. */
function here(error) {
  const place = /program-\d+\.[cm]?js:(\d+:\d+)/.exec(String(error.stack).split('\n')[1] ?? '');
  return `here ${place?.[1]}`;
}

/** Keeps strings, arrays and big integers from growing without end. */
function cap(value) {
  if (typeof value === 'string') return value.slice(0, 40);
  if (typeof value === 'bigint') return BigInt.asIntN(32, value);
  return !types.isProxy(value) && Array.isArray(value) ? value.length : value;
}

/** At most four items, whatever it is given. */
function few(value) {
  return (Array.isArray(value) ? value : [value]).slice(0, 4).map(cap);
}

function noisy(name, value) {
  return {
    [Symbol.toPrimitive](hint) {
      log(`${name} to ${hint}`);
      return value;
    },
  };
}

/** A proxy whose every trap is logged. */
function spy(name, target = { p: 1, q: { r: 2 }, m: (a) => a }) {
  const traps = Reflect.ownKeys(Reflect).filter((key) => typeof Reflect[key] === 'function');
  const handler = Object.fromEntries(
    traps.map((trap) => [
      trap,
      (object, ...rest) => {
        log(`${name} ${trap} ${typeof rest[0] === 'string' ? rest[0] : typeof rest[0]}`);
        return Reflect[trap](object, ...rest);
      },
    ]),
  );
  return new Proxy(target, handler);
}

function box(name, value) {
  let kept = value;
  return {
    q: { r: 3 },
    m(a) {
      log(`${name}.m`, a);
      return this === undefined ? 'no this' : a;
    },
    get p() {
      log(`get ${name}.p`);
      return kept;
    },
    set p(next) {
      log(`set ${name}.p`, next);
      kept = next;
    },
  };
}

/** An iterator, or an asynchronous one, that says what is asked of it. */
function steps(name, count, asynchronous = false) {
  const answer = (result) => (asynchronous ? Promise.resolve(result) : result);
  let at = 0;
  return {
    [asynchronous ? Symbol.asyncIterator : Symbol.iterator]() {
      return this;
    },
    next(sent) {
      log(`${name} next`, sent);
      return answer({ value: at, done: at++ >= count });
    },
    return(value) {
      log(`${name} return`, value);
      return answer({ value, done: true });
    },
    throw(error) {
      log(`${name} throw`, error);
      return answer({ value: 'caught', done: true });
    },
  };
}

function thenable(name, value) {
  return {
    get then() {
      log(`${name} get then`);
      return (resolve) => {
        log(`${name} then`);
        resolve(value);
      };
    },
  };
}

const templates = new Map();
function tag(strings, ...values) {
  if (!templates.has(strings)) templates.set(strings, templates.size);
  return log([templates.get(strings), strings.raw.join('|'), ...values.map(cap)]);
}

/** What a program can learn about a function. */
function about(fn) {
  if (typeof fn !== 'function' || types.isProxy(fn)) return log('no function', fn);
  log(Function.prototype.toString.call(fn).length, show(fn), Reflect.ownKeys(fn).map(String).join());
  if (lines.length < LINES_MAX) lines.push(Function.prototype.toString.call(fn));
  return fn;
}

function globals() {
  return Object.keys(globalThis)
    .filter((key) => !keysAtStart.has(key))
    .join();
}

/** Runs one program to its end; its lines. Programs end when nothing was logged for some turns of the loop. */
async function runProgram(file) {
  lines = [];
  fuel = FUEL;
  templates.clear();
  try {
    if (file.endsWith('.mjs')) await import(file);
    else require(file);
  } catch (error) {
    log('program threw', where(error));
  }
  for (let turn = 0, quiet = 0, seen = 0; turn < 60 && quiet < 6; turn++) {
    await new Promise(setImmediate);
    quiet = lines.length === seen ? quiet + 1 : 0;
    seen = lines.length;
  }
  return lines;
}

process.on('unhandledRejection', (reason) => log('unhandled', where(reason)));
process.on('uncaughtException', (error) => log('uncaught', where(error)));

module.exports = {
  log,
  tick,
  where,
  here,
  cap,
  few,
  noisy,
  spy,
  box,
  steps,
  thenable,
  tag,
  about,
  globals,
  runProgram,
};
