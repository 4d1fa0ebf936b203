import type { Database, SqlValue, Statement } from '../driver/index.ts';

/** Rows of one statement: a call of SQLite costs as much as binding ten values, so it should take many rows. */
const ROWS_PER_STATEMENT = 32;

/**
 * Rows on their way into one table, handed to SQLite many at a time. They are in the table after `flush` only, which
 * belongs before the end of a transaction and before anything that reads or changes the table.
 */
export class RowBatch {
  private readonly columns: number;
  private readonly many: Statement;
  private readonly one: Statement;
  private values: SqlValue[] = [];

  /** `insert` is the statement up to `VALUES`, `otherwise` what follows it (`ON CONFLICT ...`). */
  constructor(db: Database, insert: string, columns: number, otherwise = '') {
    this.columns = columns;
    const row = `(${Array<string>(columns).fill('?').join(', ')})`;
    const statement = (rows: number): Statement =>
      db.prepare(`${insert} VALUES ${Array<string>(rows).fill(row).join(', ')} ${otherwise}`);
    this.many = statement(ROWS_PER_STATEMENT);
    this.one = statement(1);
  }

  add(...row: SqlValue[]): void {
    const { values } = this;
    for (const value of row) values.push(value);
    if (values.length < this.columns * ROWS_PER_STATEMENT) return;
    this.many.run(...values);
    values.length = 0;
  }

  flush(): void {
    const { values, columns } = this;
    for (let at = 0; at < values.length; at += columns) this.one.run(...values.slice(at, at + columns));
    values.length = 0;
  }
}
