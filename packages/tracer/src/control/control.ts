import { functionPatternProblem, isLevel, levelRank, LEVELS, matchesFunction } from '@execution-cinema/instrument/plan';
import { fileMatcher, type RecorderAccess } from '@execution-cinema/store';
import type { Replies, Request } from './protocol.ts';

export interface ControlParts {
  pid: number;
  snapshot(reason: string): Promise<Replies['snapshot']>;
  collect(): Promise<Replies['collect']>;
  /** Has the main thread write a mark; its time by that thread, null: it has not come to it yet. */
  mark(name: string): Promise<number | null>;
}

/** Functions named in a reply that cannot reach the level asked for. */
const LIMITED_MAX = 20;

/** What a recorded process does when it is asked to. Wrong requests are errors with a message for people. */
export function createControl(
  access: RecorderAccess,
  { pid, snapshot, collect, mark }: ControlParts,
): (request: Request) => Promise<unknown> {
  let paused = false;

  const setPaused = (value: boolean): Record<string, never> => {
    paused = value;
    access.setPaused(value);
    access.note('control', value ? 'recording is paused' : 'recording goes on');
    return {};
  };

  const setLevel = ({ level, file, function: pattern }: Extract<Request, { type: 'set' }>): Replies['set'] => {
    if (!isLevel(level)) throw new Error(`no level ${level}; there are ${LEVELS.join(', ')}`);
    const problem = pattern === undefined ? null : functionPatternProblem(pattern);
    if (problem !== null) throw new Error(`${pattern}: ${problem}`);
    const rank = levelRank(level);
    const isFile = file === undefined ? () => true : fileMatcher(file);
    const isMeant = (path: string, name: string): boolean =>
      isFile(path) && (pattern === undefined || matchesFunction(name, pattern));
    const meant = access.levels.list().filter((one) => isMeant(one.file, one.function));
    const changed = access.levels.add((path, name) => (isMeant(path, name) ? rank : undefined));
    const where = [file, pattern].filter((part) => part !== undefined).join(' ');
    access.note('control', `level ${level}${where === '' ? '' : ` for ${where}`}: ${changed} functions changed`);
    const limited = meant.filter(({ ceiling }) => ceiling < rank);
    return { changed, matched: meant.length, limited: limited.slice(0, LIMITED_MAX) };
  };

  const putMark = async (name: string): Promise<Replies['mark']> => {
    if (paused) throw new Error('its recording is paused: there is nothing to put a mark into');
    const timeNs = await mark(name);
    return { timeNs: timeNs === null ? null : access.recordingNs(timeNs) };
  };

  return async (request) => {
    switch (request.type) {
      case 'collect':
        return collect();
      case 'snapshot':
        return snapshot(request.reason);
      case 'levels':
        return { pid, recording: access.file, paused, functions: access.levels.list() } satisfies Replies['levels'];
      case 'set':
        return setLevel(request);
      case 'pause':
        return setPaused(true);
      case 'resume':
        return setPaused(false);
      case 'mark':
        return putMark(request.name);
      default:
        throw new Error(`unknown request ${JSON.stringify((request as { type?: unknown }).type)}`);
    }
  };
}
