/* What functions are called, by what the recording says of them. */
import type { FrameView, Place } from '@execution-cinema/server/protocol';
import { computed } from '@preact/signals';
import { shortNames } from '../model/file-names.ts';
import { baseName, functionAround, isAnonymous, nameAlone, nameOf } from '../model/function-name.ts';
import { grouped } from '../model/grouped.ts';
import { code, files, functionById } from './session.ts';

const byName = computed(() => grouped(code.value.functions, ({ name }) => name));

const fileNames = computed(() => shortNames(files.value));

/** The name of a file, with as much of its path as tells it apart from the others. */
export function fileName(file: string): string {
  return fileNames.value.get(file) ?? baseName(file);
}

export function frameName({ functionId, function: name }: Pick<FrameView, 'functionId' | 'function'>): string {
  const entry = functionById.value.get(functionId);
  return entry ? nameOf(entry) : name;
}

/** The same where its file is not shown beside it. */
export function frameNameAlone(frame: Pick<FrameView, 'functionId' | 'function'>): string {
  const entry = functionById.value.get(frame.functionId);
  return entry ? nameAlone(entry) : frame.function;
}

/** Of a call of which its name and a place in it are known. */
export function nameAround(name: string, place: Place | null): string {
  const entry = isAnonymous(name) ? functionAround(byName.value.get(name) ?? [], place) : undefined;
  return entry ? nameOf(entry) : name;
}
