import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const SERIOUS = new Set(['serious', 'critical']);
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

interface Violation {
  id: string;
  impact: string;
  nodes: { html: string; failureSummary: string }[];
}

/** Violations of level serious and above, one line each. */
export async function violations(page: Page): Promise<string[]> {
  // The policy of the page keeps scripts out that are not its own: axe is put in by the debugger.
  await page.evaluate(readFileSync(AXE, 'utf8'));
  const found = (await page.evaluate(
    'axe.run(document, { resultTypes: ["violations"] }).then((r) => r.violations)',
  )) as Violation[];
  return found
    .filter(({ impact }) => SERIOUS.has(impact))
    .map(
      ({ id, nodes }) =>
        `${id}: ${nodes
          .slice(0, 3)
          .map(({ html, failureSummary }) => `${html.slice(0, 160)} ${failureSummary.slice(0, 200)}`)
          .join(' | ')}`,
    );
}
