import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { scratchFolder } from '../../../test/scratch-folder.ts';
import { quoteOption, targetOf } from './target.ts';

const folder = scratchFolder();

beforeAll(() => {
  mkdirSync(join(folder, 'app'));
  writeFileSync(join(folder, 'script'), '');
  writeFileSync(join(folder, 'tool'), '', { mode: 0o755 });
  writeFileSync(join(folder, 'tool.sh'), '');
});

test.each([
  ['main.ts', true],
  ['gone.mjs', true],
  ['x.JSX', true],
  ['./app', true],
  ['app', false],
  ['script', true],
  ['./script', true],
  ['tool', false],
  ['./tool', false],
  ['./tool.sh', false],
  ['npm', false],
  ['node', false],
])('%s is a script for Node: %s', (word, isScript) => {
  const target = targetOf([word, 'a'], folder, undefined);
  expect(target.command).toBe(isScript ? process.execPath : word);
  expect(target.args.slice(-1)).toEqual(['a']);
  expect(target.nodeOptions === undefined).toBe(isScript);
});

test('the tracer goes behind what NODE_OPTIONS says already, once', () => {
  const once = targetOf(['npm'], folder, '--no-warnings').nodeOptions!;
  expect(once).toMatch(/^--no-warnings --require \S+preload\.cjs --import file:\S+preload\.mjs$/);
  expect(targetOf(['npm'], folder, once).nodeOptions).toBe(once);
});

test('Node reads quoted options back as they were', () => {
  const file = join(folder, 'a "quoted" \\ name.cjs');
  writeFileSync(file, 'process.stdout.write("loaded")');
  const output = execFileSync(process.execPath, ['-e', '0'], {
    env: { ...process.env, NODE_OPTIONS: `--require ${quoteOption(file)}` },
  });
  expect(output.toString()).toBe('loaded');
});
