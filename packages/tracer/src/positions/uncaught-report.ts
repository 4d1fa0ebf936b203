import * as nodeModule from 'node:module';
import { basename } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { writeStderr } from '../stderr.ts';
import type { LoadedScripts, ScriptPositions } from './loaded-scripts.ts';

/*
 * What Node prints about an uncaught exception begins with the source line that V8 knows, which is instrumented:
 *
 *     /app/cart.js:3
 *       throw new Error('empty');
 *       ^
 *
 * Node's own code asks a source map for that line when source maps are on, the script names one, and there is a map in
 * its cache (`GetErrorSource` in node_errors.cc, then `getSourceMapErrorSource`). So instrumented scripts end with a
 * `sourceMappingURL`, and once an exception is certain to end the process, source maps are switched on and an empty
 * map is put into the cache for every instrumented script. The question then arrives in `SourceMap.prototype.findEntry`
 * with the exact position, from where the whole report is written and the process left, as Node would have done.
 */

/** Marks the empty maps, and says for which script each is. */
const MARK = 'execution-cinema:';
/** Stands for our own text, in which stack overflows strike. */
const OWN_MARK = `${MARK}own`;
/** File, line and column of the uppermost frame that has them. */
const TOP_FRAME = /^ {4}at (?:.* \()?(\S.*?):(\d+):(\d+)\)?$/m;

/** A module body with top-level await, as the instrumenter opens its frame. */
const SUSPENDABLE_MODULE = /\$ec\w*_ea\(\$ec\w*_b\+0,/;

/** Name of Node's function that asks. */
const ASKER = 'getSourceMapErrorSource';

export interface UncaughtReport {
  /** The process is about to end, and Node to say why. Returns what takes it back, if the process goes on. */
  arm(cause: EndCause): () => void;
}

/** A value that nobody caught, or top-level awaits that never settled (exit code 13). */
type EndCause = { readonly error: unknown } | 'unsettled await';

type FindEntry = (this: nodeModule.SourceMap, line: number, column: number) => unknown;

/**
 * Prepares the report; nothing happens before `arm`.
 * @param programUsesSourceMaps whether the program had source maps switched on itself; then its own maps stay in charge
 */
export function createUncaughtReport(scripts: LoadedScripts, programUsesSourceMaps: () => boolean): UncaughtReport {
  const prototype = nodeModule.SourceMap.prototype as { findEntry: FindEntry };
  let armed: EndCause | undefined;
  return {
    arm(cause) {
      if (cause !== 'unsettled await') mendQuotedLine(cause.error, scripts);
      if (armed !== undefined) {
        armed = cause;
        return () => {};
      }
      armed = cause;
      const ownMaps = programUsesSourceMaps();
      if (!ownMaps) process.setSourceMapsEnabled(true);
      const byMap = new WeakMap<object, ScriptPositions>();
      const byMark = new Map<string, ScriptPositions>();
      for (const script of scripts.all()) {
        if (cause === 'unsettled await' && !SUSPENDABLE_MODULE.test(script.script.code)) continue;
        const map = ownMaps ? nodeModule.findSourceMap(script.script.name) : undefined;
        if (map) byMap.set(map, script);
        const mark = `${MARK}${byMark.size}`;
        byMark.set(mark, script);
        if (!ownMaps) cacheEmptyMap(script.script.name, mark);
      }
      if (!ownMaps) cacheEmptyMap(fileURLToPath(import.meta.url), OWN_MARK);
      const { findEntry } = prototype;
      prototype.findEntry = function (line, column) {
        const mapped = byMap.get(this);
        if (mapped) {
          const place = mapped.uninstrumented(line + 1, column);
          return findEntry.call(this, place.line - 1, place.column);
        }
        const mark = String(this.payload.sources[0]);
        const script = byMark.get(mark);
        if (armed !== undefined && (script !== undefined || mark === OWN_MARK) && askedForReport()) {
          const excerpt = script === undefined ? excerptOfTop(armed, scripts) : excerptOf(script, line + 1, column);
          if (excerpt !== undefined) writeReport(armed, excerpt);
        }
        return findEntry.call(this, line, column);
      };
      return () => {
        armed = undefined;
        prototype.findEntry = findEntry;
        if (!ownMaps) process.setSourceMapsEnabled(false);
      };
    },
  };
}

/** Makes Node's cache know a map for the script, through the comments of evaluated code. */
function cacheEmptyMap(scriptName: string, mark: string): void {
  try {
    const url = scriptName.includes('://') ? scriptName : pathToFileURL(scriptName).href;
    const map = Buffer.from(JSON.stringify({ version: 3, sources: [mark], names: [], mappings: '' })).toString(
      'base64',
    );
    // oxlint-disable-next-line no-eval -- only evaluated code reaches that cache; this text holds nothing but comments
    (0, eval)(`//# sourceURL=${url}\n//# sourceMappingURL=data:application/json;base64,${map}`);
  } catch {
    // Code generation is disallowed: Node prints the instrumented line.
  }
}

function askedForReport(): boolean {
  return new Error().stack?.includes(ASKER) === true;
}

/** File, line and caret. */
function excerptOf(script: ScriptPositions, line: number, column: number): string {
  const place = script.original(line, column);
  const text = script.sourceLine(place.line) ?? '';
  return `${script.script.name}:${place.line}\n${text}\n${caret(text, place.column)}\n`;
}

/** The same for the call of the program that ran into our code; undefined where the stack does not tell. */
function excerptOfTop(cause: EndCause, scripts: LoadedScripts): string | undefined {
  const stack = cause !== 'unsettled await' && cause.error instanceof Error ? cause.error.stack : undefined;
  const [, name = '', line = '', column = ''] = TOP_FRAME.exec(String(stack)) ?? [];
  const text = scripts.find(name)?.sourceLine(Number(line));
  return text === undefined ? undefined : `${name}:${line}\n${text}\n${caret(text, Number(column) - 1)}\n`;
}

/** Prints what Node prints (`ReportFatalException` in node_errors.cc) and ends the process as Node does. */
function writeReport(cause: EndCause, excerpt: string): void {
  let report: string;
  if (cause === 'unsettled await') {
    report = `Warning: Detected unsettled top-level await at ${excerpt}\n\n\n`;
  } else {
    const { error } = cause;
    const isObject = (typeof error === 'object' && error !== null) || typeof error === 'function';
    report = error instanceof Error ? `${excerpt}\n` : `\n${excerpt}`;
    report += isObject ? `${inspectAsNode(error)}\n` : `${asText(error)}\n${traceHint()}\n`;
    if (!process.execArgv.includes('--no-extra-info-on-fatal-exception')) report += `\nNode.js ${process.version}\n`;
  }
  writeStderr(report);
  const exit = (process as unknown as { reallyExit(code: number): never }).reallyExit;
  exit.call(process, cause === 'unsettled await' ? UNSETTLED : Number(process.exitCode ?? 1));
}

/** Node's exit code for top-level awaits that never settle. */
const UNSETTLED = 13;

/**
 * Errors of linking carry file, source line and caret at the head of their stack already: V8 has quoted the instrumented
 * line. The quoted text is replaced and the carets moved.
 */
function mendQuotedLine(error: unknown, scripts: LoadedScripts): void {
  if (!(error instanceof Error)) return;
  const stack: unknown = error.stack;
  const match = typeof stack === 'string' ? /^(.+):(\d+)\n(.*)\n( *)(\^+)\n/.exec(stack) : null;
  if (typeof stack !== 'string' || match === null) return;
  const [head, name, lineText, quoted, indent, carets] = match as unknown as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  const script = scripts.find(name);
  const line = Number(lineText);
  if (script === undefined || script.codeLine(line) !== quoted) return;
  const start = script.original(line, indent.length);
  const end = script.original(line, indent.length + carets.length);
  const text = script.sourceLine(start.line) ?? '';
  const width = Math.max(1, end.line === start.line ? end.column - start.column : 1);
  const mended = `${name}:${start.line}\n${text}\n${' '.repeat(start.column)}${'^'.repeat(width)}\n`;
  error.stack = mended + stack.slice(head.length);
}

function traceHint(): string {
  const program = basename(process.argv0 || 'node', '.exe');
  return `(Use \`${program} --trace-uncaught ...\` to show where the exception was thrown)`;
}

function caret(text: string, column: number): string {
  return `${text.slice(0, column).replaceAll(/[^\t]/g, ' ')}^`;
}

function asText(error: unknown): string {
  return typeof error === 'symbol' ? '<toString() threw exception>' : String(error);
}

function inspectAsNode(error: unknown): string {
  const { colors, depth } = inspect.defaultOptions;
  return inspect(error, {
    colors: colors === true || coloursStderr(),
    customInspect: false,
    depth: Math.max(depth ?? 0, 5),
  });
}

function coloursStderr(): boolean {
  const { FORCE_COLOR } = process.env;
  if (FORCE_COLOR !== undefined) return process.stderr.getColorDepth?.(process.env) > 2 || FORCE_COLOR !== '0';
  return process.stderr.isTTY && process.stderr.getColorDepth() > 2;
}
