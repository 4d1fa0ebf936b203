import * as nodeModule from 'node:module';
import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';
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

const CONSTRUCTING = 'getSourceMapErrorSource';

export interface UncaughtReport {
  /** The value that nobody caught; the process is about to end with it. */
  arm(error: unknown): void;
}

/**
 * Prepares the report; nothing happens before `arm`.
 * @param programUsesSourceMaps whether the program had source maps switched on itself; then its own maps stay in charge
 */
export function createUncaughtReport(scripts: LoadedScripts, programUsesSourceMaps: () => boolean): UncaughtReport {
  const { SourceMap } = nodeModule;
  let armed = false;
  return {
    arm(error) {
      if (armed) return;
      armed = true;
      const ownMaps = programUsesSourceMaps();
      const byMark = new Map<string, ScriptPositions>();
      const byProgramMap = new WeakMap<object, ScriptPositions>();
      if (ownMaps) {
        for (const script of scripts.all()) {
          const map = nodeModule.findSourceMap(script.script.name);
          if (map) byProgramMap.set(map, script);
        }
      } else {
        process.setSourceMapsEnabled(true);
      }
      for (const script of scripts.all()) {
        const mark = `${MARK}${byMark.size}`;
        byMark.set(mark, script);
        if (!ownMaps) cacheEmptyMap(script.script.name, mark);
      }
      const findEntry = SourceMap.prototype.findEntry as (this: object, line: number, column: number) => unknown;
      // oxlint-disable-next-line no-extend-native -- the process is ending
      SourceMap.prototype.findEntry = function (this: nodeModule.SourceMap, line: number, column: number) {
        const programs = byProgramMap.get(this);
        if (programs) {
          const place = programs.uninstrumented(line + 1, column);
          return findEntry.call(this, place.line - 1, place.column);
        }
        const script = byMark.get(String(this.payload.sources[0]));
        if (script && askedForReport()) writeReport(script, line + 1, column, error);
        return findEntry.call(this, line, column);
      } as typeof SourceMap.prototype.findEntry;
    },
  };
}

/** Makes Node's cache know a map for the script, through the comments of evaluated code. */
function cacheEmptyMap(scriptName: string, mark: string): void {
  try {
    const url = scriptName.includes('://') ? scriptName : pathToFileURL(scriptName).href;
    const map = Buffer.from(JSON.stringify({ version: 3, sources: [mark], names: [], mappings: '' })).toString('base64');
    // oxlint-disable-next-line no-eval -- only evaluated code reaches that cache; this text holds nothing but comments
    (0, eval)(`//# sourceURL=${url}\n//# sourceMappingURL=data:application/json;base64,${map}`);
  } catch {
    // Code generation is disallowed: Node prints the instrumented line.
  }
}

function askedForReport(): boolean {
  return new Error().stack?.includes(CONSTRUCTING) === true;
}

/** Prints what Node prints (`ReportFatalException` in node_errors.cc) and ends the process as Node does. */
function writeReport(script: ScriptPositions, line: number, column: number, error: unknown): void {
  const place = script.original(line, column);
  const text = script.sourceLine(place.line) ?? '';
  const isObject = (typeof error === 'object' && error !== null) || typeof error === 'function';
  const excerpt = `${script.script.name}:${place.line}\n${text}\n${caret(text, place.column)}\n`;
  let report = error instanceof Error ? `${excerpt}\n` : `\n${excerpt}`;
  report += isObject ? `${inspectAsNode(error)}\n` : `${asText(error)}\n${traceHint()}\n`;
  if (!process.execArgv.includes('--no-extra-info-on-fatal-exception')) report += `\nNode.js ${process.version}\n`;
  writeStderr(report);
  const exit = (process as unknown as { reallyExit(code: number): never }).reallyExit;
  exit.call(process, Number(process.exitCode ?? 1));
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
