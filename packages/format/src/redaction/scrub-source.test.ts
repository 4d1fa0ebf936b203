import { describe, expect, it } from 'vitest';
import { createRedactor } from './redactor.ts';

const { scrubSource } = createRedactor({ key: '0123456789abcdef' });

function isSamePlace(source: string, scrubbed: string): boolean {
  const lengths = (text: string): number[] => text.split('\n').map((line) => line.length);
  return JSON.stringify(lengths(source)) === JSON.stringify(lengths(scrubbed));
}

describe('scrubSource', () => {
  it.each([
    ["const password = 'hunter2';", "const password = '*******';"],
    ['const password: string = "hunter2"', 'const password: string = "*******"'],
    ['const c = { apiKey: `abc123`, port: 80 };', 'const c = { apiKey: `******`, port: 80 };'],
    ["c['password'] = 'hunter2'", "c['password'] = '*******'"],
    ["this.#secret ??= 'abcdef'", "this.#secret ??= '******'"],
    ["if (password === 'hunter2') ok()", "if (password === '*******') ok()"],
    ["const p = process.env.PASSWORD || 'hunter2'", "const p = process.env.PASSWORD || '*******'"],
    ["req.setHeader('x-api-key', 'abc123')", "req.setHeader('x-api-key', '******')"],
    ["new Map([['password', 'hunter2']])", "new Map([['password', '*******']])"],
    ["setPassword('hunter2')", "setPassword('*******')"],
    ["fetch('/a?api_key=abc123&b=1')", "fetch('/a?api_key=******&b=1')"],
    ['// password: hunter2', '// password: *******'],
    ['/* --token abc123 */', '/* --token ****** */'],
    [
      "function login(user, password) {}\nlogin('bob', 'hunter2')",
      "function login(user, password) {}\nlogin('bob', '*******')",
    ],
    ["const f = (password) => 1;\nf('hunter2')", "const f = (password) => 1;\nf('*******')"],
    [
      "class A { constructor(id: string, private apiKey: string) {} }\nnew A('x', 'abc123')",
      "class A { constructor(id: string, private apiKey: string) {} }\nnew A('x', '******')",
    ],
    ['class A { open(password) {} }\na.open(`hunter2`)', 'class A { open(password) {} }\na.open(`*******`)'],
    ["const c = { cookies: { theme: 'dark' } }", "const c = { cookies: { theme: '****' } }"],
    ['const card = 4111111111111111;', 'const card = ****************;'],
    ['const c = { pin: 1234, size: 1234 };', 'const c = { pin: ****, size: 1234 };'],
    ["function f(password = 'hunter2') {}", "function f(password = '*******') {}"],
  ])('%s', (source, expected) => {
    expect(scrubSource(source)).toBe(expected);
  });

  it('shows the token where it fits', () => {
    const source = "const apiKey = 'abcdefghijklmnopqrstuvwxyz0123456789';";
    expect(scrubSource(source)).toMatch(/^const apiKey = '<redacted api-key [0-9a-f]{4}>\*+';$/);
    expect(isSamePlace(source, scrubSource(source))).toBe(true);
  });

  it('keeps the lines of a private key', () => {
    const source = 'const k = `-----BEGIN PRIVATE KEY-----\nMIIE\nabc\n-----END PRIVATE KEY-----`;\nnext();';
    const scrubbed = scrubSource(source);
    expect(scrubbed).not.toContain('MIIE');
    expect(scrubbed.endsWith('`;\nnext();')).toBe(true);
    expect(isSamePlace(source, scrubbed)).toBe(true);
  });

  it('finds keys in text between tags', () => {
    const source = `<p>Don't use AKIA${'IOSFODNN7EXAMPLE'} here</p>`;
    expect(scrubSource(source)).toBe("<p>Don't use ******************** here</p>");
  });

  it.each([
    "const password = readPassword('prompt');",
    "import password from './password';",
    "const token = 'EqualsToken';",
    "type Password = 'string';",
    "input.type = 'password';",
    "x = password ? 'text' : 'hidden';",
    "const r = /password='abc'/.test(x) / 2;",
    "const s = a / b; const t = 'x/y';",
    '`${token}:${"a" + `${b}`}` + password',
    "case 'password': return 'x';",
    "enum E { CancelAuth = 'CancelAuth' }",
    '{ password: { type: "string", minLength: 8 } }',
    "function login(user, password) {}\nlogin('bobby', 'string')",
    "function login(user, password) {}\nlogin(['bob', 'hunter2'])",
    "function next(token) {}\nnext('EqualsToken')",
    "const [password, x] = ['abc', 'def'];",
  ])('leaves %s alone', (source) => {
    expect(scrubSource(source)).toBe(source);
  });

  it('believes a parser about names', () => {
    const source = "login(\n  // who and how\n  'bob',\n  'hunter2',\n);";
    const start = source.indexOf('hunter2');
    const scrubbed = scrubSource(source, [{ start, end: start + 7, name: 'password' }]);
    expect(scrubbed).toBe(source.replace('hunter2', '*******'));
  });

  it('copes with sources that end in the middle', () => {
    for (const source of ["const password = 'hunt", 'const a = `x ${b', '/* never', "'\\", '`\\', '/[a', '}}}`${{{']) {
      expect(scrubSource(source)).toHaveLength(source.length);
    }
  });
});
