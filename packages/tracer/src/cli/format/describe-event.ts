import {
  K,
  SITE_DELETE,
  SITE_EXPRESSION,
  SITE_INJECT,
  SITE_PROPERTY,
  SITE_WRITE,
  SUSPEND_KINDS,
  valueToJson,
  type DecodedEvent,
  type Json,
} from '@execution-cinema/format';
import { eventName, nameOfSite, variableOf, type Site, type SiteResolver } from '@execution-cinema/store';
import { previewValue } from './value-preview.ts';
import { printable } from './text.ts';

/** One raw event in words: what happened, where, with which values. */
export interface EventText {
  kind: string;
  /** `src/cart.ts:12`, empty where the event has no site. */
  place: string;
  detail: string;
}

/** Kinds whose payload is a site id. */
function hasSite(kind: number): boolean {
  if (kind >= K.ENTER_0 && kind <= K.ENTER_MANY) return true;
  return !NO_SITE.has(kind);
}

const NO_SITE: ReadonlySet<number> = new Set([
  K.LEAVE_VALUE,
  K.LEAVE_UNDEFINED,
  K.LEAVE_SMI,
  K.LEAVE_PENDING,
  K.LEAVE_THROW,
  K.LEAVE_CLOSED,
  K.UNWIND,
  K.RETURN_VALUE,
  K.SCOPE_LINK,
  K.LOG,
  K.UNCAUGHT,
  K.REQUEST_START,
  K.REQUEST_END,
  K.MARK,
  K.CORRELATION,
  K.SEND,
  K.RECEIVE,
  K.REQUEST_SOCKET,
  K.REQUEST_TRACE,
]);

/** What one decoded event says, without replaying what came before it. */
export function describeEvent(event: DecodedEvent, resolver: SiteResolver): EventText {
  const site = hasSite(event.kind) ? resolver.resolve(event.payload) : undefined;
  const unresolved = hasSite(event.kind) && !site ? `site ${event.payload} (its module is not in the recording)` : '';
  return {
    kind: eventName(event.kind),
    place: site ? printable(`${site.file}:${site.line}`) : '',
    detail: unresolved || detailOf(event, site),
  };
}

/** The event as plain data, for `--json`. */
export function eventData(event: DecodedEvent, resolver: SiteResolver): Record<string, Json> {
  const site = hasSite(event.kind) ? resolver.resolve(event.payload) : undefined;
  return {
    kind: eventName(event.kind),
    ...(hasSite(event.kind) ? { site: event.payload } : { payload: event.payload }),
    ...(site ? { file: site.file, line: site.line, column: site.column, function: site.function.name } : {}),
    ...(site && nameAt(site) !== '' ? { name: nameAt(site) } : {}),
    ...(event.number === 0 ? {} : { number: event.number }),
    ...(event.number2 === 0 ? {} : { number2: event.number2 }),
    ...(event.number3 === 0 ? {} : { number3: event.number3 }),
    values: event.values.map(valueToJson),
    ...(event.causeCode >= 0
      ? {
          cause: {
            kind: K.CAUSE_CODES[event.causeCode] ?? 'unknown',
            call: event.causeCall,
            correlation: event.causeCorrelation,
          },
        }
      : {}),
  };
}

function detailOf(event: DecodedEvent, site: Site | undefined): string {
  const values = event.values.map((value) => previewValue(valueToJson(value)));
  const cause = causeOf(event);
  const { kind } = event;
  if (kind >= K.ENTER_0 && kind <= K.ENTER_MANY) {
    const parameters = site?.function.parameters ?? [];
    const list = values.map((value, i) => `${printable(parameters[i] ?? `#${i}`)}: ${value}`).join(', ');
    return `${printable(site?.function.name ?? '?')}(${list})${cause}`;
  }
  const [first = '', second = '', third = ''] = values;
  switch (kind) {
    case K.LEAVE_UNDEFINED:
      return 'undefined';
    case K.UNWIND:
      return `${event.payload} frames`;
    case K.RESUME:
      return `call ${event.number} ${printable(site?.function.name ?? '')}${cause}`;
    case K.SUSPEND_VALUE:
      return `${suspendKind(site)} ${first}`;
    case K.SUSPEND:
      return suspendKind(site);
    case K.WRITE:
      return `${nameAt(site)} = ${first}`;
    case K.WRITE_SCOPED:
      return `${nameAt(site)} = ${first}  (scope ${event.number})`;
    case K.SCOPE_OPEN:
      return `parent scope ${event.number}`;
    case K.SCOPE_COPY:
      return `parent scope ${event.number}, copy of scope ${event.number2}`;
    case K.SCOPE_LINK:
      return `closes over scope ${event.number}`;
    case K.PROPERTY:
      return `.${nameAt(site)} = ${second}  (of ${first})`;
    case K.PROPERTY_COMPUTED:
      return `[${second}] = ${third}  (of ${first})`;
    case K.PROPERTY_DELETE:
      return `[${second}]  (of ${first})`;
    case K.MUTATION:
      return `${printable(site ? (nameOfSite(site) ?? '') : '?')}(${values.slice(1).join(', ')})  (now ${event.number2}, of ${first})`;
    case K.LOG:
      return `${event.payload === 2 ? 'stderr' : 'stdout'} ${first}`;
    case K.UNCAUGHT:
      return `${event.payload === 1 ? 'unhandled rejection' : 'uncaught exception'} ${first}`;
    case K.REQUEST_START:
      return `#${event.number} ${event.payload === 1 ? 'out' : 'in'} ${first} ${second}`;
    case K.REQUEST_END:
      return `#${event.number} ${first}`;
    case K.EXPRESSION:
      return `${nameAt(site)} = ${first}`;
    case K.AGGREGATE:
      return `${nameAt(site)} ${event.number} times: first ${first}, last ${second}, min ${third}, max ${values[3] ?? ''}`;
    case K.CORRELATION:
      return `${event.number} is ${first}`;
    case K.SEND:
    case K.RECEIVE:
      return `${K.LINK_KINDS[event.payload] ?? ''} ${event.number2} of channel ${event.number}${cause}`;
    case K.REQUEST_SOCKET:
      return `#${event.number} ${first} to ${second}, request ${event.number2}`;
    case K.REQUEST_TRACE:
      return `#${event.number} traceparent ${event.values.join('-')}`;
    default:
      return values.join(' ');
  }
}

function causeOf({ causeCode, causeCall, causeCorrelation }: DecodedEvent): string {
  if (causeCode < 0) return '';
  const by = causeCall > 0 ? ` by call ${causeCall}` : '';
  return `  [${K.CAUSE_CODES[causeCode] ?? 'unknown'}${by}${causeCorrelation > 0 ? `, correlation ${causeCorrelation}` : ''}]`;
}

function suspendKind(site: Site | undefined): string {
  return site ? (SUSPEND_KINDS[site.a] ?? 'await') : 'await';
}

/** The variable, property or text that a site is about. */
function nameAt(site: Site | undefined): string {
  if (!site) return '?';
  switch (site.kind) {
    case SITE_WRITE:
      return printable(variableOf(site)?.name ?? '');
    case SITE_PROPERTY:
    case SITE_DELETE:
    case SITE_EXPRESSION:
    case SITE_INJECT:
      return printable(site.a >= 0 ? (site.table.names[site.a] ?? '') : '');
    default:
      return '';
  }
}
