/** What `isolated-redactor.ts` runs in a realm of its own. */
export { createRedactor } from '@execution-cinema/format/redaction';
