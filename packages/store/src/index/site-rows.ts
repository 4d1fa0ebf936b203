import type { Database } from '../driver/index.ts';
import { describeSite } from '../read/site-text.ts';
import type { Site } from '../read/sites.ts';
import { functionId, siteId } from './row-ids.ts';

/** Rows of the sites that other rows refer to, written when first needed: a module has many that never run. */
export class SiteRows {
  private readonly insert;
  private readonly written = new Set<number>();

  constructor(db: Database) {
    this.insert = db.prepare('INSERT OR IGNORE INTO site_rows VALUES(?, ?, ?, ?, ?, ?, ?, ?)');
  }

  /** Returns the site's id in SQL. */
  need(site: Site): number {
    const id = siteId(site);
    if (this.written.has(id)) return id;
    this.written.add(id);
    const { name, text, operator } = describeSite(site);
    this.insert.run(id, functionId(site), site.file, site.line, site.column, name, text, operator);
    return id;
  }
}
