// What this Node's V8 can run by itself, asked once.
import { Script } from 'node:vm';

let usingDeclarations: boolean | undefined;

/** `using x = ...` is native in Node 24 and later. */
export function runsUsingDeclarations(): boolean {
  usingDeclarations ??= compiles('{ using resource = null; }');
  return usingDeclarations;
}

function compiles(code: string): boolean {
  try {
    return new Script(code) instanceof Script;
  } catch {
    return false;
  }
}
