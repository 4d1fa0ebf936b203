import { createHash } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import type { ModuleSites } from '@execution-cinema/format';
import { createRedactor, type Redactor } from '@execution-cinema/format/redaction';
import { instrument, InstrumentError, type InputMap, type InstrumentResult } from '@execution-cinema/instrument';
import type { RedactionPlan } from '@execution-cinema/instrument/plan';
import { relativeToRoot } from '../config/select-file.ts';
import { readInputMap, shiftFirstLine, type OriginalsMap } from './input-map.ts';
import { packTexts, unpackTexts } from './original-texts.ts';
import type { TransformJob, Transformed } from './transform-types.ts';
import { compileToJavaScript, projectOf, type SourceMapV3 } from './typescript/index.ts';

/** Longer texts are loaded as they are: parsing them would hold the program up for tens of seconds. */
const SOURCE_CHARS_MAX = 32 * 1024 * 1024;

/**
 * Compiles what needs it and instruments the result. What cannot be instrumented comes back as it is, with the reason.
 * Throws only what the compiler says about TypeScript that is none.
 */
export function transform(job: TransformJob): Transformed {
  const compiled = job.compile ? compile(job) : { code: job.source, map: null };
  const plain = {
    code: compiled.code,
    map: withoutContent(compiled.map),
    kind: job.kind === 'module' ? 'module' : 'commonjs',
  } as const;
  if (job.plan === null) return notInstrumented(plain, null);
  if (compiled.code.length > SOURCE_CHARS_MAX) return notInstrumented(plain, 'too large');
  const redactor = redactorOf(job);
  try {
    const originals = job.compile ? undefined : inputMapOf(job, compiled.code);
    const result = instrumentAs(job, compiled.code, compiled.map ?? originals, originals?.files);
    const texts = originals && textsOf(result.sites, originals);
    return {
      ...plain,
      kind: result.kind,
      code: result.code,
      insertions: result.insertions,
      sites: deflateRawSync(JSON.stringify(withoutSecrets(result.sites, redactor))),
      functions: result.counts.functions,
      instrumented: result.counts.instrumented,
      level: result.sites.functions[0]?.level ?? 0,
      originals: texts === undefined ? null : packTexts(texts),
      cleanSource: [job.source, ...(texts ?? [])].every((text) => text === null || isClean(text, redactor)),
      skippedReason: null,
      notInjected: result.notInjected,
    };
  } catch (error) {
    return notInstrumented(plain, reasonOf(error));
  }
}

function compile({ file, source, kind }: TransformJob): { code: string; map: SourceMapV3 | null } {
  const format = kind === 'module' ? 'module' : 'commonjs';
  return compileToJavaScript({ fileName: file, source, format, settings: projectOf(file).settings });
}

/** A text of unknown kind is CommonJS if it parses as that, as in Node. */
function instrumentAs(
  job: TransformJob,
  code: string,
  inputMap: InputMap | undefined,
  files: readonly string[] | undefined,
): InstrumentResult & { kind: 'module' | 'commonjs' } {
  const as = (kind: 'module' | 'commonjs' | 'script'): InstrumentResult & { kind: 'module' | 'commonjs' } => ({
    ...instrument({
      source: code,
      fileName: job.file,
      sourceType: kind,
      ...(kind === 'script' ? { wrappedOnly: true } : {}),
      moduleKey: job.moduleKey,
      plan: job.plan!,
      isSecretName: (name) => redactorOf(job).secretName(name) !== null,
      ...(inputMap ? { inputMap } : {}),
      sources: files?.map((file) => relativeToRoot(job.root, file)) ?? [job.relative],
    }),
    kind: kind === 'module' ? kind : 'commonjs',
  });
  if (job.kind === 'function') return as('commonjs');
  if (job.kind !== 'unknown') return as(job.kind);
  try {
    return as('commonjs');
  } catch (error) {
    if (!(error instanceof InstrumentError) || error.code !== 'PARSE') throw error;
    return as('module');
  }
}

/** A script's map is about the module inside its wrapper. */
function inputMapOf({ kind, file }: TransformJob, code: string): OriginalsMap | undefined {
  if (kind !== 'script') return readInputMap(code, file);
  const head = WRAPPER_HEAD.exec(code)?.[0] ?? '';
  const map = readInputMap(code.replace(WRAPPER_TAIL, ''), file);
  return map === undefined ? undefined : { ...map, mappings: shiftFirstLine(map.mappings, head.length) };
}

/** What `node:vm` users put round a module, up to the brace that opens it: of a function, an object's, or of a block inside. */
const WRAPPER_HEAD = /^[^{]*\{(?:\s*["'][^"']*["']\s*:[^{]*\{)?\{?/;
const WRAPPER_TAIL = /[\s})\];]*$/;

/** Texts of the sources that the site table has something of; one null for each of the others. */
function textsOf({ functions, elsewhere = {} }: ModuleSites, { texts }: OriginalsMap): (string | null)[] {
  const used = new Set([...functions.map(({ source }) => source), ...Object.values(elsewhere)]);
  return texts.map((text, source) => (used.has(source) ? text : null));
}

function isClean(text: string, redactor: Redactor): boolean {
  return redactor.scrubSource(text) === text;
}

function notInstrumented(plain: Pick<Transformed, 'code' | 'kind' | 'map'>, skippedReason: string | null): Transformed {
  return {
    ...plain,
    insertions: '',
    sites: null,
    functions: 0,
    instrumented: 0,
    level: 0,
    originals: null,
    cleanSource: true,
    skippedReason,
    notInjected: [],
  };
}

function reasonOf(error: unknown): string {
  if (error instanceof InstrumentError) return error.code === 'PARSE' ? `parse error: ${error.message}` : error.message;
  if (error instanceof RangeError) return 'nested too deeply';
  return `instrumenting failed: ${error instanceof Error ? error.message : String(error)}`;
}

/** Texts of expressions may hold literals of the source. */
function withoutSecrets(sites: ModuleSites, redactor: Redactor): ModuleSites {
  const names = sites.names.map((name) => redactor.scrubText(name));
  return { ...sites, names };
}

/** The original text is on disk, or in the recording; the cache holds it once already. */
function withoutContent(map: SourceMapV3 | null): object | null {
  if (map === null) return null;
  const { sourcesContent: _, ...rest } = map;
  return rest;
}

/** A source text without its secrets; lines and columns stay where they were. */
export function scrubSource(source: string, redactionKey: string, redact: RedactionPlan): string {
  return createRedactor({ key: redactionKey, ...redact }).scrubSource(source);
}

/** The same for texts of a source map's originals, packed. */
export function scrubOriginals(originals: Uint8Array, redactionKey: string, redact: RedactionPlan): Uint8Array {
  const own = createRedactor({ key: redactionKey, ...redact });
  return packTexts(unpackTexts(originals).map((text) => (text === null ? null : own.scrubSource(text))));
}

let redactor: { readonly of: string; readonly redactor: Redactor } | undefined;

function redactorOf({ redactionKey, plan }: TransformJob): Redactor {
  const of = createHash('sha256')
    .update(JSON.stringify([redactionKey, plan?.redact]))
    .digest('hex');
  if (redactor?.of !== of) redactor = { of, redactor: createRedactor({ key: redactionKey, ...plan?.redact }) };
  return redactor.redactor;
}
