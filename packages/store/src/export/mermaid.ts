import { basename } from 'node:path';
import { isCaptured, type Value } from '@execution-cinema/format';
import { walk } from '../facts/walk.ts';
import type { Recording } from '../read/recording.ts';
import type { Frame } from '../read/replay.ts';
import { errorText } from './call-data.ts';
import type { ExportOptions } from './frame-stream.ts';

/** Calls in one diagram: with more, no renderer draws it and nobody reads it. */
const MERMAID_CALLS_MAX = 150;
const PARTICIPANTS_MAX = 30;
const TEXT_CHARACTERS_MAX = 60;

interface Participant {
  id: string;
  label: string;
}

/**
 * A sequence diagram in Mermaid's text: who calls whom, classes and files being the participants. The first
 * MERMAID_CALLS_MAX calls between two of them; what follows is counted. A dotted arrow is a return, one with a cross an
 * exception, an open one a call that was scheduled.
 */
export function* exportMermaid(recording: Recording, options: ExportOptions): Generator<string[]> {
  const diagram = new Diagram();
  const steps = walk(recording, options, {
    entered: (frame, event) => diagram.call(frame, event.values),
    keep: (value, frame, position) => (position === 'result' ? diagram.result(frame, value) : undefined),
    ended: ({ frame, outcome, result, thrown }) => diagram.end(frame, outcome, result?.kept, errorText(thrown)),
    thread: (id) => diagram.thread(id, recording.threads().length > 1),
  });
  for (const _ of steps) yield [];
  yield [diagram.text()];
}

class Diagram {
  private readonly participants = new Map<string, Participant>();
  private readonly lines: string[] = [];
  private readonly shown = new Map<number, { from: Participant; to: Participant }>();
  private readonly places = new Map<number, Participant | undefined>();
  private calls = 0;
  private omitted = 0;
  private prefix = '';

  thread(id: number, several: boolean): void {
    this.prefix = several ? `${id}: ` : '';
    this.shown.clear();
    this.places.clear();
  }

  call(frame: Frame, values: readonly Value[]): void {
    const to = this.participantOf(frame);
    this.places.set(frame.call, to);
    const cause = frame.parent > 0 ? frame.parent : frame.asyncParent;
    const from = cause > 0 ? this.places.get(cause) : this.participant('event loop');
    if (!to || !from || from === to) return;
    if (this.calls >= MERMAID_CALLS_MAX) {
      this.omitted++;
      return;
    }
    this.calls++;
    this.shown.set(frame.call, { from, to });
    const names = frame.site?.function.parameters ?? [];
    const shown = values.flatMap((value, i) => (names[i] === 'this' ? [] : [short(brief(value), 24)]));
    const arrow = frame.parent > 0 ? '->>' : '-)';
    const name = (frame.site?.function.name ?? '(unknown)').split('.').at(-1)!;
    this.lines.push(`${from.id}${arrow}${to.id}: ${label(`${name}(${shown.join(', ')})`)}`);
  }

  /** What a call returned, as far as it is shown. */
  result(frame: Frame, value: Value): string | undefined {
    return value === undefined || !this.shown.has(frame.call) ? undefined : short(brief(value), 40);
  }

  end(frame: Frame, outcome: string, result: string | undefined, error: string | null): void {
    const arrow = this.shown.get(frame.call);
    this.shown.delete(frame.call);
    this.places.delete(frame.call);
    if (!arrow) return;
    if (outcome === 'returned') {
      if (result !== undefined) this.lines.push(`${arrow.to.id}-->>${arrow.from.id}: ${label(result)}`);
    } else if (outcome === 'threw') {
      this.lines.push(`${arrow.to.id}--x${arrow.from.id}: ${label(short(error ?? 'an exception', 50))}`);
    }
  }

  /** The class of a method, else the file. */
  private participantOf(frame: Frame): Participant | undefined {
    const { site } = frame;
    if (!site) return undefined;
    const parts = site.function.name.split('.');
    const isMethod = /method|constructor|getter|setter/.test(site.function.kind) && parts.length > 1;
    return this.participant(isMethod ? parts.slice(0, -1).join('.') : basename(site.file));
  }

  private participant(name: string): Participant | undefined {
    const text = this.prefix + name;
    let found = this.participants.get(text);
    if (!found && this.participants.size < PARTICIPANTS_MAX) {
      found = { id: `p${this.participants.size + 1}`, label: label(text) };
      this.participants.set(text, found);
    }
    return found;
  }

  text(): string {
    const used = [...this.participants.values()].filter(({ id }) =>
      this.lines.some((line) => new RegExp(`\\b${id}\\b`).test(line.split(':')[0]!)),
    );
    const head = used.map(({ id, label: name }) => `participant ${id} as ${name}`);
    const more =
      this.omitted > 0 && used.length > 0 ? [`Note over ${used[0]!.id}: ${this.omitted} more calls are not shown`] : [];
    return ['sequenceDiagram', ...[...head, ...this.lines, ...more].map((line) => `    ${line}`), ''].join('\n');
  }
}

/** A value in a few words: objects of a class by its name, plain ones and arrays by what is in them. */
function brief(value: Value, depth = 0): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (!isCaptured(value)) return Object.is(value, -0) ? '-0' : String(value);
  const inner = (item: Value): string => brief(item, depth + 1);
  if (value.type === 'array') return depth > 1 ? `Array(${value.length})` : `[${value.items.map(inner).join(', ')}]`;
  if (value.type !== 'object' || value.name !== 'Object' || depth > 1) return value.name || value.type;
  return `{${value.keys.map((key, i) => `${String(isCaptured(key) ? key.name : key)}: ${inner(value.items[i])}`).join(', ')}}`;
}

function short(text: string, characters: number): string {
  return text.length > characters ? `${text.slice(0, characters - 1)}…` : text;
}

/** What Mermaid would read as syntax is written as an entity. */
function label(text: string): string {
  return short(text, TEXT_CHARACTERS_MAX)
    .replaceAll(/[\p{Cc}]/gu, ' ')
    .replaceAll(/[#;<>&"%{}]/g, (character) => `#${character.charCodeAt(0)};`);
}
