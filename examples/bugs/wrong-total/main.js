// A shop adds up an order. `node main.js ok` uses the corrected price list.
const fixed = process.argv[2] === 'ok';

function readPrices() {
  const prices = new Map();
  prices.set('pen', 120);
  prices.set('paper', fixed ? 450 : 45);
  prices.set('ink', 990);
  return prices;
}

function lineTotal(prices, { article, count }) {
  const each = prices.get(article);
  return each * count;
}

function orderTotal(prices, order) {
  let sum = 0;
  for (const line of order) sum += lineTotal(prices, line);
  return sum;
}

function printTotal(cents) {
  console.log(`total ${(cents / 100).toFixed(2)}`);
}

const order = [
  { article: 'pen', count: 2 },
  { article: 'paper', count: 3 },
];
printTotal(orderTotal(readPrices(), order));
