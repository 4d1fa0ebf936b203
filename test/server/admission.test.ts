import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Project } from '../cli/tracer-command.ts';
import { ViewerServer } from './viewer-server.ts';

let project: Project;
let server: ViewerServer;

beforeAll(async () => {
  project = new Project();
  server = await ViewerServer.start(project.folder, project.record('shop.db'));
});

afterAll(async () => {
  await server?.stop();
});

/** What an upgrade is refused with. */
function refused(headers: Record<string, string | undefined>, path?: string): Promise<string> {
  return server.socket(headers, path).then(
    (socket) => {
      socket.terminate();
      return 'admitted';
    },
    (error: Error) => error.message,
  );
}

describe('the token', () => {
  test('is exchanged for a cookie that scripts and other sites do not get', async () => {
    const answer = await server.get(`/?token=${server.token}`);
    expect(answer.status).toBe(303);
    expect(answer.headers.location).toBe('/');
    expect(answer.body).toBe('');
    const cookie = answer.headers['set-cookie']![0]!;
    expect(cookie).toMatch(/^execution-cinema-\d+=[0-9a-f]{32}; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(cookie).not.toContain(server.token);
    expect(server.token).toMatch(/^[0-9a-f]{32}$/);
    expect(server.url.hostname).toBe('127.0.0.1');
  });

  test.each([
    ['none', '/', {}],
    ['a wrong one', `/?token=${'0'.repeat(32)}`, {}],
    ['the beginning of it', 'beginning', {}],
    ['a wrong cookie', '/', { cookie: `execution-cinema-1=${'0'.repeat(32)}` }],
    ['the token as cookie', '/', 'token'],
    ['an asset without a cookie', '/assets/main.js', {}],
  ])('is needed: %s', async (_what, path, headers) => {
    const { port } = server.url;
    const answer = await server.get(
      path === 'beginning' ? `/?token=${server.token.slice(0, 16)}` : path,
      headers === 'token'
        ? { cookie: `execution-cinema-${port}=${server.token}` }
        : (headers as Record<string, string>),
    );
    expect(answer.status).toBe(401);
    expect(answer.cookie).toBe('');
  });

  test('lets in with the cookie alone, under a policy that runs and frames nothing foreign', async () => {
    const { status, headers } = await server.get('/', { cookie: await server.cookie() });
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    const policy = String(headers['content-security-policy']);
    for (const rule of [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "frame-ancestors 'none'",
      "base-uri 'none'",
    ]) {
      expect(policy).toContain(rule);
    }
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });
});

describe('names', () => {
  test.each([
    'evil.example',
    'evil.example:PORT',
    '127.0.0.1.evil.example:PORT',
    '127.0.0.1',
    '127.0.0.1:1',
    'localhost@evil.example:PORT',
  ])('a page that calls this server %j gets nothing, token or not', async (name) => {
    const host = name.replace('PORT', server.url.port);
    for (const path of ['/', `/?token=${server.token}`, '/assets/main.js']) {
      const answer = await server.get(path, { host, cookie: await server.cookie() });
      expect(answer.status).toBe(403);
      expect(answer.cookie).toBe('');
    }
    expect(await refused({ Host: host, Origin: `http://${host}` })).toMatch('403');
  });

  test('no name at all is no better', async () => {
    expect(await server.raw('GET / HTTP/1.1\r\nConnection: close\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
    expect(await server.raw('GET / HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.1 403 /);
  });

  test('localhost is this server too', async () => {
    const host = `localhost:${server.url.port}`;
    expect((await server.get('/', { host, cookie: await server.cookie() })).status).toBe(200);
    expect(await refused({ Host: host, Origin: `http://${host}` })).toBe('admitted');
  });
});

describe('a WebSocket', () => {
  test('of the page itself is let in', async () => {
    expect(await refused({})).toBe('admitted');
  });

  test.each([
    ['no origin', { Origin: undefined }],
    ['a foreign origin', { Origin: 'http://evil.example' }],
    ['an opaque origin', { Origin: 'null' }],
    ['another server of this machine', { Origin: 'http://127.0.0.1:1' }],
    ['a name that begins as ours', { Origin: 'http://127.0.0.1.evil.example' }],
    ['no cookie', { Cookie: undefined }],
    ['a wrong cookie', { Cookie: 'execution-cinema-1=abc' }],
  ])('is refused: %s', async (_what, headers) => {
    expect(await refused(headers)).toMatch('403');
  });

  test('is refused on other paths', async () => {
    expect(await refused({}, '/other')).toMatch('403');
  });

  test('of another version of the protocol is told to reload', async () => {
    const message = await server.socket({}, '/ws', 'execution-cinema.0').then(
      () => 'admitted',
      (error: Error) => error.message,
    );
    expect(message).toMatch(/subprotocol/i);
  });
});

describe('paths', () => {
  test.each([
    '/../../../../../../etc/passwd',
    '/assets/../../../../package.json',
    '/assets/..%2f..%2f..%2fpackage.json',
    '/%2e%2e/%2e%2e/%2e%2e/etc/passwd',
    '/..\\..\\package.json',
    '//etc/passwd',
    '/assets//main.js',
    '/index.html/',
    '/assets/',
    '/engine.mjs',
    '/%00',
  ])('%s leads nowhere', async (path) => {
    const cookie = await server.cookie();
    const answer = await server.raw(
      `GET ${path} HTTP/1.1\r\nHost: ${server.host}\r\nCookie: ${cookie}\r\nConnection: close\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 40[04] /);
    expect(answer).not.toMatch(/:0:0:|"name"/);
  });

  test('what is asked for does not come back in the page', async () => {
    const answer = await server.get('/<script>alert(1)</script>', { cookie: await server.cookie() });
    expect(answer.status).toBe(404);
    expect(answer.body).not.toContain('script');
  });

  test.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])('%s is not answered', async (method) => {
    const answer = await server.get('/', { cookie: await server.cookie() }, method);
    expect(answer.status).toBe(405);
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  });

  test('nothing is loaded into pages of other sites', async () => {
    const cookie = await server.cookie();
    const foreign = { cookie, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' };
    expect((await server.get('/', foreign)).status).toBe(401);
    expect((await server.get('/', { ...foreign, 'sec-fetch-mode': 'navigate' })).status).toBe(200);
  });
});

test('Ctrl-C ends it with exit code 0', async () => {
  const other = await ViewerServer.start(project.folder, '--port', '0');
  expect(await other.stop()).toBe(0);
});

test('a port that is taken is said, with what to do', async () => {
  const taken = project.tracer('view', '--no-open', '--port', server.url.port);
  const { code, stderr } = await taken;
  expect(code).toBe(1);
  expect(stderr).toContain(`port ${server.url.port} is in use`);
  expect(stderr).toContain('--port');
});

test('names can be allowed', async () => {
  const other = await ViewerServer.start(project.folder, '--allow-host', 'box.example');
  try {
    const cookie = await other.cookie();
    expect((await other.get('/', { host: 'box.example', cookie })).status).toBe(200);
    expect((await other.get('/', { host: 'other.example', cookie })).status).toBe(403);
  } finally {
    await other.stop();
  }
});
