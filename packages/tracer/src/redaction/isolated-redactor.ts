import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Script, createContext } from 'node:vm';
import type { Redactor, RedactorOptions, createRedactor } from '@execution-cinema/format/redaction';

/**
 * A redactor for use inside a running program. It lives in a realm of its own, with its own built-ins: every expression
 * that matches leaves its mark in `RegExp.$1` and its kin, which old programs read long after their own match, and
 * programs and polyfills replace `RegExp.prototype.exec` and `String.prototype.replace`. Only strings and numbers cross
 * the border. Costs about a millisecond once per thread; `bundle` is dist/redaction.cjs.
 */
export function createIsolatedRedactor(options: RedactorOptions, bundle: URL): Redactor {
  const filename = fileURLToPath(bundle);
  const realm = createContext(Object.create(null) as object, { name: 'tracer redaction' });
  // Each look at a global of a context goes through an interceptor of Node's, some 20 ns: they become constants.
  const builtIns = (new Script('Object.getOwnPropertyNames(globalThis)').runInContext(realm) as string[]).filter(
    isBuiltIn,
  );
  // One line, so that places in stacks stay right.
  const head = `(function (module, exports, require, __filename) { const { ${builtIns.join(', ')} } = globalThis; `;
  const code = `${head}${readFileSync(filename, 'utf8')}\n})`;
  const load = new Script(code, { filename }).runInContext(realm) as Load;
  const module: { exports: { createRedactor?: typeof createRedactor } } = { exports: {} };
  load(module, module.exports, createRequire(bundle), filename);
  return module.exports.createRedactor!(options);
}

/** Secrets of the environment are known from the start: a program may take one to a variable of any name. */
export function learnEnvironment(redactor: Redactor, environment: NodeJS.ProcessEnv): void {
  for (const [name, value] of Object.entries(environment)) if (value !== undefined) redactor.redactValue(name, value);
}

/** `Math`, `Map`, `RegExp`: not `globalThis`, `undefined` and the functions, which no hot path calls. */
function isBuiltIn(name: string): boolean {
  return /^[A-Z][A-Za-z\d]*$/.test(name);
}

type Load = (module: object, exports: object, require: NodeJS.Require, filename: string) => void;
