import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { CallName, CallView, TreeNodeView } from '@execution-cinema/server/protocol';
import { cursor, frame, goTo } from '../../app/cursor.ts';
import { ask, askLong, generation } from '../../app/session.ts';
import { treeRoot, type TreeRoot } from '../../app/tree.ts';
import { baseName, nameOf } from '../../model/function-name.ts';
import { addNodes, appendChildren, indentOf, treeRows, type Branches, type TreeRow } from '../../model/tree-rows.ts';
import { plural } from '../../model/units.ts';
import { Latest } from '../../transport/latest.ts';
import { isCancelled } from '../../transport/source.ts';
import { Button } from '../parts/button.tsx';
import { Icon } from '../parts/icon.tsx';
import { ErrorMessage, Message, Waiting } from '../parts/message.tsx';
import { VirtualList } from '../parts/virtual-list.tsx';
import { CallLine } from './call-line.tsx';

const FIRST_LIMIT = 600;
/** Levels below the call whose tree is shown alone. */
const ROOT_DEPTH = 20;
const PAGE = 300;

/** Who called whom, with arguments and outcome; what was scheduled stands below what scheduled it. */
export function TreePanel() {
  const chosen = treeRoot.value;
  const root = chosen?.call ?? null;
  const [async, setAsync] = useState(true);
  const [roots, setRoots] = useState<{ nodes: readonly TreeNodeView[]; omitted: number } | null>(null);
  const [branches, setBranches] = useState<Branches>(new Map());
  const [open, setOpen] = useState<ReadonlySet<CallName>>(new Set());
  const [error, setError] = useState<unknown>(null);
  const latest = useRef(new Latest()).current;

  const load = async (): Promise<void> => {
    try {
      const params = { async, limit: FIRST_LIMIT, ...(root === null ? { depth: 3 } : { depth: ROOT_DEPTH, root }) };
      const answer = await latest.run((signal) => askLong('tree', params, signal));
      if (!answer) return;
      const added = addNodes(new Map(), answer.roots);
      setRoots({ nodes: answer.roots, omitted: answer.omitted });
      setBranches(added);
      // Of one call everything is open that there is room for.
      const opened = root === null ? answer.roots.slice(0, 8).map((node) => node.call.call) : added.keys();
      setOpen((before) => (before.size > 0 ? before : new Set(opened)));
      setError(null);
    } catch (failed) {
      setError(failed);
    }
  };
  // Another tree begins with its own branches open.
  useEffect(() => setOpen(new Set()), [root]);
  useEffect(() => void load(), [root, async, generation.value]);

  const rows = useMemo(
    () => (roots ? treeRows(roots.nodes, roots.omitted, branches, open) : []),
    [roots, branches, open],
  );

  /** Opens the branches that lead to the current call. */
  const reveal = async (wanted: CallName): Promise<void> => {
    try {
      const { callers } = await ask('call', { call: wanted, limit: 1 });
      const path = callers.map(({ call }) => call).reverse();
      let known = branchesNow.current;
      for (const of of path) {
        if (known.has(of)) continue;
        const answer = await ask('tree', { root: of, depth: 1, limit: PAGE, async });
        const node = answer.roots[0];
        known = appendChildren(known, of, node?.children ?? [], node?.omitted ?? 0);
      }
      setBranches(known);
      setOpen((before) => new Set([...before, ...path]));
    } catch (failed) {
      if (!isCancelled(failed)) setError(failed);
    }
  };
  const current = frame.value?.call;
  const branchesNow = useRef(branches);
  branchesNow.current = branches;
  useEffect(() => {
    if (roots && current !== undefined && !rows.some((row) => row.kind === 'call' && row.call.call === current)) {
      void reveal(current);
    }
  }, [roots, current]);

  const loadChildren = async (of: CallName, offset: number): Promise<void> => {
    try {
      const answer = await askLong('tree', { root: of, depth: 2, limit: PAGE, offset, async });
      const node = answer.roots[0];
      setBranches((before) => appendChildren(before, of, node?.children ?? [], node?.omitted ?? 0));
    } catch (failed) {
      if (!isCancelled(failed)) setError(failed);
    }
  };
  const toggle = (row: TreeRow, wanted?: boolean) => {
    if (row.kind !== 'call' || !row.opens) return;
    const next = new Set(open);
    const opens = wanted ?? !row.open;
    if (opens) next.add(row.call.call);
    else next.delete(row.call.call);
    setOpen(next);
    if (opens && !branches.has(row.call.call)) void loadChildren(row.call.call, 0);
  };
  const pick = (row: TreeRow) => {
    if (row.kind === 'call' && row.call.start) void goTo(row.call.start);
    else if (row.kind === 'more' && row.of !== null) void loadChildren(row.of, row.offset);
  };
  const shown = rows.findIndex((row) => row.kind === 'call' && row.call.call === current);
  return (
    <div class="column">
      <div class="dock-tools">
        {chosen === null ? (
          <Button
            label="Show what the current call led to, and nothing else"
            class="small"
            disabled={!frame.value}
            onClick={() => {
              treeRoot.value = frame.value && { call: frame.value.call, request: null };
            }}
          >
            Only the current call
          </Button>
        ) : (
          <span class="tree-root">
            <span class="shrink" title={rootText(chosen, roots?.nodes[0]?.call)}>
              only <strong>{rootText(chosen, roots?.nodes[0]?.call)}</strong>
            </span>
            <Button label="Show the tree of the whole recording" class="small" onClick={() => (treeRoot.value = null)}>
              Show all
            </Button>
          </span>
        )}
        <label class="check">
          <input type="checkbox" checked={async} onChange={(event) => setAsync(event.currentTarget.checked)} />
          scheduled calls below what scheduled them
        </label>
      </div>
      {error !== null && <ErrorMessage error={error} />}
      <VirtualList
        items={rows}
        rowHeight={24}
        role="tree"
        label="Call tree"
        shown={shown}
        onPick={pick}
        onKey={(event, row) => {
          if (event.key === 'ArrowRight') toggle(row, true);
          else if (event.key === 'ArrowLeft') toggle(row, false);
          else return false;
          return true;
        }}
        itemProperties={(row) => ({
          'aria-level': row.depth + 1,
          ...(row.kind === 'call' && row.opens && { 'aria-expanded': row.open }),
        })}
        empty={
          roots ? (
            <Message icon="tree" title="No calls were recorded">
              {cursor.value === null ? '' : 'The level was off, or nothing of the program’s own code ran.'}
            </Message>
          ) : (
            error === null && <Waiting />
          )
        }
        row={(row) =>
          row.kind === 'more' ? (
            <div class="tree-row" style={{ paddingLeft: `${10 + indentOf(row.depth)}px` }}>
              <span class="faint">
                {plural(row.omitted, 'more call')}
                {row.of === null ? ': choose a part of the run, or one call' : ''}
              </span>
            </div>
          ) : (
            <div
              class={`tree-row${row.call.call === current ? ' now' : ''}`}
              style={{ paddingLeft: `${6 + indentOf(row.depth)}px` }}
              title={`Level ${row.depth + 1}`}
            >
              <button
                type="button"
                class="twisty-button"
                tabIndex={-1}
                aria-label={row.open ? 'Close' : 'Open'}
                style={{ visibility: row.opens ? 'visible' : 'hidden' }}
                onClick={(event) => {
                  event.stopPropagation();
                  toggle(row);
                }}
              >
                <Icon name={row.open ? 'down' : 'chevron'} size={12} />
              </button>
              <CallLine call={row.call} scheduled={row.scheduled} />
            </div>
          )
        }
      />
    </div>
  );
}

/** What the tree is restricted to. */
function rootText({ call, request }: TreeRoot, top: CallView | undefined): string {
  return request ?? (top ? `${nameOf({ ...top, name: top.function })}, ${baseName(top.file)}:${top.line}` : call);
}
