import { generateKeyPairSync } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { makeProject, type Project } from '../support/programs.ts';

/*
 * Secrets planted all over a program must not stand in any byte that the tracer writes: recording, log, sidecar and
 * transform cache (whose code, which has to run, is the one exception: see the last test).
 */

const base64url = (text: string): string => Buffer.from(text).toString('base64url');

const SECRETS = {
  password: 'correct-horse-battery-42',
  jwt: `${base64url('{"alg":"HS256","typ":"JWT"}')}.${base64url('{"sub":"1234567890","name":"Jo"}')}.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c`,
  bearer: 'mF_9.B5f-4.1JqM_0987654321abcdef',
  card: '4111 1111 1111 1111',
  argv: 'argv-hunter2-secret-77',
  url: 'url-key-9f8e7d6c5b4a3210',
  literal: 'literal-s3cr3t-value-5566',
  error: 'AKIAIOSFODNN7EXAMPLE',
  log: 'ghp_16C7e42F292c6912E7710c838347Ae178B4a',
};

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const PEM = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
const PEM_BODY = PEM.split('\n')[1]!;

/** What the program reads; the others reach it only under names or in places that tell what they are. */
const { argv: _argv, url: _url, literal: _literal, ...readable } = SECRETS;
const FROM_FILE = { ...readable, pem: PEM };

const PROGRAM = `
const http = require('node:http');
const secrets = JSON.parse(require('node:fs').readFileSync(__dirname + '/secrets.json', 'utf8').toString());
const apiKey = '${SECRETS.literal}';
function login(user) { const copy = { ...user }; return copy.password === user.password; }
function check(text) { let kept = text; kept = kept + ''; return kept; }
function repeat(value) { return [value, value]; }
async function request(port) {
  const response = await fetch('http://127.0.0.1:' + port + '/hello?api_key=' + process.env.API_KEY, {
    headers: { authorization: 'Bearer ' + secrets.bearer },
  });
  return response.text();
}
class Vault { constructor(pem) { this.pem = pem; this.note = 'pem inside: ' + pem; } }
login({ name: 'ada', password: secrets.password });
check('session ' + secrets.jwt);
check(secrets.jwt);
repeat(secrets.jwt);
repeat(secrets.password);
new Vault(secrets.pem);
check(secrets.card);
check(apiKey);
check(process.argv[2]);
const ofEnvironment = process.env.API_KEY;
check(ofEnvironment);
console.log('token is ' + secrets.log);
try { throw new Error('denied for ' + secrets.error); } catch (error) { check(error.message); }
const server = http.createServer((request, response) => { check(request.headers.authorization); response.end('ok'); });
server.listen(0, '127.0.0.1', async () => {
  await request(server.address().port);
  server.close();
  server.closeAllConnections();
});
`;

let project: Project;
beforeAll(() => {
  project = makeProject({ 'app.cjs': PROGRAM, 'secrets.json': JSON.stringify(FROM_FILE) });
});

function* filesBelow(dir: string): Generator<string> {
  for (const name of readdirSync(dir)) {
    const path = join(dir, name);
    if (statSync(path).isDirectory()) yield* filesBelow(path);
    else yield path;
  }
}

/** Names of the secrets whose bytes stand in a file, as they are or as UTF-16. */
function secretsIn(bytes: Buffer): string[] {
  const found = Object.entries({ ...SECRETS, pem: PEM_BODY }).filter(([, secret]) => {
    return bytes.includes(Buffer.from(secret, 'utf8')) || bytes.includes(Buffer.from(secret, 'utf16le'));
  });
  return found.map(([name]) => name);
}

test.each(['locals', 'expressions'])('no planted secret stands in a recording at %s', async (level) => {
  const folder = join(project.dir, '.tracer');
  const recording = join(folder, `${level}.db`);
  const outcome = await project.record(['app.cjs', `--token=${SECRETS.argv}`], recording, {
    TRACER_LEVEL: level,
    API_KEY: SECRETS.url,
  });
  expect(outcome.exitCode).toBe(0);
  expect(outcome.stdout).toContain(SECRETS.log);
  // Builds the sidecar with every table.
  await project.ask('index', recording, '--sql');
  const calls = (await project.ask(
    'sql',
    recording,
    "SELECT value FROM arguments a JOIN calls c ON c.id = a.call_id WHERE c.function = 'check'",
  )) as { value: string }[];
  expect(calls.length).toBeGreaterThan(5);
  // Source and sites are stored compressed: look at them as readers see them.
  const sources = (await project.ask('sql', recording, 'SELECT source FROM modules')) as { source: string }[];
  expect(secretsIn(Buffer.from(JSON.stringify(sources)))).toEqual([]);
  expect(secretsIn(Buffer.from(await project.print('dump', recording)))).toEqual([]);
  const leaks = [...filesBelow(folder)]
    .filter((file) => !file.includes('cache'))
    .map((file) => [file, secretsIn(readFileSync(file))]);
  expect(leaks.length).toBeGreaterThan(1);
  expect(leaks.filter(([, found]) => found!.length > 0)).toEqual([]);
});

test('equal secrets still show as equal, different ones do not', async () => {
  const recording = join(project.dir, '.tracer', 'locals.db');
  const rows = (await project.ask(
    'sql',
    recording,
    "SELECT a.value FROM arguments a JOIN calls c ON c.id = a.call_id WHERE c.function = 'repeat' ORDER BY c.id",
  )) as { value: string }[];
  const results = (await project.ask(
    'sql',
    recording,
    "SELECT result FROM calls WHERE function = 'repeat' ORDER BY id",
  )) as { result: string }[];
  const [jwt, password] = rows.map(({ value }) => JSON.parse(value) as string);
  expect(jwt).toMatch(/^<redacted jwt [0-9a-f]{4}>$/);
  expect(password).toMatch(/^<redacted \w+ [0-9a-f]{4}>$/);
  expect(jwt).not.toBe(password);
  expect(JSON.parse(results[0]!.result)).toEqual([jwt, jwt]);
});

test('of the transform cache only the code itself, which has to run, holds a literal', () => {
  const cache = join(project.dir, '.tracer', 'cache');
  const found = [...filesBelow(cache)].flatMap((file) => secretsIn(readFileSync(file)));
  expect(found.filter((name) => name !== 'literal')).toEqual([]);
});
