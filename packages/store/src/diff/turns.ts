import type { ChunkEvent } from '../read/chunks.ts';
import type { Frame, ThreadReplay } from '../read/replay.ts';
import { comparable, comparableText } from './comparable.ts';
import type { Noise } from './noise.ts';
import type { Site } from '../read/sites.ts';

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

/** Gives turns of the event loop their names. */
export class Turns {
  private readonly counts = new Map<string, number>();
  /** First call of each turn, and the turn's name: where a call was made. */
  private readonly firstCalls: number[] = [];
  private readonly names: string[] = [];

  begin(event: ChunkEvent, replay: ThreadReplay, noise: Noise): TurnName {
    const root = replay.stack[0]!;
    const key = root.site ? functionKey(root.site) : '?';
    const base = replay.woken
      ? `${this.turnOf(root.call)} resumes ${key}`
      : `${event.causeCall > 0 ? this.turnOf(event.causeCall) : ''}>${event.causeCode}:${key}`;
    const exact = replay.woken ? base : `${base}(${signature(event, root, noise)})`;
    const visit = (this.counts.get(exact) ?? 0) + 1;
    this.counts.set(exact, visit);
    const name = shortened(`${exact}#${visit}`);
    this.firstCalls.push(replay.woken ? replay.nextCall : root.call);
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
function signature({ values, captured }: ChunkEvent, { site }: Frame, noise: Noise): string {
  const names = site?.function.parameters ?? [];
  const fresh = new Set(captured);
  const texts = values.flatMap((value, i) =>
    names[i] === 'this'
      ? []
      : [comparableText(comparable(value, names[i] ?? '', noise, fresh), SIGNATURE_CHARACTERS_MAX)],
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
