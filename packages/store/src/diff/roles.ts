import { basename } from 'node:path';
import type { Recording, ThreadRow } from '../read/recording.ts';

/**
 * What a thread is in its run, in words that another run shares: its process by what started it and its script,
 * itself by kind and name. Pids and thread numbers are left out. Threads of one role do the same work: which of them did
 * a piece of it does not matter.
 */
export function threadRoles(recording: Recording): Map<string, ThreadRow[]> {
  const processes = new Map<number, string>();
  const count = numbered();
  for (const { id, parentId, argv } of recording.processes()) {
    const parent = parentId === null ? '' : `${processes.get(parentId) ?? '?'} > `;
    const words = argv.slice(0, PROGRAM_WORDS).map((word) => basename(word).replaceAll(/\d+/g, 'N'));
    processes.set(id, count(`${parent}${words.join(' ')}`));
  }
  const roles = new Map<string, ThreadRow[]>();
  for (const thread of recording.threads()) {
    const kind = thread.name === '' ? thread.kind : `${thread.kind} ${thread.name.replaceAll(/\d+/g, 'N')}`;
    const role = `${processes.get(thread.processId) ?? '?'}: ${kind}`;
    const known = roles.get(role);
    if (known) known.push(thread);
    else roles.set(role, [thread]);
  }
  return roles;
}

/** Program and script; what else the command line says is what may differ between the runs. */
const PROGRAM_WORDS = 2;

/** The second process of a name gets a number. */
function numbered(): (name: string) => string {
  const counts = new Map<string, number>();
  return (name) => {
    const number = (counts.get(name) ?? 0) + 1;
    counts.set(name, number);
    return number === 1 ? name : `${name} (${number})`;
  };
}
