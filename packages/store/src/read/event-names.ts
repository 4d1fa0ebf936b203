import { K } from '@execution-cinema/format';

/** Name of an event kind as people see it (`events` view, `tracer events`, `tracer dump`). */
export function eventName(kind: number): string {
  if (kind >= K.ENTER_0 && kind <= K.ENTER_MANY) return 'enter';
  return NAMES.get(kind) ?? `kind ${kind}`;
}

const NAMES = new Map<number, string>([
  [K.LEAVE_VALUE, 'return'],
  [K.LEAVE_UNDEFINED, 'return'],
  [K.LEAVE_SMI, 'return'],
  [K.LEAVE_PENDING, 'return'],
  [K.LEAVE_THROW, 'leave by throw'],
  [K.LEAVE_CLOSED, 'close'],
  [K.UNWIND, 'unwind'],
  [K.RETURN_VALUE, 'return value'],
  [K.SUSPEND, 'suspend'],
  [K.SUSPEND_VALUE, 'yield'],
  [K.RESUME, 'resume'],
  [K.RESUME_VALUE, 'resume value'],
  [K.WRITE, 'write'],
  [K.WRITE_SCOPED, 'write'],
  [K.SCOPE_OPEN, 'scope'],
  [K.SCOPE_COPY, 'scope'],
  [K.SCOPE_LINK, 'scope link'],
  [K.PROPERTY, 'property'],
  [K.PROPERTY_COMPUTED, 'property'],
  [K.PROPERTY_DELETE, 'delete'],
  [K.MUTATION, 'mutation'],
  [K.EXPRESSION, 'expression'],
  [K.THROW, 'throw'],
  [K.CATCH, 'catch'],
  [K.THIS, 'this'],
  [K.LOG, 'log'],
  [K.LOG_INJECTED, 'injected log'],
  [K.UNCAUGHT, 'uncaught'],
  [K.REQUEST_START, 'request'],
  [K.REQUEST_END, 'response'],
  [K.MARK, 'mark'],
  [K.AGGREGATE, 'aggregate'],
  [K.CORRELATION, 'correlation'],
  [K.SEND, 'send'],
  [K.RECEIVE, 'receive'],
  [K.REQUEST_SOCKET, 'connection'],
  [K.REQUEST_TRACE, 'trace context'],
]);
