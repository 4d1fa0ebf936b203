/** Formats the stack of an error; what Node calls when `error.stack` is first read. */
type Formatter = (error: unknown, trace: readonly NodeJS.CallSite[]) => unknown;

export interface StackTraceOptions {
  /** The frames as the program should see them; the same array when nothing changes. */
  readonly view: (trace: readonly NodeJS.CallSite[]) => readonly NodeJS.CallSite[];
  /** Sees each error with the frames as they are, before its stack is formatted. */
  readonly before: (error: unknown, trace: readonly NodeJS.CallSite[]) => void;
  /** Whether Node maps stacks by source maps because the program asked for it. */
  readonly usesSourceMaps: () => boolean;
}

export interface StackTraces {
  /**
   * Runs something that reads stacks of the program's errors. The first reading fixes a stack's text for good, with the
   * name that the error has then, and takes from Node the place where a rejected one was made. So the runtime trusts
   * the formatter that stands here meanwhile, and no other: errors in flight stay unread.
   */
  whileReadable<Result>(run: () => Result): Result;
  /** Does the same for the errors of another realm, whose `Error` it is given. */
  inRealm(realmError: ErrorConstructor): void;
}

/** Name of the function that Node itself puts there. */
const NODES_NAME = 'ErrorPrepareStackTrace';

/** Name of Node's own function that asks for `Error.prepareStackTrace`. */
const NODE_ASKER = 'prepareStackTraceCallback';

/**
 * Makes `error.stack` read as if nothing had been instrumented.
 *
 * Node defines `Error.prepareStackTrace` itself; ours stands in its place under the same name and does what it did,
 * over the corrected frames. A function that the program puts there is left alone and gets the corrected frames: to the
 * program the property reads as what it assigned, to Node as that function with the correction before it.
 */
export function installStackTraces({ view, before, usesSourceMaps }: StackTraceOptions): StackTraces {
  const present: unknown = Error.prepareStackTrace;
  const isNodes = typeof present === 'function' && present.name === NODES_NAME;
  const format = isNodes ? (present as Formatter) : undefined;

  function ErrorPrepareStackTrace(error: unknown, trace: readonly NodeJS.CallSite[]): unknown {
    before(error, trace);
    const seen = view(trace);
    if (format !== undefined && (seen === trace || usesSourceMaps())) return format.call(Error, error, seen);
    // Without frames Node's function gives the head alone, with the codes of its own errors.
    const head = format === undefined ? String(error) : String(format.call(Error, error, []));
    return seen.length === 0 ? head : `${head}\n    at ${seen.join('\n    at ')}`;
  }

  /** What the program, or a preload before us, has assigned; ours until it does. */
  let assigned: unknown = isNodes || present === undefined ? ErrorPrepareStackTrace : present;
  const adapted = new WeakMap<Formatter, Formatter>();

  const forNode = (): Formatter => {
    if (typeof assigned !== 'function') return ErrorPrepareStackTrace;
    const own = assigned as Formatter;
    let adapter = adapted.get(own);
    if (adapter === undefined) {
      adapter = (error, trace) => {
        before(error, trace);
        return own.call(Error, error, view(trace));
      };
      adapted.set(own, adapter);
    }
    return adapter;
  };

  const isProgrammed = (): boolean => typeof assigned === 'function' && assigned !== ErrorPrepareStackTrace;

  const askedByNode = createAskerCheck();
  const read = (): unknown => {
    const probe = askedByNode.probe();
    if (probe !== undefined) return probe;
    if (assigned === ErrorPrepareStackTrace) return assigned;
    return askedByNode.ask() ? forNode() : assigned;
  };
  const usual = (): unknown => read();
  const trusted = (): unknown => read();
  const define = (get: () => unknown): void => {
    const set = (value: unknown): void => {
      assigned = value;
    };
    Object.defineProperty(Error, 'prepareStackTrace', { configurable: true, enumerable: false, get, set });
  };
  define(usual);
  return {
    inRealm(realmError) {
      // Node puts nothing there: to the program the property is undefined until it assigns one.
      let own: unknown = realmError.prepareStackTrace;
      const text = realmError.prototype.toString;
      const plain: Formatter = (error, trace) => {
        before(error, trace);
        const seen = view(trace);
        const head = Reflect.apply(text, error, []) as string;
        return seen.length === 0 ? head : `${head}\n    at ${seen.join('\n    at ')}`;
      };
      Object.defineProperty(realmError, 'prepareStackTrace', {
        configurable: true,
        enumerable: false,
        get: () => {
          if (!askedByNode.ask()) return own;
          // Where the realm has none, Node takes that of the main one, if the program has put one there.
          if (typeof own !== 'function') return isProgrammed() ? forNode() : plain;
          const formatter = own as Formatter;
          return ((error, trace) => {
            before(error, trace);
            return formatter.call(realmError, error, view(trace));
          }) satisfies Formatter;
        },
        set: (value: unknown) => {
          own = value;
        },
      });
    },
    whileReadable(run) {
      const isOurs = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace')?.get === usual;
      if (!isOurs) return run();
      define(trusted);
      try {
        return run();
      } finally {
        define(usual);
      }
    },
  };
}

/** Tells, inside the getter, whether Node's formatting code reads the property or the program does. */
function createAskerCheck(): { probe(): Formatter | undefined; ask(): boolean } {
  let probing = false;
  const keepFrames: Formatter = (_error, trace) => trace;
  return {
    /** While `ask` reads a stack of its own, Node must get the function that hands out the frames. */
    probe: () => (probing ? keepFrames : undefined),
    ask() {
      const holder: { stack?: unknown } = {};
      const limit = Error.stackTraceLimit;
      probing = true;
      try {
        Error.stackTraceLimit = 3;
        Error.captureStackTrace(holder);
        const frames = holder.stack;
        if (!Array.isArray(frames)) return true;
        // ask, the getter, then whoever reads the property.
        const asker = frames[2] as NodeJS.CallSite | undefined;
        return asker?.getFunctionName() === NODE_ASKER;
      } catch {
        return true;
      } finally {
        Error.stackTraceLimit = limit;
        probing = false;
      }
    },
  };
}
