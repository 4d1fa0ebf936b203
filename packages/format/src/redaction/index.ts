export { mayHoldNumber, type NumberFilter } from './known-numbers.ts';
export {
  SCAN_MARGIN_CHARS,
  SECRET_NUMBER_MIN,
  createRedactor,
  type RedactionCounts,
  type Redactor,
  type RedactorOptions,
} from './redactor.ts';
export type { SourceLiteral } from './scrub-source.ts';
export { isSecretName, secretNameOf, type NameClass, type SecretName } from './secret-names.ts';
export { secretKindOf } from './scrub.ts';
export { parseRedactionToken } from './tokens.ts';
