// Two deposits at once. `node main.js ok` makes them one after the other.
const fixed = process.argv[2] === 'ok';

const account = { balance: 100 };
const tick = () => new Promise((resolve) => setImmediate(resolve));

async function load() {
  const { balance } = account;
  await tick();
  return balance;
}

async function deposit(amount) {
  const before = await load();
  const after = before + amount;
  await tick();
  account.balance = after;
}

function report(balance) {
  console.log(`balance ${balance}`);
}

async function main() {
  if (fixed) {
    await deposit(50);
    await deposit(30);
  } else {
    await Promise.all([deposit(50), deposit(30)]);
  }
  report(account.balance);
}

main();
