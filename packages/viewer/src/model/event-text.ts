import type { EventView } from '@execution-cinema/server/protocol';

/** What an event did, as a line: `calls total(lines: [...])`, `writes sum = 3`, `returns undefined`. */
export interface EventText {
  word: string;
  tone: string;
  /** What the word means, where that is not plain. */
  about: string | null;
  name: string | null;
  /** Between the name and the values; around them. */
  joint: '=' | '()' | '';
  values: EventView['values'];
}

type Word = Pick<EventText, 'word' | 'tone'> & { about?: string; joint?: EventText['joint'] };

/** By kind, as `tracer events` names them. */
const WORDS: Readonly<Record<string, Word>> = {
  enter: { word: 'calls', tone: 'accent', joint: '()' },
  return: { word: 'returns', tone: 'accent' },
  'return value': { word: 'returns', tone: 'accent', about: 'It is about to return this: `finally` comes first' },
  throw: { word: 'throws', tone: 'red' },
  'leave by throw': { word: 'left by a throw', tone: 'red' },
  uncaught: { word: 'uncaught', tone: 'red' },
  catch: { word: 'catches', tone: 'red' },
  write: { word: 'writes', tone: 'amber', joint: '=' },
  property: { word: 'writes', tone: 'amber', joint: '=' },
  mutation: { word: 'changes', tone: 'amber', joint: '()' },
  delete: { word: 'deletes', tone: 'amber' },
  expression: { word: 'evaluates', tone: 'plain', joint: '=' },
  scope: { word: 'new block', tone: 'plain', about: 'A block or an iteration begins; its variables are new' },
  'scope link': { word: 'new block', tone: 'plain', about: 'The call sees variables that functions share' },
  this: { word: 'this', tone: 'plain', about: '`super()` has returned: there is a `this` from here on', joint: '=' },
  suspend: { word: 'awaits', tone: 'violet', about: 'The call sleeps until what it awaits is there' },
  yield: { word: 'yields', tone: 'violet' },
  resume: { word: 'resumes', tone: 'violet', about: 'The call goes on where it slept' },
  'resume value': { word: 'resumes', tone: 'violet', about: 'What the await or yield gave', joint: '=' },
  log: { word: 'prints', tone: 'teal' },
  'injected log': { word: 'logs', tone: 'teal' },
  send: { word: 'sends', tone: 'violet' },
  receive: { word: 'receives', tone: 'violet' },
  request: { word: 'request', tone: 'green' },
  response: { word: 'response', tone: 'green' },
};

/** Kinds that are about a call as a whole: its name tells which. */
const ABOUT_CALLS: ReadonlySet<string> = new Set([
  'enter',
  'return',
  'return value',
  'leave by throw',
  'suspend',
  'resume',
]);

/** How the start of a worker or process is said; of a message the word is its own. */
const LINKS: Readonly<Record<string, string>> = {
  message: 'a message',
  worker: 'the start of a worker',
  process: 'the start of a process',
};

export function eventText(event: EventView): EventText {
  const { kind, function: name } = event;
  const { word, tone, about, joint = '' }: Word = WORDS[kind] ?? { word: kind, tone: 'plain' };
  const own = event.name ?? (ABOUT_CALLS.has(kind) && name !== '' ? name : null);
  const said = kind === 'send' || kind === 'receive' ? (LINKS[own ?? ''] ?? own) : own;
  return {
    word,
    tone,
    about: about ?? null,
    name: said,
    joint: said === null && joint === '=' ? '' : joint,
    values: event.values,
  };
}
