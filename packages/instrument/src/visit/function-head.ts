import type { AnyNode } from 'acorn';
import type { Frame } from '../frame.ts';
import type { FunctionInfo } from '../scopes/scope.ts';
import type { Walk } from '../walk.ts';
import { capturesThis, type Parameter, type Role } from './function-facts.ts';

/** Fills the function's entry in the site table; the returned function makes the head's text once the body is known. */
export function prepareHead(
  walk: Walk,
  frame: Frame,
  { role, guarded }: { role: Role; guarded: boolean },
  parameters: readonly Parameter[],
): () => string {
  const { templates, sites } = walk;
  const entry = sites.functions[frame.index]!;
  const values: string[] = [];
  if (capturesThis(frame.info, role)) {
    values.push('this');
    entry.parameters.push('this');
    entry.parameterVariables.push(-1);
  }
  const secrets: Record<number, string> = {};
  let hasSecrets = false;
  for (const { name, rest } of parameters) {
    if (sites.isSecret(name)) {
      secrets[values.length] = name;
      hasSecrets = true;
    }
    values.push(name);
    entry.parameters.push(rest ? `...${name}` : name);
    entry.parameterVariables.push(sites.variable(frame.info.scope.variables.get(name)!));
  }
  if (hasSecrets) sites.secrets[entry.site] = secrets;
  const link = linkedInstance(walk, frame.info);
  const scope = frame.info.scope;
  const opened = walk.hasInstances(scope) ? walk.openInstance(scope) : undefined;
  const enter = templates.enter(entry.site, values, frame.suspends);
  return () => {
    const variables = [`${templates.token}=${enter}`];
    if (opened !== undefined) variables.push(`${opened.name}=${opened.call}`);
    variables.push(...temporaries(walk, frame));
    const guard = guarded ? templates.guard() : '';
    const linked = link === '' ? '' : `${templates.openWithToken('l')}${link});`;
    return `${guard}var ${variables.join(',')};${linked}${frame.hasFinally ? 'try{' : ''}`;
  };
}

/** The injected variables of a function that its code turned out to need. Also settles what waited for that. */
export function temporaries(walk: Walk, frame: Frame): string[] {
  const { templates } = walk;
  const names: string[] = [];
  if (frame.usesPending) {
    names.push(`${templates.pending}=0`);
    for (const { slot, text } of frame.pendingSlots) walk.edits.fill(slot, text);
  }
  if (frame.usesOwner) names.push(templates.owner);
  for (let depth = 0; depth < frame.keyCount; depth++) names.push(templates.key(depth));
  return names;
}

/** The innermost instance among the scopes that a function uses from outside; '' when it is the module's or none. */
function linkedInstance(walk: Walk, info: FunctionInfo): string {
  if (!walk.records(2)) return '';
  for (let scope = info.scope.parent; scope !== null && scope.kind !== 'module'; scope = scope.parent) {
    if (scope.instance !== '' && info.freeNames.some((name) => scope.variables.has(name))) return scope.instance;
  }
  return '';
}

/** What a body does at its end, if the end can be reached. */
export function end(walk: Walk, body: readonly AnyNode[]): string {
  const last = body.at(-1)?.type;
  if (last === 'ReturnStatement' || last === 'ThrowStatement') return '';
  return `;${walk.templates.returnNothing(walk.frame.suspends)}`;
}

/** As `end`, where disposals follow: the frame ends in our finally block. */
export function endPending(walk: Walk): string {
  const { frame, templates } = walk;
  frame.usesPending = true;
  return `;${templates.pending}=1;${templates.openWithToken(frame.suspends ? 'qa' : 'q')}void 0);`;
}
