/** What `attempt` gives; undefined when it throws. For look-ups on disk whose failure must not become the program's. */
export function quietly<Result>(attempt: () => Result): Result | undefined {
  try {
    return attempt();
  } catch {
    return undefined;
  }
}
