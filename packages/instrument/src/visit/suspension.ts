import { SITE_SUSPEND, SUSPEND_KINDS } from '@execution-cinema/format';
import type { AnyNode } from 'acorn';
import type { NodeOf } from '../ast.ts';
import type { Walk } from '../walk.ts';

type SuspendKind = (typeof SUSPEND_KINDS)[number];

/** A site at which the current function gives up control. Its rank is that of the value it resumes with. */
export function suspendSite(walk: Walk, node: AnyNode, kind: SuspendKind): number {
  return walk.site(SITE_SUSPEND, 3, node, SUSPEND_KINDS.indexOf(kind));
}

export function visitAwait(walk: Walk, node: NodeOf<'AwaitExpression'>): void {
  if (!walk.records(1)) {
    walk.visit(node.argument);
    return;
  }
  const { templates } = walk;
  const site = suspendSite(walk, node, 'await');
  const [open, close] = suspending(walk, 'a', site);
  walk.wrap(node, templates.openAt('g', site), ')', () => {
    walk.wrap(node.argument, open, close, () => walk.visitBare(node.argument));
  });
}

export function visitYield(walk: Walk, node: NodeOf<'YieldExpression'>): void {
  const { argument, delegate } = node;
  if (!walk.records(1)) {
    if (argument != null) walk.visit(argument);
    return;
  }
  const { templates } = walk;
  const site = suspendSite(walk, node, delegate ? 'delegating' : 'yield');
  const [open, close] = suspending(walk, delegate ? 'a' : 'y', site);
  walk.wrap(node, templates.openAt('g', site), ')', () => {
    if (argument == null) walk.edits.insert(node.end, ` ${open}void 0${close}`);
    // The runtime has to know a `yield*` from an `await`: a generator can be closed there.
    else walk.wrap(argument, open, delegate ? `,1${close}` : close, () => walk.visitBare(argument));
  });
}

/** Text round the value with which the frame goes to sleep. In the head of a `for await` it may sleep already. */
function suspending(walk: Walk, probe: 'a' | 'y', site: number): [open: string, close: string] {
  const open = walk.templates.openAt(probe, site);
  return walk.frame.inAwaitedHead ? [`(${resumeCall(walk)},${open}`, '))'] : [open, ')'];
}

/** Resumes the frame where code may be reached after a suspension that no `await` shows. */
export function resumeCall(walk: Walk): string {
  walk.frame.unseenSuspensions++;
  return `${walk.templates.openWithToken('h').slice(0, -1)})`;
}

/** Suspends the frame where it awaits without an `await`; resumes it before, in case it sleeps already. */
export function suspendUnseen(walk: Walk, site: number): string {
  return `${resumeCall(walk)};${walk.templates.openAt('a', site).slice(0, -1)});`;
}
