/*
 * A process of its own that evaluates one plan module and writes what it exports to descriptor 3 as JSON (see
 * plan-file.ts). The same file is also its loader hooks: TypeScript is compiled as the program's own would be, by
 * `module.register`, which every supported Node has.
 */
import { writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { register, type LoadHook, type ResolveHook } from 'node:module';
import { extname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isMainThread } from 'node:worker_threads';
import { planProblems } from '@execution-cinema/instrument/plan';
import { resolveAfterFailure } from '../loader/resolve/index.ts';
import { TYPESCRIPT_FILE, compileToJavaScript, projectOf } from '../loader/typescript/index.ts';
import type { EvaluatorAnswer } from './plan-file.ts';

export const resolve: ResolveHook = async (specifier, context, nextResolve) => {
  try {
    return await nextResolve(specifier, context);
  } catch (error) {
    const parentFile = context.parentURL?.startsWith('file:') === true ? fileURLToPath(context.parentURL) : undefined;
    const request = { specifier, parentFile, kind: 'import', conditions: context.conditions } as const;
    const found = resolveAfterFailure(request, error);
    if (found === undefined) throw error;
    return { url: pathToFileURL(found.file).href + found.suffix, shortCircuit: true };
  }
};

export const load: LoadHook = async (url, context, nextLoad) => {
  if (!url.startsWith('file:') || !TYPESCRIPT_FILE.test(new URL(url).pathname)) return nextLoad(url, context);
  const fileName = fileURLToPath(url);
  const source = await readFile(fileName, 'utf8');
  const { settings } = projectOf(fileName);
  const { code } = compileToJavaScript({ fileName, source, format: 'module', settings });
  return { format: 'module', source: code, shortCircuit: true };
};

async function evaluate(file: string): Promise<EvaluatorAnswer> {
  try {
    if (extname(file) === '.ts') register(import.meta.url);
    const exported = (await import(pathToFileURL(file).href)) as { default?: unknown };
    if (!('default' in exported)) return { thrown: 'it has no default export' };
    const plan = await exported.default;
    // Checked here, where a regular expression still is one; JSON would make an empty object of it.
    const problems = planProblems(plan);
    return problems.length > 0 ? { problems } : { plan };
  } catch (error) {
    return { thrown: describeThrown(error, pathToFileURL(file).href) };
  }
}

/** The error in one line, with the place in the plan; the rest of its stack is about Node and the tracer. */
function describeThrown(error: unknown, planUrl: string): string {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const place = stack.split('\n').find((line) => /^\s+at /.test(line) && line.includes(planUrl));
  return place === undefined ? String(error) : `${String(error)} (${place.trim()})`;
}

const [, , planFile] = process.argv;
if (isMainThread && planFile !== undefined) {
  writeFileSync(3, JSON.stringify(await evaluate(planFile)));
  // A module may have left timers or servers behind.
  process.exit(0);
}
