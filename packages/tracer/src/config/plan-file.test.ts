import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { scratchFolder } from '../../test/scratch-folder.ts';
import { ConfigError } from './config-error.ts';
import { loadPlan, reloadPlan } from './plan-file.ts';
import { resolveConfig } from './resolve-config.ts';

let folder = '';

// Modules are evaluated by dist/plan-evaluator.mjs, which `pnpm test` has just built.

beforeEach(() => {
  folder = scratchFolder();
});

function write(path: string, text: string): string {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

async function errorsOf(file: string): Promise<ConfigError[]> {
  const errors: unknown[] = [];
  try {
    loadPlan(file, folder);
  } catch (error) {
    errors.push(error);
  }
  await reloadPlan(file, folder).catch((error: unknown) => errors.push(error));
  expect(errors.map((error) => error instanceof ConfigError)).toEqual([true, true]);
  return errors as ConfigError[];
}

describe('which plan', () => {
  const choose = (cwd: string, env: Record<string, string> = {}) =>
    resolveConfig({ cwd: join(folder, cwd), env, pid: 1, startTimeMs: 0 });

  beforeEach(() => {
    write('outside/app/package.json', '{}');
    write('outside/app/src/deep/x.js', '');
    write('outside/tracer.config.json', '{"level":"off"}');
  });

  it('is the nearest one upwards, but none above the root', () => {
    expect(choose('outside/app/src/deep').planFile).toBeNull();
    const plan = write('outside/app/src/tracer.config.json', '{"include":["deep/**"]}');
    const config = choose('outside/app/src/deep');
    expect([config.planFile, config.plan.include]).toEqual([plan, ['src/deep/**']]);
  });

  it('is the JSON one of several in a folder, which is said', () => {
    write('outside/app/tracer.config.json', '{}');
    const module = write('outside/app/tracer.config.mjs', 'throw new Error("not evaluated")');
    const config = choose('outside/app');
    expect(config.planFile).toBe(join(folder, 'outside/app/tracer.config.json'));
    expect(config.warnings.join()).toContain(module);
  });

  it('is the named one, or none', () => {
    write('outside/app/tracer.config.json', '{"level":"boundaries"}');
    expect(choose('outside/app', { TRACER_PLAN: '../tracer.config.json' }).level).toBe('off');
    expect(choose('outside/app', { TRACER_PLAN: 'none' }).level).toBe('locals');
    expect(() => choose('outside/app', { TRACER_PLAN: 'gone.json' })).toThrow(/gone\.json cannot be read/);
  });
});

describe('JSON', () => {
  it('says line and column of a fault', async () => {
    const file = write('tracer.config.json', '{\n  "level": "off",\n}\n');
    for (const error of await errorsOf(file)) {
      expect([error.code, error.message]).toEqual([
        'PLAN_SYNTAX',
        `${file}:2:17: JSON has no comma after the last member`,
      ]);
    }
  });

  it('lists what is wrong with the content', async () => {
    const file = write('tracer.config.json', '{"levle":"off","rules":[{"function":"a","level":"all"}]}');
    for (const error of await errorsOf(file)) {
      expect(error.code).toBe('PLAN_INVALID');
      expect(error.problems.map(({ code, path }) => `${path} ${code}`)).toEqual([
        'levle PLAN_UNKNOWN_KEY',
        'rules[0].level PLAN_WRONG_VALUE',
      ]);
      expect(error.message).toContain('did you mean "level"?');
    }
  });

  it('may begin with a byte order mark', () => {
    expect(loadPlan(write('tracer.config.json', '\uFEFF{"level":"off"}'), folder).level).toBe('off');
  });
});

describe('modules', () => {
  it('are evaluated with their imports, whatever they print', async () => {
    write('base.mjs', 'console.log("noise"); export const level = "boundaries";');
    const file = write('tracer.config.mjs', 'import { level } from "./base.mjs"; export default await { level };');
    expect(loadPlan(file, folder).level).toBe('boundaries');
    expect((await reloadPlan(file, folder)).level).toBe('boundaries');
  });

  it('may be TypeScript with imports of TypeScript', async () => {
    write('levels.ts', 'export enum Level { Low = "boundaries" }\nexport type Name = string;');
    const file = write(
      'tracer.config.ts',
      'import { Level, type Name } from "./levels";\nconst out: Name = "a.db";\nexport default { level: Level.Low, out };',
    );
    expect([loadPlan(file, folder).level, (await reloadPlan(file, folder)).settings.out]).toEqual([
      'boundaries',
      'a.db',
    ]);
  });

  it('are evaluated afresh after an edit', async () => {
    const file = write('tracer.config.mjs', 'export default { level: "off" }');
    expect((await reloadPlan(file, folder)).level).toBe('off');
    write('tracer.config.mjs', 'export default { level: "locals" }');
    expect((await reloadPlan(file, folder)).level).toBe('locals');
  });

  it.each([
    ['throw new Error("planned failure")', 'PLAN_LOAD_FAILED', 'planned failure'],
    ['export const level = "off"', 'PLAN_LOAD_FAILED', 'no default export'],
    ['process.exit(3)', 'PLAN_LOAD_FAILED', 'ended without exporting a plan'],
    ['export default { redact: { patterns: [/^sk_/] } }', 'PLAN_INVALID', 'write it as the string "^sk_"'],
    ['export default = 1', 'PLAN_LOAD_FAILED', 'SyntaxError'],
  ])('%s is one clear error', async (text, code, message) => {
    for (const error of await errorsOf(write('tracer.config.mjs', text))) {
      expect([error.code, error.message]).toEqual([code, expect.stringContaining(message)]);
    }
  });

  it('do not run with the preloads of the program', () => {
    const file = write('tracer.config.mjs', 'export default { out: `${process.env.NODE_OPTIONS ?? "none"}` }');
    const saved = process.env['NODE_OPTIONS'];
    process.env['NODE_OPTIONS'] = '--no-warnings';
    try {
      expect(loadPlan(file, folder).settings.out).toBe('none');
    } finally {
      if (saved === undefined) delete process.env['NODE_OPTIONS'];
      else process.env['NODE_OPTIONS'] = saved;
    }
  });
});
