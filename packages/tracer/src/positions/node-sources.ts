/** The sources of Node's own modules by id; empty where this Node does not let them be read. */
export function nodeSources(): Readonly<Record<string, string>> {
  try {
    const { binding } = process as unknown as { binding(name: 'natives'): Record<string, string> };
    return binding.call(process, 'natives');
  } catch {
    return {};
  }
}

/** 1-based line of a text in a module of Node; undefined when it is not there. */
export function lineInNode(id: string, text: string): number | undefined {
  const source = nodeSources()[id];
  const place = source?.indexOf(text) ?? -1;
  return source === undefined || place === -1 ? undefined : source.slice(0, place).split('\n').length;
}
