import Fastify from 'fastify';
import { context } from './context.js';
import { customerOfToken } from './database.js';
import { currentStatement } from './statements.js';

export function buildApp() {
  const app = Fastify();

  app.addHook('onRequest', async (request, reply) => {
    const token = request.headers.authorization?.replace('Bearer ', '');
    const customer = await customerOfToken(token);
    if (!customer) return reply.code(401).send({ error: 'please log in' });
    context.customer = customer;
  });

  app.get('/statement', async () => currentStatement());

  return app;
}
