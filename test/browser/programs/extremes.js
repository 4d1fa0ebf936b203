// What a viewer finds hard to show: thousands of frames, rows and items, and names and texts without end.
'use strict';

class ShoppingCartLineItemPriceCalculationStrategyFactoryBuilderForSeasonalPromotions {
  constructor(/** @type {number} */ depth) {
    this.depth = depth;
    this.aPropertyWhoseNameTellsEverythingThatAnybodyCouldEverWantToKnowAboutItAndThenSomeMore = `level ${depth}`;
  }

  price() {
    return 100 * this.depth;
  }
}

function findTheCheapestCombinationOfPromotionsThatMayBeAppliedTogetherForThisCustomerInThisSeason(
  /** @type {number} */ depth,
) {
  const strategy = new ShoppingCartLineItemPriceCalculationStrategyFactoryBuilderForSeasonalPromotions(depth);
  return strategy.price();
}

function values() {
  const numbers = Array.from({ length: 100_000 }, (_, i) => (i * 7919) % 1000);
  const text = 'A sentence that goes on and on, without a break that helps. '.repeat(2_000);
  const word = 'x'.repeat(50_000);
  const lines = Array.from({ length: 500 }, (_, i) => `line ${i} of a text with many lines`).join('\n');
  const table = new Map(Array.from({ length: 5_000 }, (_, i) => [`key-${i}`, { id: i, tags: ['a', 'b'] }]));
  const bytes = new Uint8Array(1_000_000).map((_, i) => i);
  let nested = /** @type {object} */ ({ end: true });
  for (let i = 0; i < 200; i++) nested = { level: i, inner: nested };
  const wide = Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`property${i}`, i]));
  const scripts = '<script>alert("no")</script> \u202Eright to left\u202C 👩‍👩‍👧‍👦 \u0000 \u001b[31mred';
  const cheapest = findTheCheapestCombinationOfPromotionsThatMayBeAppliedTogetherForThisCustomerInThisSeason(3);
  return [numbers, text, word, lines, table, bytes, nested, wide, scripts, cheapest].length;
}

function output() {
  for (let i = 0; i < 3_000; i++) console.log(`order ${i} was paid`, i % 97 === 0 ? 'and reminded of '.repeat(40) : '');
  console.log('several\nlines\nat once');
}

const descend = /** @type {(depth: number) => number} */ (depth) => {
  if (depth === 0) throw new RangeError(`the ${'very '.repeat(60)}bottom was reached`);
  const below = descend(depth - 1);
  return below + 1;
};

values();
output();
try {
  JSON.parse('{');
} catch {}
descend(3_000);
