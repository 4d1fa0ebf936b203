// A discount is looked up. `node main.js ok` waits for it.
const fixed = process.argv[2] === 'ok';

async function findDiscount(customer) {
  const percent = customer === 'Ada' ? 10 : 0;
  return percent;
}

function applyDiscount(cents, percent) {
  const reduced = cents - (cents * percent) / 100;
  return reduced;
}

async function price(customer, cents) {
  const discount = fixed ? await findDiscount(customer) : findDiscount(customer);
  return applyDiscount(cents, discount);
}

function show(cents) {
  console.log(`to pay ${cents}`);
}

async function main() {
  const cents = await price('Ada', 2000);
  show(cents);
}

main();
