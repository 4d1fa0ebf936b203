/** What is read of a snapshot file (DESIGN 1.3). Everything else in it is kept and shown as JSON. */
interface SnapshotFrame {
  function: string;
  file: string;
  line: number;
  instrumented: boolean;
  scopes: { type: string; name?: string; variables: Record<string, unknown> }[];
}

interface SnapshotSuspended {
  function: string;
  file: string;
  line: number;
  kind: string;
  awaiting?: unknown;
  sinceNs?: number;
  /** Why its variables are not known. */
  unavailable?: string;
  variables: Record<string, unknown>;
}

export interface SnapshotThread {
  kind: string;
  name?: string;
  state?: string;
  unavailable?: string;
  frames: SnapshotFrame[];
  suspended: SnapshotSuspended[];
}

export interface Snapshot {
  reason: string;
  timeNs: number;
  processes: { pid: number; argv: string[]; threads: SnapshotThread[] }[];
  examples: { name: string; example: unknown; functions: string[] }[];
}

/** Reads the text of a snapshot. Throws an Error whose message says what is wrong with it. */
export function parseSnapshot(text: string): Snapshot {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Error('This file is not JSON.');
  }
  const root = object(json);
  if (!Array.isArray(root['processes'])) throw new Error('This JSON is not a snapshot: it has no list of processes.');
  return {
    reason: textOf(root['reason']),
    timeNs: number(root['timeNs']),
    processes: root['processes'].map((entry) => {
      const process = object(entry);
      return {
        pid: number(process['pid']),
        argv: list(process['argv']).map(textOf),
        threads: list(process['threads']).map(threadOf),
      };
    }),
    examples: Object.entries(object(root['variable_examples'])).map(([name, entry]) => ({
      name,
      example: object(entry)['example'],
      functions: list(object(entry)['functions']).map(textOf),
    })),
  };
}

function threadOf(entry: unknown): SnapshotThread {
  const thread = object(entry);
  const optional = (name: 'name' | 'state' | 'unavailable') =>
    typeof thread[name] === 'string' ? { [name]: thread[name] } : {};
  return {
    kind: textOf(thread['kind']),
    ...optional('name'),
    ...optional('state'),
    ...optional('unavailable'),
    frames: list(thread['frames']).map((item) => {
      const frame = object(item);
      return {
        ...placeOf(frame),
        instrumented: frame['instrumented'] === true,
        scopes: list(frame['scopes']).map((scope) => ({
          type: textOf(object(scope)['type']),
          name: textOf(object(scope)['name']),
          variables: object(object(scope)['variables']),
        })),
      };
    }),
    suspended: list(thread['suspended']).map((item) => {
      const call = object(item);
      return {
        ...placeOf(call),
        kind: textOf(call['kind']),
        awaiting: call['awaiting'],
        sinceNs: number(call['sinceNs']),
        ...(typeof call['unavailable'] === 'string' && { unavailable: call['unavailable'] }),
        variables: object(call['variables']),
      };
    }),
  };
}

function placeOf(entry: Record<string, unknown>): { function: string; file: string; line: number } {
  return {
    function: textOf(entry['function']) || '(anonymous)',
    file: textOf(entry['file']),
    line: number(entry['line']),
  };
}

function object(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function number(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}

/** A thread for people: `main thread`, `worker 2`. */
export function threadTitle({ kind, name = '' }: Pick<SnapshotThread, 'kind' | 'name'>): string {
  if (kind === 'main') return 'main thread';
  return name === '' || name.startsWith(kind) ? name || kind : `${kind} ${name}`;
}
