import { setTimeout as sleep } from 'node:timers/promises';
import { customers } from './customers.js';

// A far and busy database: what matters here is only that an answer takes a while, and not always equally long.
const sessionLookupMs = 10;
const statementLookupMs = 300;

export async function customerOfToken(token) {
  await sleep(sessionLookupMs);
  return customers.find((customer) => customer.token === token);
}

export async function balanceOf(customerId) {
  await sleep(statementLookupMs + ((customerId * 7) % 5) * 15);
  return customers.find((customer) => customer.id === customerId).balance;
}

export async function exchangeRate() {
  await sleep(statementLookupMs / 2);
  return 1.08;
}
