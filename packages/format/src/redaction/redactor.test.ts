import { describe, expect, it } from 'vitest';
import { createRedactor, type Redactor } from './redactor.ts';
import { parseRedactionToken } from './tokens.ts';

const KEY = '0123456789abcdef';
const JWT =
  'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U';

function redactor(options: Partial<Parameters<typeof createRedactor>[0]> = {}): Redactor {
  return createRedactor({ key: KEY, ...options });
}

describe('by name', () => {
  it('gives equal tokens to equal secrets, in every process of one key', () => {
    const one = redactor().redactValue('password', 'hunter2');
    expect(one).toMatch(/^<redacted password [0-9a-f]{4}>$/);
    expect(redactor().redactValue('DB_PASSWORD', 'hunter2')).toBe(one);
    expect(redactor().redactValue('password', 'hunter3')).not.toBe(one);
    expect(redactor({ key: 'fedcba9876543210' }).redactValue('password', 'hunter2')).not.toBe(one);
  });

  it('leaves ordinary names, ordinary values and other tokens alone', () => {
    const subject = redactor();
    expect(subject.redactValue('name', 'hunter2')).toBeNull();
    expect(subject.redactValue('password', '')).toBeNull();
    expect(subject.redactValue('password', 'string')).toBeNull();
    expect(subject.redactValue('password', '<redacted password 12ab>')).toBeNull();
    expect(subject.redactValue(null, 'hunter2')).toBeNull();
  });

  it('takes numbers under strong names, and digits under names of digits', () => {
    const subject = redactor();
    expect(parseRedactionToken(subject.redactNumber('password', 12345678)!)?.kind).toBe('password');
    expect(subject.redactNumber('pin', 1234)).toEqual(expect.any(String));
    expect(subject.redactNumber('password', 8)).toBeNull();
    expect(subject.redactNumber('token', 123456)).toBeNull();
    expect(subject.redactNumber('maxTokens', 4096)).toBeNull();
    expect(subject.redactNumber(null, 0.5)).toBeNull();
    expect(subject.redactNumber('secret', Number.NaN)).toBeNull();
  });

  it('takes bytes', () => {
    const subject = redactor();
    const bytes = new TextEncoder().encode('{"password":"hunter2"}');
    expect(parseRedactionToken(subject.redactBytes(null, bytes)!)?.kind).toBe('bytes');
    expect(parseRedactionToken(subject.redactBytes('apiKey', new Uint8Array([1, 2, 3, 4]))!)?.kind).toBe('api-key');
    expect(subject.redactBytes('body', new TextEncoder().encode('hello, world'))).toBeNull();
  });

  it('passes on from containers to their members', () => {
    const subject = redactor();
    const cookies = subject.secretName('cookies');
    expect(subject.redactValue(subject.memberName(cookies, 'theme'), 'dark')).toEqual(expect.any(String));
    expect(subject.redactValue(null, 'dark')).toBeNull();
    expect(subject.redactValue(subject.memberName(cookies, 'sid'), 'words-only')).toEqual(expect.any(String));
    expect(subject.memberName(subject.secretName('password'), 'minLength')).toBeNull();
    expect(subject.memberName(null, 'theme')).toBeNull();
  });
});

describe('what the plan adds', () => {
  it('names, at the end of a name', () => {
    const subject = redactor({ names: ['maiden name'] });
    expect(subject.redactValue('mothersMaidenName', 'Miller')).toMatch(/^<redacted maiden-name /);
    expect(subject.scrubText('maiden_name=Miller&a=b')).toMatch(/^maiden_name=<redacted maiden-name [0-9a-f]{4}>&a=b$/);
    expect(subject.redactValue('name', 'Miller and sons')).toMatch(/^<redacted maiden-name [0-9a-f]{4}> and sons$/);
  });

  it('patterns, for texts and for words of texts', () => {
    const subject = redactor({ patterns: ['^acme-'] });
    expect(subject.redactValue(null, 'acme-12')).toMatch(/^<redacted pattern /);
    expect(subject.scrubText('got acme-12, not xacme-12')).toMatch(
      /^got <redacted pattern [0-9a-f]{4}>, not xacme-12$/,
    );
  });

  it('exceptions, for whole names', () => {
    const subject = redactor({ allow: ['bookSecret'] });
    expect(subject.redactValue('bookSecret', 'butler did it')).toBeNull();
    expect(subject.redactValue('book_secret', 'butler did it')).toBeNull();
    expect(subject.redactValue('myBookSecret', 'butler did it')).toEqual(expect.any(String));
  });
});

describe('memory', () => {
  it('redacts a value wherever it appears, whole or inside', () => {
    const subject = redactor();
    const token = subject.redactValue('password', 'hunter2')!;
    expect(subject.redactValue('copy', 'hunter2')).toBe(token);
    expect(subject.redactValue('message', 'login of bob with hunter2 failed')).toBe(
      `login of bob with ${token} failed`,
    );
    expect(subject.scrubText('Error: "hunter2"\n    at a.js:1:1')).toBe(`Error: "${token}"\n    at a.js:1:1`);
    expect(subject.redactValue('message', 'hunter22')).toBeNull();
  });

  it('knows a value in URLs and in JSON', () => {
    const subject = redactor();
    subject.redactValue('password', 'p@ss "word"!1');
    const url = subject.scrubText(`/login?x=${encodeURIComponent('p@ss "word"!1')}&y=1`);
    expect(url).toMatch(/^\/login\?x=<redacted password [0-9a-f]{4}>&y=1$/);
    expect(subject.scrubText(JSON.stringify({ x: 'p@ss "word"!1' }))).toMatch(
      /^\{"x":"<redacted password [0-9a-f]{4}>"\}$/,
    );
  });

  it('does not look for words that programs are full of', () => {
    const subject = redactor();
    for (const word of ['admin', 'postgres', 'password', 'value1', 'granted', 'dark']) {
      expect(subject.redactValue('secret', word)).toEqual(expect.any(String));
      expect(subject.redactValue('other', word)).toBeNull();
    }
  });

  it('knows credentials that were seen in a URL, a query or a header', () => {
    const subject = redactor();
    subject.redactValue('href', 'https://u:planted-1@a.test/?api_key=planted-2');
    subject.scrubText('Bearer planted-3-bearer');
    for (const text of ['planted-1', 'planted-2', 'planted-3-bearer']) {
      expect(subject.redactValue('x', text)).toMatch(/^<redacted [a-z-]+ [0-9a-f]{4}>$/);
    }
  });

  it('does not take identifiers of code for values', () => {
    const subject = redactor();
    subject.scrubText('let password=userInput9; if (token === first) login(password=secondInput9)');
    expect([subject.redactValue('x', 'userInput9'), subject.redactValue('x', 'secondInput9')]).toEqual([null, null]);
  });

  it('takes numbers again', () => {
    const subject = redactor();
    expect(subject.redactNumber('other', 987_654_321)).toBeNull();
    const token = subject.redactNumber('ssn', 987_654_321);
    expect(subject.redactNumber('other', 987_654_321)).toBe(token);
    expect(subject.redactValue('other', '987654321')).toBe(token);
  });

  it('forgets the oldest past its maximum, and says so', () => {
    const subject = redactor();
    const before = subject.generation();
    for (let index = 0; index < 4200; index++) subject.redactValue('password', `s3cret-${index}`);
    expect(subject.redactValue('other', 's3cret-1')).toBeNull();
    expect(subject.redactValue('other', 's3cret-4199')).toEqual(expect.any(String));
    expect(subject.counts()).toMatchObject({ remembered: 4096, forgotten: 104 });
    expect(subject.generation()).toBe(before + 4200);
  });

  it('holds thousands of values that begin alike without losing the newest', () => {
    const subject = redactor();
    for (let index = 0; index < 500; index++) subject.redactValue('password', `same-${'x'.repeat(index % 40)}${index}`);
    expect(subject.redactValue('other', `see same-${'x'.repeat(499 % 40)}499 here`)).toMatch(/^see <redacted password/);
  });
});

describe('long texts', () => {
  it('are searched as far as they are stored', () => {
    const subject = redactor();
    const text = `${'a '.repeat(100)}${JWT} ${'b '.repeat(5000)}`;
    expect(subject.redactValue(null, text, 256)?.slice(0, 256)).toContain('<redacted jwt');
    expect(subject.redactValue(null, `${'b '.repeat(5000)}${JWT}`, 256)).toBeNull();
  });

  it('do not show the first half of a secret that is cut', () => {
    const subject = redactor();
    const text = `${'a '.repeat(120)}https://bob:correct-horse-9@host.test/`;
    expect(subject.redactValue(null, text, 256)?.slice(0, 256)).not.toContain('correct');
  });
});

describe('command lines', () => {
  it('lose secrets in every form of option, and in headers', () => {
    const subject = redactor();
    const words = [
      'node',
      'app.js',
      '--token',
      'abc123x',
      '--password=x9y8z7',
      '-H',
      `Authorization: Bearer ${JWT}`,
      '--port',
      '8080',
    ];
    const scrubbed = subject.scrubArguments(words);
    expect(scrubbed.join(' ').replace(/ [0-9a-f]{4}>/g, '>')).toBe(
      'node app.js --token <redacted token> --password=<redacted password> -H Authorization: Bearer <redacted jwt> --port 8080',
    );
  });

  it('keep options without a value apart', () => {
    expect(redactor().scrubArguments(['--password', '--verbose', 'x1y2z3w4', '--no-token', 'abc123'])).toEqual([
      '--password',
      '--verbose',
      'x1y2z3w4',
      '--no-token',
      'abc123',
    ]);
  });

  it('make their secrets known', () => {
    const subject = redactor();
    const [, token] = subject.scrubArguments(['--password', 'x9y8z7']);
    expect(subject.redactValue('other', 'x9y8z7')).toBe(token);
  });
});

describe('counts', () => {
  it('say how often which rule redacted', () => {
    const subject = redactor();
    subject.redactValue('password', 'hunter2');
    subject.redactValue('x', 'hunter2');
    subject.redactValue('x', JWT);
    expect(subject.counts().byKind).toEqual({ password: 2, jwt: 1 });
  });
});

describe('the key', () => {
  it('must have sixteen hexadecimal digits', () => {
    expect(() => createRedactor({ key: 'short' })).toThrow(RangeError);
  });
});
