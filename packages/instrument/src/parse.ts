import { parse, type Program } from 'acorn';
import { InstrumentError, type SourceType } from './types.ts';

/** Parses as Node would evaluate the text. Throws an InstrumentError where acorn cannot; V8 then says what is wrong. */
export function parseSource(source: string, sourceType: SourceType, fileName: string): Program {
  try {
    return parse(source, { ecmaVersion: 'latest', sourceType, allowHashBang: true });
  } catch (error) {
    throw new InstrumentError('PARSE', `${fileName}: ${(error as Error).message}`, { cause: error });
  }
}
