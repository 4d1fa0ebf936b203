import type { EventScanner, Value } from '@execution-cinema/format';
import type { ChunkView } from '../read/chunk-view.ts';
import type { Site } from '../read/sites.ts';
import { comparable, comparableText, withoutIdentities, type Comparable } from './comparable.ts';
import type { Noise } from './noise.ts';
import type { RunFrame, RunStack } from './run-stack.ts';

/** Which turn of the event loop, in words that both runs share. */
export interface TurnName {
  /** By what led to it and what the function was called with, and how many of those came before. */
  exact: string;
  /** By what led to it alone: several turns may share it. */
  base: string;
}

export function functionKey(site: Site): string {
  return `${site.file}#${site.function.name}`;
}

/** Names of turns. Threads that do the same work count them together. */
export class Turns {
  private readonly counts: Map<string, number>;
  /** First call of each turn, and the turn's name: where a call was made. */
  private readonly firstCalls: number[] = [];
  private readonly names: string[] = [];

  constructor(counts: Map<string, number>) {
    this.counts = counts;
  }

  begin(scanner: EventScanner, view: ChunkView, replay: RunStack, noise: Noise): TurnName {
    const root = replay.stack[0]!;
    const key = root.site ? functionKey(root.site) : '?';
    const cause = scanner.causeCode >= 0 ? scanner.causeCall : 0;
    const base = replay.woke
      ? `${this.turnOf(root.call)} resumes ${key}`
      : `${cause > 0 ? this.turnOf(cause) : ''}>${scanner.causeCode}:${key}`;
    const values = replay.woke ? [] : view.freshValues(scanner.event - view.firstEvent);
    const exact = replay.woke ? base : `${base}(${signature(values, root, noise)})`;
    const visit = (this.counts.get(exact) ?? 0) + 1;
    this.counts.set(exact, visit);
    const name = shortened(`${exact}#${visit}`);
    this.firstCalls.push(replay.woke ? replay.nextCall : root.call);
    this.names.push(name);
    return { exact: name, base };
  }

  private turnOf(call: number): string {
    let low = 0;
    let high = this.firstCalls.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.firstCalls[middle]! <= call) low = middle + 1;
      else high = middle;
    }
    return this.names[low - 1] ?? '';
  }
}

const SIGNATURE_CHARACTERS_MAX = 120;

/** What a call was given, in short. */
function signature(values: readonly Value[], { site }: RunFrame, noise: Noise): string {
  const names = site?.function.parameters ?? [];
  const quiet = (value: Value, name: string): Comparable => withoutIdentities(comparable(value, name, noise), name);
  const texts = values.flatMap((value, i) =>
    names[i] === 'this' ? [] : [comparableText(quiet(value, names[i] ?? ''), SIGNATURE_CHARACTERS_MAX)],
  );
  return texts.join(', ').slice(0, SIGNATURE_CHARACTERS_MAX);
}

/** Names grow with every turn that leads to another: the end of a long one is kept, with a number for the rest. */
const NAME_CHARACTERS_MAX = 300;

function shortened(name: string): string {
  if (name.length <= NAME_CHARACTERS_MAX) return name;
  let hash = 0;
  for (let i = 0; i < name.length - NAME_CHARACTERS_MAX; i++) hash = (Math.imul(hash, 31) + name.charCodeAt(i)) | 0;
  return `${hash}…${name.slice(-NAME_CHARACTERS_MAX)}`;
}
