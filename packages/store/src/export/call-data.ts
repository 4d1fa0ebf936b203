import { formatCall, isCaptured, K, typeOfValue, valueToText, type Value } from '@execution-cinema/format';
import type { WalkedCall } from '../facts/walk.ts';
import type { Frame } from '../read/replay.ts';
import type { Site } from '../read/sites.ts';

/** `RangeError: too much` of a thrown value. */
export function errorText(thrown: { value: Value } | undefined): string | null {
  if (!thrown) return null;
  const { value } = thrown;
  if (!isCaptured(value) || value.type !== 'error') return `${typeOfValue(value)}: ${String(valueText(value))}`;
  return `${value.name}: ${valueText(value.message)}`;
}

function valueText(value: Value): string {
  return typeof value === 'string' ? value : isCaptured(value) && value.name !== '' ? value.name : valueToText(value);
}

/** Root of the asynchronous chain of a call: a name for it that is the same in all its calls, and unique. */
export function chainOf({ thread, frame }: Pick<WalkedCall<unknown>, 'thread' | 'frame'>): string {
  const { correlation } = frame;
  const named = correlation - K.NAMED_CORRELATION_FIRST;
  return named >= 0 ? `${thread}:named:${named}` : formatCall(thread, correlation || frame.call);
}

/** Makes something of each function once. */
export class PerFunction<Made> {
  private readonly known = new Map<Site | undefined, Made>();
  private readonly make: (site: Site | undefined) => Made;

  constructor(make: (site: Site | undefined) => Made) {
    this.make = make;
  }

  of({ site }: Frame): Made {
    let made = this.known.get(site);
    if (made === undefined) this.known.set(site, (made = this.make(site)));
    return made;
  }
}

/** The name of an argument: that of its parameter. */
export function argumentName(site: Site | undefined, position: number): string {
  return site?.function.parameters[position] ?? `argument ${position}`;
}
