import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { scratchFolder } from '../../test/scratch-folder.ts';
import { ConfigError } from './config-error.ts';
import { resolveConfig, withOverrides, type ConfigInput } from './resolve-config.ts';
import { VARIABLES } from './variables.ts';

let folder = '';

beforeEach(() => {
  folder = scratchFolder();
});

function write(path: string, content: unknown): string {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

function resolveAt(path: string, input: Partial<ConfigInput> = {}) {
  const cwd = join(folder, path);
  mkdirSync(cwd, { recursive: true });
  return resolveConfig({ cwd, env: {}, pid: 4711, startTimeMs: Date.UTC(2025, 2, 1, 12, 30, 5, 123), ...input });
}

function errorOf(run: () => unknown): ConfigError {
  try {
    run();
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('root', () => {
  it('is the workspace root above, whichever tool declares it', () => {
    write('pnpm/pnpm-workspace.yaml', 'packages: [a]\n');
    write('pnpm/a/package.json', {});
    write('npm/package.json', { workspaces: ['a'] });
    write('npm/a/package.json', {});
    expect(resolveAt('pnpm/a/src').root).toBe(join(folder, 'pnpm'));
    expect(resolveAt('npm/a').root).toBe(join(folder, 'npm'));
  });

  it('is else the nearest folder with a package.json, even a broken one', () => {
    write('one/package.json', {});
    write('one/two/package.json', '{ broken');
    expect(resolveAt('one/two/three').root).toBe(join(folder, 'one/two'));
  });

  it('gets the folder of a script outside of it', () => {
    write('app/package.json', {});
    const script = write('elsewhere/run.js', '');
    expect(resolveAt('app', { script }).extraRoots).toEqual([join(folder, 'elsewhere')]);
    expect(resolveAt('app', { script: '../elsewhere' }).extraRoots).toEqual([join(folder, 'elsewhere')]);
    expect(resolveAt('app', { script: 'src/x.js' }).extraRoots).toEqual([]);
    expect(resolveAt('app', { script: null }).extraRoots).toEqual([]);
  });

  it('does not get the folder of a tool that is installed elsewhere', () => {
    write('app/package.json', {});
    const script = write('npx/node_modules/eslint/bin/eslint.js', '');
    expect(resolveAt('app', { script }).extraRoots).toEqual([]);
  });
});

describe('defaults', () => {
  it('are those of the contract', () => {
    write('app/package.json', {});
    expect(resolveAt('app')).toEqual({
      version: 1,
      root: join(folder, 'app'),
      extraRoots: [],
      out: join(folder, 'app/.tracer/2025-03-01T12-30-05-123-4711.db'),
      outIsDefault: true,
      plan: {
        rules: [],
        values: { depth: 2, properties: 20, items: 20, string: 256 },
        redact: { names: [], patterns: [], allow: [] },
        settings: {},
      },
      planFile: null,
      overrides: {},
      level: 'locals',
      values: { depth: 2, properties: 20, items: 20, string: 256 },
      redact: { names: [], patterns: [], allow: [] },
      budgetPercent: null,
      backpressure: 'block',
      bufferBytes: 16 * 1024 ** 2,
      chunkBytes: 1024 ** 2,
      flushMs: 25,
      clock: 'adaptive',
      keepBytes: 4 * 1024 ** 3,
      keepTotalBytes: 20 * 1024 ** 3,
      signal: 'USR1',
      propagate: [],
      quiet: false,
      sources: Object.fromEntries(Object.keys(VARIABLES).map((name) => [name, 'default'])),
      warnings: [],
    });
  });

  it('survive a trip through JSON', () => {
    write('app/tracer.config.json', { keep: 'none', rules: [{ function: 'hash', level: 'off' }] });
    const config = resolveAt('app');
    expect(JSON.parse(JSON.stringify(config))).toEqual(config);
  });
});

describe('precedence', () => {
  /** What each setting reads where it is written, and where the result shows. */
  const cases = [
    ['level', 'off', 'boundaries', 'expressions', (c) => c.level, ['off', 'boundaries', 'expressions']],
    ['include', 'f/**', 'e/**', ['p/**'], (c) => c.plan.include, [['f/**'], ['e/**'], ['p/**']]],
    ['exclude', 'f/**', 'e/**', ['p/**'], (c) => c.plan.exclude, [['f/**'], ['e/**'], ['p/**']]],
    ['packages', 'f,@f/*', 'e', ['p'], (c) => c.plan.packages, [['f', '@f/*'], ['e'], ['p']]],
    ['budget', '30%', '20', '10%', (c) => c.budgetPercent, [30, 20, 10]],
    ['backpressure', 'drop', 'block', 'drop', (c) => c.backpressure, ['drop', 'block', 'drop']],
    ['buffer', '8MB', '4MB', 2097152, (c) => c.bufferBytes, [8388608, 4194304, 2097152]],
    ['chunk', '256KB', '128KB', '64KB', (c) => c.chunkBytes, [262144, 131072, 65536]],
    ['flushMs', '30', '1s', 10, (c) => c.flushMs, [30, 1000, 10]],
    ['clock', 'exact', 'adaptive', 'exact', (c) => c.clock, ['exact', 'adaptive', 'exact']],
    ['keep', 'none', '1GB', '2MB', (c) => c.keepBytes, [null, 1073741824, 2097152]],
    ['keepTotal', '1TB', 'off', '3GB', (c) => c.keepTotalBytes, [1099511627776, null, 3221225472]],
    ['signal', 'off', 'SIGUSR2', 'USR2', (c) => c.signal, ['off', 'USR2', 'USR2']],
    [
      'propagate',
      'a.test,b.test',
      'c.test',
      ['d.test'],
      (c) => c.propagate,
      [['a.test', 'b.test'], ['c.test'], ['d.test']],
    ],
    ['quiet', true, '1', true, (c) => c.quiet, [true, true, true]],
  ] as [
    keyof typeof VARIABLES,
    unknown,
    string,
    unknown,
    (config: ReturnType<typeof resolveConfig>) => unknown,
    unknown[],
  ][];

  it.each(cases)('%s: flag, environment, plan', (name, flag, env, inPlan, pick, [fromFlag, fromEnv, fromPlan]) => {
    write('app/package.json', {});
    write('app/tracer.config.json', { [name]: inPlan });
    const environment = { [VARIABLES[name].env]: env };
    const steps = [
      { config: resolveAt('app', { flags: { [name]: flag }, env: environment }), value: fromFlag, source: 'flag' },
      { config: resolveAt('app', { env: environment }), value: fromEnv, source: 'environment' },
      { config: resolveAt('app'), value: fromPlan, source: 'plan' },
    ];
    for (const { config, value, source } of steps) {
      expect([config.sources[name], pick(config)]).toEqual([source, value]);
    }
  });

  it('an empty variable says nothing', () => {
    expect(resolveAt('app', { env: { TRACER_LEVEL: ' ' } }).sources['level']).toBe('default');
  });

  it('overrides are applied again to a plan that was read anew', () => {
    write('app/tracer.config.json', { level: 'off', rules: [{ function: 'a', level: 'locals' }] });
    const { plan, overrides } = resolveAt('app', { env: { TRACER_LEVEL: 'boundaries' } });
    expect(withOverrides({ ...plan, level: 'expressions' }, overrides).level).toBe('boundaries');
    expect(plan.rules).toEqual([{ function: 'a', level: 'locals' }]);
  });
});

describe('out', () => {
  it('is relative to the working directory, in a plan to the plan', () => {
    write('app/package.json', {});
    write('app/tracer.config.json', { out: 'rec/a.db' });
    expect(resolveAt('app/src', { env: { TRACER_OUT: 'x.db' } }).out).toBe(join(folder, 'app/src/x.db'));
    const config = resolveAt('app/src');
    expect([config.out, config.outIsDefault]).toEqual([join(folder, 'app/rec/a.db'), false]);
  });
});

describe('wrong values', () => {
  it.each([
    [
      { TRACER_LEVEL: 'locales' },
      'TRACER_LEVEL: expected one of "off", "boundaries", "locals", "expressions", got "locales"; did you mean "locals"?',
    ],
    [{ TRACER_BUFFER: '16QB' }, 'TRACER_BUFFER: expected a size from 256KB to 1GB, such as "16MB", got "16QB"'],
    [{ TRACER_BUFFER: '1KB' }, 'TRACER_BUFFER: expected a size from 256KB to 1GB, such as "16MB", got "1KB"'],
    [
      { TRACER_BUDGET: '0%' },
      'TRACER_BUDGET: expected a percentage above 0% and up to 1000%, such as "20%", or "none", got "0%"',
    ],
    [
      { TRACER_FLUSH_MS: 'soon' },
      'TRACER_FLUSH_MS: expected a time from 1 to 60000 ms, such as "25" or "1s", got "soon"',
    ],
    [{ TRACER_QUIET: 'maybe' }, 'TRACER_QUIET: expected "1" or "0", got "maybe"'],
    [{ TRACER_INCLUDE: 'src/[a' }, 'TRACER_INCLUDE: "src/[a": a bracket is not closed'],
    [{ TRACER_PLAN: 'plan.yaml' }, 'TRACER_PLAN: expected a .json, .mjs or .ts file, got plan.yaml'],
    [
      { TRACER_BUFFER: '1MB', TRACER_CHUNK: '1MB' },
      'a buffer of 1048576 bytes does not hold 2 chunks of 1048576 bytes',
    ],
  ])('%o is one clear error', (env, message) => {
    const error = errorOf(() => resolveAt('app', { env }));
    expect(error.message).toBe(message);
    expect(error.remedy).not.toBe('');
  });

  it('names the flag where the flag is wrong', () => {
    expect(errorOf(() => resolveAt('app', { flags: { clock: 'fast' } })).message).toMatch(/^--clock: expected one of/);
  });

  it('warns of a misspelt variable and leaves those of others alone', () => {
    const { warnings } = resolveAt('app', { env: { TRACER_LEVLE: 'off', TRACER_JAEGER_ENDPOINT_URL: 'x' } });
    expect(warnings).toEqual(['TRACER_LEVLE is no variable of the tracer; did you mean TRACER_LEVEL?']);
  });
});
