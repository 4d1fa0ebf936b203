import type { LoadedScripts } from './loaded-scripts.ts';

/** Stands in every instrumented text, and in none that was not (the instrumenter's prefix for names). */
const PROBE_PREFIX = /\$ec\d*_/;

/** Remembered texts; past it the search starts afresh. */
const REMEMBERED_MAX = 10_000;

/**
 * Makes `Function.prototype.toString` give the JavaScript that would run without probes. The stand-in is a proxy of the
 * original function: it has its name and length, prints as native code and cannot be constructed.
 */
export function installFunctionText(scripts: LoadedScripts): MaskFunctionText {
  const originals = new Map<string, string>();
  const mask: MaskFunctionText = (prototype) => maskIn(prototype, scripts, originals);
  mask(Function.prototype);
  return mask;
}

/** Does the same in another realm, whose `Function.prototype` it is given. */
export type MaskFunctionText = (prototype: object) => void;

function maskIn(prototype: object, scripts: LoadedScripts, originals: Map<string, string>): void {
  const toString = Reflect.get(prototype, 'toString') as () => string;
  const { apply } = Reflect;
  const masked = new Proxy(toString, {
    apply(target, self: unknown, args: unknown[]) {
      if (self === masked) return apply(target, toString, []) as string;
      const text = apply(target, self, args) as string;
      if (!PROBE_PREFIX.test(text)) return text;
      let original = originals.get(text);
      if (original === undefined) {
        original = originalText(text, scripts) ?? text;
        if (originals.size >= REMEMBERED_MAX) originals.clear();
        originals.set(text, original);
      }
      return original;
    },
  });
  Object.defineProperty(prototype, 'toString', {
    value: masked,
    configurable: true,
    enumerable: false,
    writable: true,
  });
}

/** The text that the part `text` of an instrumented script stands for. Ids in it make equal parts of two scripts rare, and then equal. */
function originalText(text: string, scripts: LoadedScripts): string | undefined {
  for (const script of scripts.all()) {
    const start = script.script.code.indexOf(text);
    if (start !== -1) return script.withoutInsertions(start, start + text.length);
  }
  return undefined;
}
