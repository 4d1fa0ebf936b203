// What this Node's V8 can run by itself, asked once.
import { Script } from 'node:vm';

let usingDeclarations: boolean | undefined;

/** `using x = ...` is native from V8 13.8 (Node 24) on. */
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
