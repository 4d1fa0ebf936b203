// Rates are cached. `node main.js ok` works on a copy.
const fixed = process.argv[2] === 'ok';

const cache = new Map();

function ratesOf(country) {
  let rates = cache.get(country);
  if (!rates) {
    rates = { standard: 20, reduced: 10 };
    cache.set(country, rates);
  }
  return rates;
}

function holidayRates(country) {
  const rates = fixed ? { ...ratesOf(country) } : ratesOf(country);
  rates.standard = 0;
  return rates;
}

function tax(cents, country) {
  const { standard } = ratesOf(country);
  return charge((cents * standard) / 100, standard);
}

function charge(amount, percent) {
  console.log(`tax ${amount} at ${percent} %`);
}

holidayRates('AT');
tax(1000, 'AT');
