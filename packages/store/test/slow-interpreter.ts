import { decodeEvents, K, type DecodedEvent, type ModuleSites, type Value } from '@execution-cinema/format';
import { BASE } from './make-recording.ts';
import type { ThreadWriter } from './thread-writer.ts';

/*
 * State at a moment the slow way: from the list of all events, each time from the first, with none of the reading
 * library's code. What a variable holds is found by searching the list backwards.
 */

/** A frame as the test compares it: variables by `scope kind@line / name`, unknown ones left out. */
export interface SlowFrame {
  call: number;
  function: string;
  line: number;
  variables: Record<string, { value: Value; event: number }>;
}

/** Every event of a thread, chunks forgotten. */
export function allEvents(writer: ThreadWriter): DecodedEvent[] {
  return writer.chunks.flatMap(({ fragments }) => {
    const words = new Int32Array(fragments.reduce((sum, fragment) => sum + fragment.length, 0));
    let at = 0;
    for (const fragment of fragments) {
      words.set(fragment, at);
      at += fragment.length;
    }
    return [...decodeEvents(words)];
  });
}

interface Open {
  call: number;
  functionIndex: number;
  enter: DecodedEvent;
  line: number;
  link: number;
  /** It has executed something. */
  begun: boolean;
}

interface Opened {
  event: number;
  scope: number;
  parent: number;
  from: number;
  call: number;
}

/** Frames just after event `moment`, innermost first, and the calls that sleep. */
export function slowState(
  events: readonly DecodedEvent[],
  sites: ModuleSites,
  moment: number,
): { frames: SlowFrame[]; asleep: number[] } {
  const past = events.filter((event) => event.event <= moment);
  const stack: Open[] = [];
  const asleep: Open[] = [];
  const scopes: (Opened | undefined)[] = [undefined];
  const everyCall: Open[] = [];
  /** Call that was on top when an event happened. */
  const topAt = new Map<number, number>();
  for (const event of past) {
    const top = stack[stack.length - 1];
    topAt.set(event.event, top ? top.call : 0);
    const site = sites.sites[event.payload - BASE];
    if (event.kind >= K.ENTER_0 && event.kind <= K.ENTER_MANY) {
      const frame = {
        call: everyCall.length + 1,
        functionIndex: site![2],
        enter: event,
        line: site![3],
        link: 0,
        begun: false,
      };
      everyCall.push(frame);
      stack.push(frame);
    } else if (event.kind === K.RETURN_VALUE) {
      // Changes nothing that a state shows.
    } else if (event.kind >= K.LEAVE_VALUE && event.kind <= K.LEAVE_PENDING) {
      stack.pop();
    } else if (event.kind === K.UNWIND) {
      stack.length -= event.payload;
    } else if (event.kind === K.SUSPEND) {
      top!.line = site![3];
      top!.begun = true;
      asleep.push(stack.pop()!);
    } else if (event.kind === K.RESUME) {
      const at = asleep.findIndex((frame) => frame.call === event.number);
      stack.push(asleep.splice(at, 1)[0]!);
    } else if (event.kind === K.SCOPE_LINK) {
      if (top!.link === 0) top!.link = event.number;
    } else {
      if (event.kind === K.SCOPE_OPEN || event.kind === K.SCOPE_COPY) {
        const call = top ? top.call : 0;
        scopes.push({ event: event.event, scope: site![5], parent: event.number, from: event.number2, call });
        if (top && top.functionIndex === site![2]) top.link = scopes.length - 1;
      }
      if (top && top.functionIndex === site![2]) {
        top.line = site![3];
        top.begun = true;
      }
    }
  }

  const lastWrite = (variable: number, owns: (event: DecodedEvent) => boolean): DecodedEvent | undefined =>
    past.findLast((event) => {
      const write = event.kind === K.WRITE || event.kind === K.WRITE_SCOPED;
      return write && sites.sites[event.payload - BASE]![5] === variable && owns(event);
    });

  const argumentOf = (open: Open | undefined, variable: number): { value: Value; event: number } | undefined => {
    const position = open ? sites.functions[open.functionIndex]!.parameterVariables.indexOf(variable) : -1;
    return position < 0 ? undefined : { value: open!.enter.values[position], event: open!.enter.event };
  };

  function variableIn(frame: Open, scope: number, variable: number): { value: Value; event: number } | undefined {
    if (!sites.scopes[scope]!.shared) {
      const own = (event: DecodedEvent): boolean => event.kind === K.WRITE && topAt.get(event.event) === frame.call;
      const write = lastWrite(variable, own);
      return write ? { value: write.values[0], event: write.event } : argumentOf(frame, variable);
    }
    let instance = frame.link;
    while (instance !== 0 && scopes[instance]!.scope !== scope) instance = scopes[instance]!.parent;
    if (scope === 0) instance = 1;
    // What was passed is there before the call opens its scope.
    if (instance === 0) return frame.begun ? undefined : argumentOf(frame, variable);
    const opener = scopes[instance]!.call;
    while (instance !== 0) {
      const write = lastWrite(variable, (event) => event.kind === K.WRITE_SCOPED && event.number === instance);
      if (write) return { value: write.values[0], event: write.event };
      instance = scopes[instance]!.from;
    }
    return opener === 0 ? undefined : argumentOf(everyCall[opener - 1], variable);
  }

  function describe(frame: Open): SlowFrame {
    const inside = (scope: number): boolean => {
      const { function: owner, line, endLine } = sites.scopes[scope]!;
      return owner === frame.functionIndex && line <= frame.line && frame.line < endLine;
    };
    const candidates = sites.scopes.map((_, i) => i).filter(inside);
    let scope = candidates.at(-1) ?? sites.functions[frame.functionIndex]!.scope;
    const variables: SlowFrame['variables'] = {};
    for (; scope >= 0; scope = sites.scopes[scope]!.parent) {
      const { kind, line, function: owner, shared } = sites.scopes[scope]!;
      if (owner !== frame.functionIndex && !shared) continue;
      sites.variables.forEach((variable, i) => {
        if (variable.scope !== scope) return;
        const found = variableIn(frame, scope, i);
        if (found) variables[`${kind}@${line} ${variable.name}`] = found;
      });
    }
    return {
      call: frame.call,
      function: sites.functions[frame.functionIndex]!.name,
      line: frame.line,
      variables,
    };
  }

  return { frames: stack.map(describe).reverse(), asleep: asleep.map((frame) => frame.call).sort((a, b) => a - b) };
}
