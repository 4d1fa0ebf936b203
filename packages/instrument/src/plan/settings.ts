import type { PlanSettings } from './plan.ts';
import {
  parseBoolean,
  parseBytes,
  parseBytesOrNone,
  parseChoice,
  parseHosts,
  parseMilliseconds,
  parsePercent,
  parseText,
  type Parsed,
} from './units.ts';

/** How one setting is read, wherever it is written: flag, environment or plan. */
export interface SettingRule<T> {
  readonly parse: (raw: unknown) => Parsed<T>;
  readonly description: string;
  /** What JSON may hold for it, for the schema. */
  readonly json: Readonly<Record<string, unknown>>;
}

const KB = 1024;
const MB = 1024 * KB;
const GB = 1024 * MB;
const TB = 1024 * GB;

const SIZE = { type: ['string', 'integer'], examples: ['16MB'] };
const SIZE_OR_NONE = { type: ['string', 'integer', 'null'], examples: ['4GB', 'none'] };

/** The settings that are not about instrumentation. Ring and chunk sizes have the limits of the ring's layout. */
export const SETTING_RULES: { readonly [K in keyof Required<PlanSettings>]: SettingRule<Required<PlanSettings>[K]> } = {
  out: { parse: parseText, description: 'The recording file.', json: { type: 'string', minLength: 1 } },
  budget: {
    parse: parsePercent,
    description: 'Degrade the hottest sites until the overhead fits; "none" keeps full fidelity.',
    json: { type: ['string', 'number', 'null'], examples: ['20%'] },
  },
  backpressure: {
    parse: parseChoice(['block', 'drop']),
    description: 'What a full ring does: wait for the recorder, or drop and count.',
    json: { enum: ['block', 'drop'] },
  },
  buffer: { parse: parseBytes({ min: 256 * KB, max: GB }), description: 'Ring per thread.', json: SIZE },
  chunk: { parse: parseBytes({ min: 16 * KB, max: 64 * MB }), description: 'Size of a chunk.', json: SIZE },
  flushMs: {
    parse: parseMilliseconds({ min: 1, max: 60_000 }),
    description: 'Longest time in milliseconds until an event is committed.',
    json: { type: ['string', 'integer'], examples: [25] },
  },
  clock: {
    parse: parseChoice(['adaptive', 'exact']),
    description: 'Times from few clock readings with a stored error, or a reading at every call.',
    json: { enum: ['adaptive', 'exact'] },
  },
  keep: {
    parse: parseBytesOrNone({ min: MB, max: 1024 * TB }),
    description: 'Newest part of a recording that is kept.',
    json: SIZE_OR_NONE,
  },
  keepTotal: {
    parse: parseBytesOrNone({ min: MB, max: 1024 * TB }),
    description: 'Size of all recordings in the folder that are kept.',
    json: SIZE_OR_NONE,
  },
  signal: {
    parse: parseChoice(['USR1', 'USR2', 'off'], { SIGUSR1: 'USR1', SIGUSR2: 'USR2' }),
    description: 'Signal that takes a snapshot.',
    json: { enum: ['USR1', 'USR2', 'off', 'SIGUSR1', 'SIGUSR2'] },
  },
  propagate: {
    parse: parseHosts,
    description: 'Hosts whose requests get a traceparent header.',
    json: { type: 'array', items: { type: 'string' }, examples: [['localhost:3000', '*.internal']] },
  },
  quiet: { parse: parseBoolean, description: 'No lines on stderr.', json: { type: 'boolean' } },
};

export type SettingName = keyof typeof SETTING_RULES;
