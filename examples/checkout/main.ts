import { Cart } from './cart.js';
import { product } from './catalog.js';
import { checkout } from './checkout.js';
import { Currency } from './currency.js';
import { Inventory } from './inventory.js';
import { summaryOf } from './summary.js';

const inventory = new Inventory({ NB5D: 40, FPEN: 6, INKB: 25, LETT: 9 });

const cart = new Cart('Nora Lindqvist')
  .add(product('NB5D'), 3)
  .add(product('FPEN'), 1)
  .add(product('INKB'), 2)
  .add(product('LETT'), 2);

const order = checkout(cart, inventory, Currency.USD);

console.log(summaryOf(order));
