import { once } from 'node:events';

/**
 * Lets all visitors ask for their statement without waiting for each other's answers. The next one asks as soon as the
 * server has taken in the request before, so the requests always arrive in the same order.
 */
export async function visitAll({ server, baseUrl, visitors }) {
  const answers = [];
  for (const customer of visitors) {
    const arrival = once(server, 'request');
    answers.push(askForStatement(baseUrl, customer));
    await arrival;
  }
  return Promise.all(answers);
}

async function askForStatement(baseUrl, customer) {
  const response = await fetch(`${baseUrl}/statement`, {
    headers: { authorization: `Bearer ${customer.token}` },
  });
  return { customer, statement: await response.json() };
}
