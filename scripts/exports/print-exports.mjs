// Prints what each named package exports, by require and by import: names in their order, and what kind of value each
// is. Runs from a copy in the folder where the packages are installed.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** @param {unknown} value */
function shape(value) {
  if (typeof value !== 'function') return value === null ? 'null' : typeof value;
  const kind = /^class\b/.test(Function.prototype.toString.call(value)) ? 'class' : 'function';
  return `${kind} ${value.name}/${value.length}`;
}

/** @param {any} exported */
function list(exported) {
  if (exported === null || (typeof exported !== 'object' && typeof exported !== 'function')) return [shape(exported)];
  return [
    shape(exported),
    ...Reflect.ownKeys(exported).map((name) => {
      const descriptor = Object.getOwnPropertyDescriptor(exported, name);
      return `${String(name)}: ${descriptor && 'value' in descriptor ? shape(descriptor.value) : 'accessor'}`;
    }),
  ];
}

/** @param {() => unknown} load */
async function attempt(load) {
  try {
    return list(await load());
  } catch (error) {
    return [`refused: ${error instanceof Error ? (Reflect.get(error, 'code') ?? error.message) : error}`];
  }
}

for (const name of process.argv.slice(2)) {
  console.log(JSON.stringify({ name, require: await attempt(() => require(name)) }));
  console.log(JSON.stringify({ name, import: await attempt(() => import(name)) }));
}
// Some packages leave timers or sockets behind.
process.exit();
