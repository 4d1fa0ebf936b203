import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MEMBERS, ORDERLY } from './tree.mjs';

/* What must hold of a recording, whoever ended how. */

const CLI = fileURLToPath(new URL('../../packages/tracer/dist/cli.mjs', import.meta.url));
const { openRecording } = await import(new URL('../../packages/tracer/dist/read.mjs', import.meta.url).href);
const Database = createRequire(new URL('../../packages/store/package.json', import.meta.url))('better-sqlite3');

/** Oldest event that may be lost when its process is killed. */
export const LOST_MS_MAX = 250;

/** Every command that reads a recording, with arguments that fit the tree. */
export const COMMANDS = [
  ['info'],
  ['tree', '-n', '50'],
  ['calls', '-n', '5'],
  ['events', '-n', '5'],
  ['values', 'tick', 'number', '--last', '3'],
  ['state', '--at', 'end'],
  ['sql', 'SELECT kind, count(*) AS n FROM edges GROUP BY 1'],
  ['index'],
  ['verify'],
  ['dump', '-n', '5'],
];

/**
 * @typedef {import('./tree.mjs').Outcome} Outcome
 * @typedef {{ member: string, lostMs: number }} Loss of a member that was killed, or died of its process's end
 */

/**
 * @param {Outcome} outcome
 * @param {readonly string[][]} commands
 * @returns {{ problems: string[], losses: Loss[] }}
 */
export function checkOutcome(outcome, commands) {
  const { recording, run, hung } = outcome;
  const problems = hung.map((member) => `${member} did not end`);
  // Somebody who is killed while it is being made leaves none.
  if (!existsSync(recording)) {
    return { problems: hasDone(outcome) ? [...problems, 'there is no recording'] : problems, losses: [] };
  }
  problems.push(...integrityProblems(recording));
  /** @type {Loss[]} */
  const losses = [];
  const opened = openRecording(recording);
  try {
    for (const problem of opened.verify({ deep: true }).problems) problems.push(`verify: ${problem.text}`);
    const seen = recordedNumbers(opened);
    for (const member of MEMBERS) {
      const side = sideOf(outcome, member);
      if (side.lines.length === 0) continue;
      const { last = -1, calls = 0 } = seen.get(member) ?? {};
      if (calls !== last + 1) problems.push(`${member}: ${calls} calls, the last is number ${last}`);
      const lost = side.lines.filter(({ number }) => number > last);
      const mayLose = !side.done && !ORDERLY.has(wayOf(run, member));
      if (!mayLose && lost.length > 0) problems.push(`${member}: ${lost.length} lines lost although it ended in order`);
      if (!mayLose) continue;
      const lostMs = timeOf(side.lines.at(-1)) - timeOf(lost[0] ?? side.lines.at(-1));
      losses.push({ member, lostMs });
      if (lostMs > LOST_MS_MAX) problems.push(`${member}: the last ${lostMs} ms are lost`);
    }
  } finally {
    opened.close();
  }
  for (const command of commands) {
    const [name = '', ...rest] = command;
    const { status, stderr } = spawnSync(process.execPath, [CLI, name, '--rec', recording, ...rest], {
      encoding: 'utf8',
    });
    if (status !== 0) problems.push(`tracer ${command.join(' ')} ended with ${status}: ${stderr}`);
  }
  return { problems, losses };
}

/**
 * How a member ended: as the run says, if it is the victim or lives in its process.
 * @param {import('./tree.mjs').Run} run
 * @param {string} member
 */
function wayOf({ victim, how }, member) {
  if (member === victim) return how;
  // What its threads are doing at that moment is cut off when a process ends.
  if (member.startsWith(`${victim}/`)) return 'cut off';
  // A parent that ends takes the child of `cluster` along: it exits when the connection closes.
  if (victim === 'parent' && member === 'cluster') return 'exit';
  if (victim === 'parent' && member.startsWith('cluster/')) return 'cut off';
  return 'none';
}

/** @param {{ timeMs: number } | undefined} line */
function timeOf(line) {
  return line?.timeMs ?? 0;
}

/** @param {Outcome} outcome */
function hasDone(outcome) {
  return MEMBERS.some((member) => sideOf(outcome, member).done);
}

/** @param {string} file */
function integrityProblems(file) {
  const database = new Database(file, { readonly: true });
  try {
    const rows = database.pragma('integrity_check');
    return rows[0]?.integrity_check === 'ok' ? [] : [`integrity_check: ${JSON.stringify(rows).slice(0, 200)}`];
  } finally {
    database.close();
  }
}

/**
 * @typedef {{ member: string, last: number, calls: number }} Recorded
 * @param {{ sql(query: string): { rows: Recorded[] } }} recording
 * @returns {Map<string, Recorded>}
 */
function recordedNumbers(recording) {
  const { rows } = recording.sql(
    `SELECT json_extract(c.arguments, '$[0][0]') AS member, max(json_extract(c.arguments, '$[1][0]')) AS last, count(*) AS calls
     FROM call_rows c JOIN functions f ON f.id = c.function_id WHERE f.name = 'tick' GROUP BY 1`,
  );
  return new Map(rows.map((row) => [row.member, row]));
}

/**
 * What the member has written down; a last line that is cut off is left out.
 * @param {Outcome} outcome
 * @param {string} member
 */
function sideOf({ folder }, member) {
  const file = join(folder, `${member.replaceAll('/', '.')}.side`);
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
  return {
    done: lines.at(-1) === 'done',
    lines: lines
      .filter((line) => line !== 'done')
      .map((line) => {
        const [timeMs = 0, number = 0] = line.split(' ').map(Number);
        return { timeMs, number };
      }),
  };
}
