import {
  SITE_CATCH,
  SITE_DELETE,
  SITE_EXPRESSION,
  SITE_INJECT,
  SITE_MUTATION,
  SITE_PROPERTY,
  SITE_WRITE,
} from '@execution-cinema/format';
import { variableOf, type Site } from './sites.ts';

/** What a site names: a variable or property, the text of an owner or expression, the operator or kind of expression. */
export function describeSite(site: Site): { name: string | null; text: string | null; operator: string | null } {
  const name = (index: number): string | null => site.table.names[index] ?? null;
  switch (site.kind) {
    case SITE_WRITE:
    case SITE_CATCH:
      return {
        name: variableOf(site)?.name ?? null,
        text: null,
        operator: site.kind === SITE_CATCH ? 'catch' : name(site.b),
      };
    case SITE_PROPERTY:
    case SITE_DELETE:
      return { name: name(site.a), text: name(site.b), operator: site.kind === SITE_DELETE ? 'delete' : '=' };
    case SITE_MUTATION:
      return { name: null, text: name(site.b), operator: name(site.a) };
    case SITE_EXPRESSION:
      return { name: null, text: name(site.a), operator: name(site.b) };
    case SITE_INJECT:
      return { name: null, text: name(site.a), operator: 'log' };
    default:
      return { name: null, text: null, operator: null };
  }
}

/** Variable, property (with its owner) or expression that a site is about; undefined when it names none. */
export function nameOfSite(site: Site): string | undefined {
  const { name, text, operator } = describeSite(site);
  if (site.kind === SITE_MUTATION) return `${text ?? ''}.${operator ?? ''}`;
  if (site.kind === SITE_PROPERTY || site.kind === SITE_DELETE)
    return `${text ?? ''}${name === null ? '[...]' : `.${name}`}`;
  return name ?? text ?? undefined;
}
