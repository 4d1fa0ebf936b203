// Parser, compilers and instrumenter: a bundle of its own, loaded at the first cache miss.
export { scrubOriginals, scrubSource, transform } from './loader/transform.ts';
export { quoteCall } from './positions/quote-call.ts';
