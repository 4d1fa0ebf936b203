import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { makeProject, type Project } from '../support/programs.ts';
import { countStrings } from '../support/redactions.ts';

/*
 * Servers of real frameworks under twenty interleaved requests: they answer the same when recorded, and every call of
 * a handler carries the correlation of its own request.
 */

const CLIENT = `
async function ask(port) {
  const answers = await Promise.all(Array.from({ length: 20 }, async (_, i) => {
    const response = await fetch('http://127.0.0.1:' + port + '/user/' + i);
    return [response.status, await response.json()];
  }));
  console.log(JSON.stringify(answers));
}
async function lookUp(id) {
  await new Promise((resolve) => setTimeout(resolve, (id * 7) % 11));
  if (id === '13') throw new TypeError('no user 13');
  return { id, name: 'user ' + id };
}
function greet(user) { return { ...user, greeting: 'hello ' + user.name }; }
`;

const FILES = {
  'express.cjs': `const express = require('express');
${CLIENT}
const app = express();
app.get('/user/:id', async (request, response, next) => {
  try {
    const user = await lookUp(request.params.id);
    setImmediate(() => response.json(greet(user)));
  } catch (error) { next(error); }
});
app.use((error, request, response, next) => { response.status(500).json({ failed: error.message }); });
const server = app.listen(0, '127.0.0.1', async () => {
  await ask(server.address().port);
  server.close();
  server.closeAllConnections();
});
`,
  'fastify.mjs': `import fastify from 'fastify';
${CLIENT}
const app = fastify();
app.get('/user/:id', async (request) => greet(await lookUp(request.params.id)));
app.setErrorHandler((error, request, reply) => { reply.code(500).send({ failed: error.message }); });
await app.listen({ port: 0, host: '127.0.0.1' });
await ask(app.server.address().port);
await app.close();
`,
};

/** Share of string values that may be redacted; the requests hold no secret. */
const WRONG_SHARE_MAX = 0.01;
const COUNTED_EVENTS_MAX = 500_000;

interface CallRow {
  correlation_id: number;
  function: string;
  value: string;
}

interface RequestRow {
  direction: string;
  url: string;
  status: number;
}

let project: Project;
beforeAll(() => {
  project = makeProject(FILES);
});

describe.each(['express.cjs', 'fastify.mjs'])('%s', (script) => {
  test.each([
    ['default selection', {}],
    ['everything instrumented', { TRACER_INCLUDE: '**' }],
  ])(
    'behaves the same with the %s, and keeps requests apart',
    async (selection, env) => {
      const recording = join(project.dir, `${script}-${selection.replaceAll(' ', '-')}.db`);
      const plain = await project.plain([script]);
      const recorded = await project.record([script], recording, env);
      expect(recorded).toEqual(plain);
      expect(JSON.parse(plain.stdout)).toHaveLength(20);

      const calls = (await project.ask(
        'sql',
        recording,
        `SELECT c.correlation_id, c.function, a.value FROM calls c JOIN arguments a ON a.call_id = c.id
       WHERE c.file = '${script}' AND c.function IN ('lookUp', 'greet') AND a.position = 0 ORDER BY c.id`,
      )) as CallRow[];
      const idsByCorrelation = new Map<number, Set<string>>();
      for (const call of calls) {
        const value = JSON.parse(call.value) as string | { id: string };
        const ids = idsByCorrelation.get(call.correlation_id) ?? new Set();
        idsByCorrelation.set(call.correlation_id, ids.add(typeof value === 'string' ? value : value.id));
      }
      // 20 look-ups and 19 greetings: one correlation per request, none with two ids.
      expect(calls).toHaveLength(39);
      expect([...idsByCorrelation.values()].map((ids) => ids.size)).toEqual(Array.from({ length: 20 }, () => 1));

      const requests = (await project.ask(
        'sql',
        recording,
        'SELECT direction, url, status FROM requests',
      )) as RequestRow[];
      const incoming = requests.filter(({ direction }) => direction === 'in');
      expect(incoming.map(({ status }) => status).sort()).toEqual([...Array.from({ length: 19 }, () => 200), 500]);
      expect(requests.filter(({ direction }) => direction === 'out')).toHaveLength(20);
      expect(readFileSync(recording).subarray(0, 15).toString()).toBe('SQLite format 3');

      const { strings, redacted, examples } = countStrings(recording, COUNTED_EVENTS_MAX);
      expect(strings).toBeGreaterThan(100);
      expect(redacted / strings, [...examples.keys()].join('\n')).toBeLessThan(WRONG_SHARE_MAX);
    },
    120_000,
  );
});
