// Carts start from defaults. `node main.js ok` gives each cart its own list.
const fixed = process.argv[2] === 'ok';

const DEFAULTS = { currency: 'EUR', items: [] };

function makeCart(options) {
  const cart = { ...DEFAULTS, ...options };
  if (fixed) cart.items = [];
  return cart;
}

function add(cart, article, cents) {
  cart.items.push({ article, cents });
}

function count(cart) {
  const n = cart.items.length;
  const first = cart.items[0];
  return report(cart.owner, n, first);
}

function report(owner, n, first) {
  console.log(owner, n, first ? first.article : 'empty');
}

const ada = makeCart({ owner: 'Ada' });
add(ada, 'pen', 120);
const bob = makeCart({ owner: 'Bob' });
add(bob, 'ink', 990);
count(bob);
