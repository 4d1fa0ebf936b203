// Runs a program under V8's own debugger: node record-pauses.mjs <program> <output>. At every `debugger` statement it
// notes the frames of that program with the variables of all their scopes, and writes them as JSON at the end
// (OracleFrame[][] of compare-state.ts).
import { readFileSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { pathToFileURL } from 'node:url';

/**
 * @import { Debugger, Runtime } from 'node:inspector'
 * @import { OracleFrame } from './compare-state.ts'
 */
/** @typedef {OracleFrame['scopes'][number]['variables'][string]} OracleValue */

const [program = '', output = ''] = process.argv.slice(2);
const url = pathToFileURL(program).href;
const lines = readFileSync(program, 'utf8').split('\n');
const session = new Session();
session.connect();

/**
 * Properties of an object, as V8 answers at once.
 * @param {string | undefined} objectId
 * @returns {Runtime.PropertyDescriptor[]}
 */
function propertiesOf(objectId) {
  /** @type {Runtime.PropertyDescriptor[]} */
  let properties = [];
  session.post('Runtime.getProperties', { objectId: objectId ?? '', ownProperties: true }, (error, { result }) => {
    if (error) throw error;
    properties = result;
  });
  return properties;
}

/**
 * A value as the test compares it; plain objects and arrays with `depth` levels of what they hold.
 * @param {Runtime.RemoteObject | undefined} remote
 * @param {number} depth
 * @returns {OracleValue}
 */
function describe(remote, depth) {
  if (remote === undefined) return { type: 'missing' };
  const { type, subtype, className = '' } = remote;
  if (type === 'object' && subtype !== 'null') {
    const named = { type: className === 'Object' ? 'object' : subtype === 'array' ? 'array' : className };
    const isPlain = className === 'Object' || className === 'Array';
    return isPlain && depth > 0 ? { ...named, entries: entriesOf(remote.objectId, depth - 1) } : named;
  }
  if (type === 'function') return { type };
  return { type: subtype === 'null' ? 'null' : type, text: String(remote.unserializableValue ?? remote.value) };
}

/**
 * @param {string | undefined} objectId
 * @param {number} depth
 */
function entriesOf(objectId, depth) {
  const listed = propertiesOf(objectId).filter(({ enumerable }) => enumerable);
  return Object.fromEntries(listed.map(({ name, value }) => [name, describe(value, depth)]));
}

/**
 * Identifiers in the text of the function that a scope chain begins in; in all of the text for a module.
 * @param {Debugger.Scope[]} scopeChain
 */
function namesIn(scopeChain) {
  const { startLocation: start, endLocation: end } = scopeChain.find(({ type }) => type === 'local') ?? {};
  const text = start && end ? lines.slice(start.lineNumber, end.lineNumber + 1) : lines;
  return [...new Set(text.join('\n').match(/[\w$]+/g))];
}

const SCOPES = new Set(['local', 'block', 'closure', 'catch', 'module']);
/** @type {OracleFrame[][]} */
const pauses = [];
/** Id of the program's script: frames do not tell their URL. */
let script = '';
session.on('Debugger.scriptParsed', ({ params }) => {
  if (params.url === url) script = params.scriptId;
});
session.on('Debugger.paused', ({ params }) => {
  const frames = params.callFrames.filter(({ location }) => location.scriptId === script);
  pauses.push(
    frames.map(({ functionName, location, scopeChain }) => ({
      function: functionName,
      line: location.lineNumber + 1,
      names: namesIn(scopeChain),
      scopes: scopeChain
        .filter(({ type }) => SCOPES.has(type))
        .map(({ type, object }) => {
          const variables = propertiesOf(object.objectId).map(({ name, value }) => [name, describe(value, 1)]);
          return { type, variables: Object.fromEntries(variables) };
        }),
    })),
  );
});
session.post('Debugger.enable');
process.on('exit', () => {
  session.disconnect();
  writeFileSync(output, JSON.stringify(pauses));
});
await import(url);
