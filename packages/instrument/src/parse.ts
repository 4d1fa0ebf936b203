import { parse, type Program } from 'acorn';
import { InstrumentError, type SourceType } from './types.ts';

/** Parses as Node would evaluate the text. Throws an InstrumentError where acorn cannot; V8 then says what is wrong. */
export function parseSource(source: string, sourceType: SourceType, fileName: string): Program {
  const parseText = (text: string): Program => parse(text, { ecmaVersion: 'latest', sourceType, allowHashBang: true });
  try {
    return parseText(source);
  } catch (error) {
    const simpler = withoutPhases(source);
    try {
      if (simpler !== source) return parseText(simpler);
    } catch {
      // The first error is the one that means something.
    }
    throw new InstrumentError('PARSE', `${fileName}: ${(error as Error).message}`, { cause: error });
  }
}

/**
 * `import.source(x)`, `import source a from 'x'`, `import defer * as a from 'x'`: acorn does not know the phases of imports.
 * Nothing depends on them here, so that spaces may stand in their place.
 */
function withoutPhases(source: string): string {
  const blank = (_all: string, before: string, phase: string): string => before + phase.replaceAll(/\S/g, ' ');
  return source
    .replaceAll(/(\bimport\s*)(\.\s*(?:source|defer))(?=\s*\()/g, blank)
    .replaceAll(/(^[^\S\n]*import\s+)(source(?=\s+[\w$]+\s+from\b)|defer(?=\s*\*))/gm, blank);
}
