import { afterEach, describe, expect, it } from 'vitest';
import { createRedactor } from '@execution-cinema/format/redaction';
import { createIsolatedRedactor, learnEnvironment } from './isolated-redactor.ts';

const KEY = '0123456789abcdef';
// dist/redaction.cjs, which `pnpm test` has just built.
const BUNDLE = new URL('../../dist/redaction.cjs', import.meta.url);
const TEXT = `password=hunter2 Bearer ${'abc123456789'} 4111111111111111`;

const { exec } = RegExp.prototype;
const { replace } = String.prototype;

afterEach(() => {
  restore();
});

function restore(): void {
  Object.assign(RegExp.prototype, { exec });
  Object.assign(String.prototype, { replace });
}

describe('learnEnvironment', () => {
  it('knows secrets of the environment under any name, and takes nothing else for one', () => {
    const subject = createRedactor({ key: KEY });
    const harmless = {
      KEY: '/home/ada/app',
      API_KEY: 'development',
      SESSION: 'ubuntu',
      SSH_AUTH_SOCK: '/tmp/ssh/agent.12',
    };
    learnEnvironment(subject, { ...harmless, DEPLOY_SECRET: 'aws-54x7-value', NOTHING: undefined });
    expect(subject.redactValue('k', 'aws-54x7-value')).toMatch(/^<redacted secret /);
    for (const value of Object.values(harmless)) expect(subject.redactValue('k', value)).toBeNull();
  });
});

describe('createIsolatedRedactor', () => {
  it('does what the redactor of this realm does', () => {
    const options = { key: KEY, names: ['maiden name'], patterns: ['^acme-'], allow: ['token'] };
    const [isolated, plain] = [createIsolatedRedactor(options, BUNDLE), createRedactor(options)];
    for (const subject of [isolated, plain]) subject.redactValue('password', 'swordfish');
    const texts = [TEXT, 'maidenName: Miller', 'x acme-1', 'swordfish', 'nothing'];
    expect(texts.map((text) => isolated.scrubText(text))).toEqual(texts.map((text) => plain.scrubText(text)));
    expect(isolated.redactBytes(null, new TextEncoder().encode(TEXT))).toMatch(/^<redacted bytes /);
  });

  it('leaves no trace in RegExp.$1', () => {
    const subject = createIsolatedRedactor({ key: KEY }, BUNDLE);
    expect(/(\w)-(\d)/.test('a-1')).toBe(true);
    const scrubbed = subject.scrubText(TEXT);
    const seen = [RegExp.$1, RegExp.$2, RegExp.lastMatch, RegExp.input];
    expect(seen).toEqual(['a', '1', 'a-1', 'a-1']);
    expect(scrubbed).toContain('<redacted password');
  });

  it('does not use what the program has put in place of built-ins', () => {
    const subject = createIsolatedRedactor({ key: KEY }, BUNDLE);
    const expected = createRedactor({ key: KEY }).scrubText(TEXT);
    let calls = 0;
    Object.assign(RegExp.prototype, {
      exec(this: RegExp, text: string) {
        calls++;
        return Reflect.apply(exec, this, [text]) as RegExpExecArray | null;
      },
    });
    Object.assign(String.prototype, {
      replace() {
        calls++;
        return 'broken';
      },
    });
    const scrubbed = subject.scrubText(TEXT);
    const seenCalls = calls;
    restore();
    expect([scrubbed, seenCalls]).toEqual([expected, 0]);
  });
});
