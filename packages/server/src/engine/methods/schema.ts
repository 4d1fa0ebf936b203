import type { SchemaView } from '../../protocol.ts';
import type { Answer } from './method.ts';

/** What a view is about, in the order in which people look for them. */
const ABOUT: Readonly<Record<string, string>> = {
  calls: 'calls with their outcome',
  arguments: 'arguments of calls',
  writes: 'writes of variables and properties',
  expressions: 'values of expressions (level expressions)',
  exceptions: 'thrown errors',
  logs: 'what was printed',
  requests: 'HTTP requests',
  edges: 'causes across turns of the event loop, threads and processes',
  suspensions: 'awaits and yields',
  functions: 'functions with their number of calls',
  modules: 'files with their source',
  threads: 'threads with their events',
  processes: 'processes',
  events: 'the raw events',
  objects: 'objects by identity',
  samples: 'delay of the event loop, garbage collection, heap',
  gaps: 'what was dropped',
  marks: 'marks of the program',
  correlations: 'named chains of calls',
  snapshots: 'snapshots as JSON',
  meta: 'facts of the recording',
  sites: 'places in the code',
};

const EXAMPLES = [
  {
    title: 'Slowest calls',
    query:
      'SELECT id AS call_id, function, file, line, (end_ns - start_ns) / 1e6 AS ms FROM calls\nWHERE end_ns IS NOT NULL ORDER BY ms DESC LIMIT 50',
  },
  {
    title: 'Calls that threw',
    query:
      'SELECT c.id AS call_id, c.function, e.name, e.message, e.time_ns FROM calls c\nJOIN exceptions e ON e.id = c.exception_id ORDER BY e.time_ns LIMIT 100',
  },
  {
    title: 'Values of a variable',
    query:
      "SELECT call_id, time_ns, name, value, file, line FROM writes\nWHERE name = 'total' ORDER BY time_ns LIMIT 200",
  },
  {
    title: 'Where NaN or undefined was written',
    query:
      "SELECT call_id, time_ns, name, value, file, line FROM writes\nWHERE value LIKE '%\"NaN\"%' OR type = 'undefined' ORDER BY time_ns LIMIT 200",
  },
  {
    title: 'Time per function',
    query:
      'SELECT function, file, line, count(*) AS calls, sum(end_ns - start_ns) / 1e6 AS ms FROM calls\nGROUP BY function_id ORDER BY ms DESC LIMIT 50',
  },
];

export const schema: Answer<'schema'> = ({ sidecar }) => {
  const names = new Set(
    sidecar.db
      .prepare("SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')")
      .all<{ name: string }>()
      .map(({ name }) => name),
  );
  const columns = sidecar.db.prepare('SELECT name FROM pragma_table_info(?)');
  const views = Object.entries(ABOUT)
    .filter(([name]) => names.has(name))
    .map<SchemaView['views'][number]>(([name, about]) => ({
      name,
      about,
      columns: columns.all<{ name: string }>(name).map((column) => column.name),
    }));
  return { views, examples: EXAMPLES };
};
