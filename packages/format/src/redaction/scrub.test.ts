import { describe, expect, it } from 'vitest';
import { createRedactor } from './redactor.ts';

/** Kind and place of what is redacted; hashes left out. */
function scrubbed(text: string): string {
  return createRedactor({ key: '0123456789abcdef' })
    .scrubText(text)
    .replace(/<redacted ([a-z-]+) [0-9a-f]{4}>/g, '<$1>');
}

describe('scrubText', () => {
  it.each([
    // Command lines.
    ['mysql --password=hunter2 -h x', 'mysql --password=<password> -h x'],
    ['deploy --token abc123xyz --force', 'deploy --token <token> --force'],
    ["curl -H 'Authorization: Basic dXNlcjpwYXNz' x", "curl -H 'Authorization: Basic <basic>' x"],
    ["curl -H 'X-Api-Key: k3y' x", "curl -H 'X-Api-Key: <api-key>' x"],
    ['DB_PASSWORD=hunter2 node app.js', 'DB_PASSWORD=<password> node app.js'],
    // URLs.
    ['GET /a?api_key=abc&x=1 200', 'GET /a?api_key=<api-key>&x=1 200'],
    ['/cb#access_token=abc&state=1', '/cb#access_token=<access-token>&state=1'],
    ['/a?token=abc123', '/a?token=<token>'],
    ['redis://:hunter2@cache.test:6379', 'redis://:<url-credentials>@cache.test:6379'],
    ['https://bob:p%40ss1@a.test/b?c=d@e', 'https://bob:<url-credentials>@a.test/b?c=d@e'],
    // Headers.
    ['Cookie: a=b; sid=c\r\nHost: x', 'Cookie: <cookie>\r\nHost: x'],
    ['set-cookie: sid=abc; Path=/; HttpOnly', 'set-cookie: <set-cookie>'],
    ['Authorization: Digest username="a", response="b"', 'Authorization: <authorization>"a", response="b"'],
    // Data.
    ['{"user":"bob","password":"x y","n":1}', '{"user":"bob","password":"<password>","n":1}'],
    ['{"password":"a\\"b"}', '{"password":"<password>"}'],
    ['"{\\"apiKey\\":\\"zzz1\\",\\"b\\":1}"', '"{\\"apiKey\\":\\"<api-key>\\",\\"b\\":1}"'],
    ["{ password: 'hunter2', pin: 1234 }", "{ password: '<password>', pin: <pin> }"],
    ['{"set-cookie":["a=1","b=2"]}', '{"set-cookie":["<set-cookie>","<set-cookie>"]}'],
    ['password: hunter2\nuser: bob', 'password: <password>\nuser: bob'],
    ['secret = swordfish\nuser = bob', 'secret = <secret>\nuser = bob'],
    [':password => "hunter2"', ':password => "<password>"'],
    ['<password>hunter2</password>', '<password><password></password>'],
    ['Server=db;Password=hunter2;Pooling=true', 'Server=db;Password=<password>;Pooling=true'],
    // Messages.
    ['Invalid password: hunter2', 'Invalid password: <password>'],
    ['Error: bad apiKey "abc123"', 'Error: bad apiKey "abc123"'],
  ])('%j', (text, expected) => {
    expect(scrubbed(text)).toBe(expected);
  });

  it.each([
    'Invalid password: must have 8 characters',
    'password: string, token: Token',
    'function login(user: string, password: string): Promise<void> {',
    'const token = this.next();',
    'const password = req.body.password;',
    'if (token === tokens[i]) return;',
    'let secret: Uint8Array;',
    'this.password = password;',
    'password?: string',
    'type: "password"',
    'a `Cookie:` header rather than a `Set-Cookie:` header',
    '"password:" + value + "x"',
    'headers.Authorization = `Bearer ${token}`',
    'auth = `${user}:${password}@`',
    'color: red; position: absolute',
    'at Parser.token (/a/b.js:10:5)',
    'token: ";"',
    'token=a',
    '12:30:05 INFO started',
    '2024-01-01T00:00:00.000Z',
    'constructor(private readonly secret: SecretService) {}',
    '"cookie": "^0.7.1"',
    'x => token => y',
  ])('leaves %j alone', (text) => {
    expect(scrubbed(text)).toBe(text);
  });

  it('gives the very string back where nothing is secret', () => {
    const text = 'a text without any secret, in 2024: x=1';
    expect(createRedactor({ key: '0123456789abcdef' }).scrubText(text)).toBe(text);
  });
});
