/** What one look at the machine or the project found. */
export interface Finding {
  /** What was looked at: `Node`, `SQLite`. */
  name: string;
  /** `problem`: recording fails or records nothing; `note`: it works, but there is something to know. */
  status: 'ok' | 'note' | 'problem';
  detail: string;
  /** What to do; present for problems and most notes. */
  remedy?: string;
}

export interface DoctorInput {
  cwd: string;
  env: Readonly<Record<string, string | undefined>>;
}

export function ok(name: string, detail: string): Finding {
  return { name, status: 'ok', detail };
}

export function note(name: string, detail: string, remedy?: string): Finding {
  return { name, status: 'note', detail, ...(remedy === undefined ? {} : { remedy }) };
}

export function problem(name: string, detail: string, remedy: string): Finding {
  return { name, status: 'problem', detail, remedy };
}
