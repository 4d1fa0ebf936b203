// `useDefineForClassFields: false`: tsc makes assignments of class fields, and nothing of those without a value. Where
// nobody could tell a definition from an assignment, fields with a value stay as they are.
import type { Class, MethodDefinition, PropertyDefinition } from 'acorn';
import type { ProgramFacts } from './inspect-program.ts';
import type { Blank } from './blanks.ts';

/** Own properties that every instance of Error, and every function, has before its fields come. */
const TAKEN = { instance: /^(?:message|stack|cause)$/, static: /^(?:name|length|prototype|arguments|caller)$/ };

/** What has to be blanked out; `undefined` where a setter or read-only property may be in the way of an assignment. */
export function blanksOfAssignedFields(facts: ProgramFacts): Blank[] | undefined {
  const blanks: Blank[] = [];
  for (const node of facts.classes) {
    const fields = node.body.body.filter(isPublicField);
    if (fields.length === 0) continue;
    if (fields.some((field) => !isPlain(field, node))) return undefined;
    if (node.superClass && !extendsError(node, facts)) return undefined;
    for (const { value, start, end } of fields) {
      if (!value) blanks.push({ start, end, first: ';' });
    }
  }
  return blanks;
}

/** Private ones are defined either way. */
function isPublicField(member: Class['body']['body'][number]): member is PropertyDefinition {
  return member.type === 'PropertyDefinition' && member.key.type !== 'PrivateIdentifier';
}

function isPlain(field: PropertyDefinition, owner: Class): boolean {
  if (field.computed || field.key.type !== 'Identifier') return false;
  const { name } = field.key;
  if (TAKEN[field.static ? 'static' : 'instance'].test(name) || name === '__proto__') return false;
  return !owner.body.body.some((member) => member.type === 'MethodDefinition' && isAccessor(member, name));
}

function isAccessor({ kind, key }: MethodDefinition, name: string): boolean {
  return (kind === 'get' || kind === 'set') && (key.type !== 'Identifier' || key.name === name);
}

/** The one base class that is both common and known. */
function extendsError({ superClass }: Class, { declared }: ProgramFacts): boolean {
  return superClass?.type === 'Identifier' && superClass.name === 'Error' && !declared.has('Error');
}
