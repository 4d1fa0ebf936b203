// Full load for a given time, with objects of every age, while memory is watched once a second.
const { measure } = require('./harness.cjs');

const SECONDS = Number(process.argv[2] ?? 20);
const samples = [];

class Account {
  constructor(id) {
    this.id = id;
    this.balance = 0;
    this.history = [];
  }

  book(amount, text) {
    this.balance += amount;
    this.history.push({ amount, text });
    if (this.history.length > 20) this.history.shift();
    return this.balance;
  }
}

const accounts = Array.from({ length: 1000 }, (_, id) => new Account(id));

function settle(i) {
  const from = accounts[i % accounts.length];
  const to = accounts[(i * 7) % accounts.length];
  from.book(-i, `to ${to.id}`);
  return to.book(i, `from ${from.id}`);
}

const until = Date.now() + SECONDS * 1000;
void measure(
  1,
  async () => {
    for (let i = 0, second = 0; Date.now() < until;) {
      for (let n = 0; n < 2000; n++) settle(i++);
      await new Promise(setImmediate);
      if (Date.now() > until - SECONDS * 1000 + second * 1000) {
        second++;
        samples.push(process.memoryUsage().rss);
      }
    }
  },
  { samples },
);
