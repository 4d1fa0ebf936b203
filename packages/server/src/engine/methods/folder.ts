import { basename, dirname } from 'node:path';
import { recordingSummaries, type RecordingSummary } from '@execution-cinema/store';
import type { RecordingEntry } from '../../protocol.ts';
import type { Answer } from './method.ts';

const ADVICE = [
  { command: 'node --import tracer app.js', does: 'record a program' },
  { command: 'tracer run -- npm test', does: 'record every Node process that a command starts' },
  { command: 'tracer doctor', does: 'see what would hinder recording here' },
];

export const recordings: Answer<'recordings'> = ({ data }) => {
  const found = recordingSummaries(data.folder);
  const known = new Set(found.map(({ file }) => file));
  const others = data.others.filter((file) => !known.has(file));
  for (const folder of new Set(others.map((file) => dirname(file)))) {
    found.push(...recordingSummaries(folder).filter(({ file }) => others.includes(file)));
  }
  found.sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
  return { folder: data.folder, recordings: found.map(entryOf), advice: ADVICE };
};

/** All that the catalogue knows, but for where the file lies. */
function entryOf({ file, name: _name, error, ...summary }: RecordingSummary): RecordingEntry {
  return { ...summary, rec: basename(file), error: error ?? null };
}
