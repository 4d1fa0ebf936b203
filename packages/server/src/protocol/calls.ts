/* Calls: one, many, as a tree, as a graph of causes, as a sequence diagram. */
import type { At, CallName, List, Page, Span } from './basics.ts';
import type { WireValue } from './values.ts';

export type Outcome = 'returned' | 'threw' | 'suspended' | 'running' | 'closed' | 'terminated';

export interface ArgumentView {
  name: string;
  value: WireValue;
  type: string;
  /** Why it is not whole, null when it is. */
  truncated: string | null;
}

export interface CallView {
  call: CallName;
  thread: number;
  functionId: number;
  function: string;
  file: string;
  line: number;
  /** Line from which it was called, null when that is not known. */
  callLine: number | null;
  parent: CallName | null;
  asyncParent: CallName | null;
  /** As text for `CallsParams.correlation`, null for none. */
  correlation: string | null;
  correlationName: string | null;
  depth: number;
  /** Null when its beginning or end is not stored. */
  start: At | null;
  end: At | null;
  outcome: Outcome;
  arguments: ArgumentView[];
  result: { value: WireValue; type: string; truncated: string | null } | null;
  exception: { name: string; message: string; stack: string | null; caught: boolean | null } | null;
}

/** A condition on the calls of a table. */
export interface ValueFilter {
  /** `result`, `error`, or the name of a parameter; a path goes on with dots: `cart.items.length`. */
  on: string;
  op: '=' | '!=' | '<' | '<=' | '>' | '>=' | 'contains' | 'is missing';
  /** JSON text, or plain text for `contains`. */
  value?: string;
}

export interface CallsParams extends Page {
  functionId?: number;
  /** Name or glob. */
  function?: string;
  file?: string;
  threw?: boolean;
  /** `id` of a RequestView. */
  request?: string;
  correlation?: string;
  thread?: number;
  span?: Span;
  where?: ValueFilter[];
  sort?: { by: 'start' | 'duration' | 'result' | 'outcome' | string; descending: boolean };
}

export interface TreeParams {
  /** The call at the top; default: what the event loop called. */
  root?: CallName;
  thread?: number;
  span?: Span;
  /** Levels below the top; default 2. */
  depth?: number;
  /** Calls in all; default 300, at most LIST_LIMIT_MAX. */
  limit?: number;
  /** Children of `root` from this one on. */
  offset?: number;
  /** What was scheduled stands below the call that scheduled it. Default true. */
  async?: boolean;
}

export interface TreeNodeView {
  call: CallView;
  /** It stands here because it was scheduled from here. */
  scheduled: boolean;
  children: TreeNodeView[];
  /** Children that are not here; ask with `root` and `offset`. */
  omitted: number;
}

export interface TreeView {
  roots: TreeNodeView[];
  omitted: number;
}

/** A call and everything that surrounds it. */
export interface CallDetail {
  call: CallView;
  /** From its caller outwards, stack first, then asynchronous callers. */
  callers: CallView[];
  children: List<CallView>;
  suspensions: { at: At; resumed: At | null; kind: string; line: number }[];
}

export interface AsyncGraphParams {
  /** The chain of this call, or of a correlation, or everything in a span. */
  call?: CallName;
  correlation?: string;
  span?: Span;
  /** Nodes at most; default 500. */
  limit?: number;
}

/** One turn of the event loop: a call at the bottom of the stack with what it ran until the stack was empty. */
export interface AsyncNode {
  id: number;
  call: CallName;
  function: string;
  file: string;
  line: number;
  thread: number;
  /** Lane: chain of turns that belong together (one async function, one worker ...). */
  lane: number;
  start: At;
  end: At | null;
  threw: boolean;
  /** It goes on with a call that had fallen asleep. */
  resumed: boolean;
}

export interface AsyncLink {
  from: number;
  to: number;
  /** `await`, `promise`, `timer`, `message`, `worker`, `process`, `http`, ... */
  kind: string;
}

export interface AsyncGraph {
  nodes: AsyncNode[];
  links: AsyncLink[];
  lanes: { lane: number; label: string; thread: number }[];
  omitted: number;
}

export interface SequenceParams {
  span?: Span;
  thread?: number;
  correlation?: string;
  /** A call and what it led to. */
  root?: CallName;
  /** What a participant is. Default `file`. */
  by?: 'file' | 'class' | 'thread' | 'process';
  /** Messages at most; default 300. */
  limit?: number;
  /** Calls deeper below `root` than this are left out. */
  depth?: number;
}

export interface Sequence {
  participants: { id: number; label: string; detail: string }[];
  messages: {
    from: number;
    to: number;
    kind: 'call' | 'return' | 'throw' | 'async' | 'message';
    label: string;
    value: WireValue | null;
    at: At;
    call: CallName | null;
    /** Message that this one answers, index; -1 none. */
    answers: number;
  }[];
  omitted: number;
}
