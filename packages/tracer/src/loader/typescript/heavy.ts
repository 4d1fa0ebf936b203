// The two compilers, loaded when the first file needs one and never before: together they cost a third of a second.
import { createRequire } from 'node:module';

type Swc = typeof import('@swc/wasm-typescript');
export type TypeScript = typeof import('typescript');

const require = createRequire(import.meta.url);
let swc: Swc | undefined;
let typescript: TypeScript | undefined;

/** The type stripper that Node itself embeds: one WebAssembly module, 60 ms to load. */
export function loadSwc(): Swc {
  swc ??= require('@swc/wasm-typescript') as Swc;
  return swc;
}

/** The TypeScript compiler: 9 MB of JavaScript, 200 ms to load. */
export function loadTypeScript(): TypeScript {
  typescript ??= require('typescript') as TypeScript;
  return typescript;
}
