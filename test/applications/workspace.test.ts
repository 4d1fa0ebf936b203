import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { makeProject, packageFile, type Project } from '../support/programs.ts';

/*
 * A workspace in TypeScript: a fastify server that uses a package linked from beside it. Nothing is built; node_modules
 * holds a link to the sources. The root is that of the workspace, also when it runs from the folder of one package.
 */

const SERVER = `
import Fastify from 'fastify';
import { priceOf, type Order } from '@shop/prices';

const app = Fastify();
app.get<{ Params: { name: string } }>('/price/:name', async ({ params }) => {
  const order: Order = { name: params.name, count: 2 };
  return { price: priceOf(order) };
});

await app.listen({ port: 0, host: '127.0.0.1' });
const address = app.server.address() as { port: number };
for (const name of ['tea', 'nothing']) {
  const response = await fetch(\`http://127.0.0.1:\${address.port}/price/\${name}\`);
  console.log(response.status, await response.text());
}
await app.close();
`;

const PRICES = `
export interface Order {
  name: string;
  count: number;
}

enum Price {
  tea = 350,
}

export function priceOf({ name, count }: Order): number {
  const price = Price[name as keyof typeof Price];
  if (price === undefined) throw new RangeError(\`no price of \${name}\`);
  return price * count;
}
`;

let project: Project;
beforeAll(() => {
  project = makeProject({
    'package.json': '{ "private": true, "workspaces": ["packages/*"] }',
    'tsconfig.json': '{ "files": [], "references": [{ "path": "packages/server" }, { "path": "packages/prices" }] }',
    'packages/server/package.json': '{ "name": "@shop/server", "type": "module" }',
    'packages/server/tsconfig.json':
      '{ "compilerOptions": { "composite": true, "module": "nodenext", "strict": true }, "references": [{ "path": "../prices" }] }',
    'packages/server/src/main.ts': SERVER,
    'packages/prices/package.json':
      '{ "name": "@shop/prices", "type": "module", "exports": "./src/index.ts", "types": "./src/index.ts" }',
    'packages/prices/tsconfig.json':
      '{ "compilerOptions": { "composite": true, "module": "nodenext", "strict": true } }',
    'packages/prices/src/index.ts': "export { priceOf, type Order } from './prices.js';\n",
    'packages/prices/src/prices.ts': PRICES,
    // Without one of its own the project would link all packages of the tests.
    'node_modules/.keep': '',
  });
  mkdirSync(join(project.dir, 'node_modules/@shop'));
  symlinkSync('../../packages/prices', join(project.dir, 'node_modules/@shop/prices'));
  symlinkSync(packageFile('fastify'), join(project.dir, 'node_modules/fastify'));
});

interface Call {
  function: string;
  file: string;
  line: number;
  outcome: string;
}

test('a fastify server and a linked package, both in TypeScript, are recorded into one file', async () => {
  const recording = join(project.dir, 'workspace.db');
  const run = await project.record(['packages/server/src/main.ts'], recording);
  expect(run).toEqual({
    exitCode: 0,
    signal: null,
    stderr: '',
    stdout:
      '200 {"price":700}\n500 {"statusCode":500,"error":"Internal Server Error","message":"no price of nothing"}\n',
  });
  const calls = (await project.ask('calls', '-r', recording, '-f', 'priceOf')) as Call[];
  expect(calls).toMatchObject([
    { file: 'packages/prices/src/prices.ts', line: 11, outcome: 'returned' },
    { file: 'packages/prices/src/prices.ts', line: 11, outcome: 'threw' },
  ]);
});
