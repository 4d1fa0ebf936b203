import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Place, SearchHit, SearchKind } from '@execution-cinema/server/protocol';
import { run } from '../../app/commands.ts';
import { goTo, goToText } from '../../app/cursor.ts';
import { showFunction, showFunctionId } from '../../app/functions.ts';
import { dock, paletteOpen } from '../../app/panels.ts';
import { askLong, code, files, overview, recordings, wholeSpan } from '../../app/session.ts';
import { openFile } from '../../app/source.ts';
import { openAt } from '../../app/start.ts';
import { DOCKS, NOWHERE } from '../../model/address.ts';
import { rank } from '../../model/fuzzy.ts';
import { nameOf } from '../../model/function-name.ts';
import { BINDINGS, keyText } from '../../model/keymap.ts';
import { parseLine } from '../../model/line-of-file.ts';
import { timeText } from '../../model/units.ts';
import { Latest } from '../../transport/latest.ts';
import { DOCK_TABS } from '../dock/dock-tabs.ts';
import { Icon, type IconName } from '../parts/icon.tsx';
import { PlaceText } from '../parts/place.tsx';
import { Value } from '../parts/value.tsx';
import { threadLabel } from '../stage/thread-label.ts';
import { commandText } from '../../model/thread-labels.ts';

interface Entry {
  id: string;
  icon: IconName;
  title: string;
  detail: string;
  hit?: SearchHit;
  place?: Place;
  keys?: string;
  /** The palette stays open. */
  stays?: boolean;
  pick: () => void;
}

/** Hits of each kind that are asked for; so many times more whenever somebody wants more, up to what the server gives. */
const HITS_FIRST = 12;
const HITS_MORE = 4;
const HITS_MAX = 200;
const SEARCH_AFTER_MS = 120;
const ICONS: Readonly<Record<string, IconName>> = {
  function: 'flame',
  file: 'file',
  source: 'file',
  value: 'history',
  log: 'log',
  exception: 'alert',
  request: 'globe',
};

/** One field for everything: functions, files, values, output, moments, commands. */
export function Palette({ mode }: { mode: 'all' | 'search' }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const [text, setText] = useState('');
  const [index, setIndex] = useState(0);
  const [limit, setLimit] = useState(HITS_FIRST);
  const { hits, state, more } = useSearch(text.trim(), limit);
  const local = useMemo(
    () => (text.trim() === '' && mode === 'search' ? [] : localEntries(text.trim(), mode)),
    [text, mode],
  );
  const known = new Set(local.map(({ id }) => id));
  const found = hits.map(hitEntry).filter(({ id }) => !known.has(id));
  const entries = [...local, ...found];
  if (more.length > 0 && limit < HITS_MAX) entries.push(moreEntry(more, () => setLimit(limit * HITS_MORE)));
  // Of what the page knows itself the search need not say that it found nothing.
  const said = state === NOTHING && entries.length > 0 ? '' : state;
  const active = Math.min(index, entries.length - 1);
  // Before the next key: somebody types on at once.
  useLayoutEffect(() => {
    const element = dialog.current!;
    element.showModal();
    field.current!.focus();
    return () => element.close();
  }, []);
  const pick = (entry: Entry | undefined) => {
    if (!entry) return;
    if (!entry.stays) paletteOpen.value = false;
    entry.pick();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) setIndex((active + step + entries.length) % Math.max(1, entries.length));
    else if (event.key === 'Enter') pick(entries[active]);
    else return;
    event.preventDefault();
  };
  return (
    <dialog
      ref={dialog}
      class="palette dialog"
      aria-label="Search or go to"
      // The event comes in a later task: another palette may be open by then.
      onClose={() => dialog.current && (paletteOpen.value = false)}
      onClick={(event) => event.target === event.currentTarget && event.currentTarget.close()}
    >
      <div class="palette-field">
        <Icon name="search" />
        <input
          ref={field}
          type="text"
          role="combobox"
          aria-expanded={entries.length > 0}
          aria-controls="palette-list"
          aria-activedescendant={entries.length > 0 ? `palette-${active}` : undefined}
          aria-label="Search functions, files, values, output, moments, commands"
          placeholder={
            mode === 'search'
              ? 'Search functions, files, values, output'
              : 'Search, a line such as app.js:20, a moment such as 1@230 or 250ms, or a command'
          }
          value={text}
          spellcheck={false}
          autocomplete="off"
          onInput={(event) => {
            setText(event.currentTarget.value);
            setIndex(0);
            setLimit(HITS_FIRST);
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      <ul id="palette-list" class="palette-list" role="listbox" aria-label="Found">
        {entries.map((entry, i) => (
          <li
            key={entry.id}
            id={`palette-${i}`}
            role="option"
            aria-selected={i === active}
            class={i === active ? 'active' : ''}
            ref={i === active ? (element) => element?.scrollIntoView({ block: 'nearest' }) : null}
            onPointerMove={() => setIndex(i)}
            onClick={() => pick(entry)}
          >
            <EntryLine entry={entry} />
          </li>
        ))}
      </ul>
      {said !== '' && <p class="palette-state">{said}</p>}
    </dialog>
  );
}

/** What an entry is, what was found in it, and where. */
function EntryLine({ entry: { icon, title, detail, hit, place, keys } }: { entry: Entry }) {
  const shown = place ?? hit?.place ?? null;
  const isText = hit?.kind === 'log' || hit?.kind === 'source';
  return (
    <>
      <Icon name={icon} size={15} />
      {!(isText && hit.excerpt) && <span class="palette-title">{title}</span>}
      {hit?.excerpt ? (
        <code class="palette-excerpt" title={title}>
          {hit.excerpt.before}
          <mark>{hit.excerpt.match}</mark>
          {hit.excerpt.after}
        </code>
      ) : (
        hit && hit.value !== null && <Value value={hit.value} room={80} />
      )}
      <span class="palette-detail">{shown ? whereText(hit) : detail}</span>
      <PlaceText place={shown} />
      {hit?.at && <time class="faint">{timeText(hit.at.timeNs, wholeSpan.value.toNs / 4)}</time>}
      {keys !== undefined && <kbd>{keys}</kbd>}
    </>
  );
}

/** The function, and of several threads which one. */
function whereText(hit: SearchHit | undefined): string {
  const threads = overview.peek()?.threads.length ?? 1;
  const thread = hit?.at && threads > 1 ? threadLabel(hit.at.thread) : null;
  return [hit?.function, thread].filter(Boolean).join(' · ');
}

const NOTHING = 'Nothing found in functions, files, values, output and errors.';

interface Search {
  hits: SearchHit[];
  /** Kinds of which there are more. */
  more: SearchKind[];
  state: string;
}

const NO_SEARCH: Search = { hits: [], more: [], state: '' };

function useSearch(text: string, limit: number): Search {
  const [found, setFound] = useState(NO_SEARCH);
  const latest = useRef(new Latest()).current;
  useEffect(() => {
    if (text.length < 2 || overview.peek() === null) {
      latest.cancel();
      setFound(NO_SEARCH);
      return;
    }
    const timer = setTimeout(() => {
      void latest
        .run((signal) => askLong('search', { text, limit: Math.min(limit, HITS_MAX) }, signal))
        .then((answer) => {
          if (!answer) return;
          const { hits, more, coverage } = answer;
          const nothing = hits.length === 0 ? NOTHING : '';
          const partly = 'The recording is still being read; there may be more.';
          setFound({ hits, more, state: coverage < 1 ? partly : nothing });
        })
        .catch((error: unknown) =>
          setFound({ ...NO_SEARCH, state: error instanceof Error ? error.message : String(error) }),
        );
    }, SEARCH_AFTER_MS);
    return () => {
      clearTimeout(timer);
      latest.cancel();
    };
  }, [text, limit]);
  return found;
}

function hitEntry(hit: SearchHit, i: number): Entry {
  const { kind, functionId, title, detail } = hit;
  const own = kind === 'function' ? `function ${functionId}` : kind === 'file' ? `file ${title}` : `hit ${i}`;
  return {
    id: own,
    icon: ICONS[kind] ?? 'search',
    title,
    detail,
    hit,
    pick: () => {
      if (hit.at) void goTo(hit.at, { frame: hit.call });
      else if (functionId !== null) showFunctionId(functionId);
      else if (hit.place) openFile(hit.place.file, hit.place.line || null);
    },
  };
}

function moreEntry(kinds: readonly SearchKind[], pick: () => void): Entry {
  const title = `More hits among ${kinds.map((kind) => PLURALS[kind]).join(', ')}`;
  return { id: 'more', icon: 'down', title, detail: '', stays: true, pick };
}

const PLURALS: Readonly<Record<SearchKind, string>> = {
  function: 'functions',
  file: 'files',
  source: 'lines of source',
  value: 'values',
  log: 'output',
  exception: 'errors',
  request: 'requests',
};

/** What the page knows without asking. */
function localEntries(text: string, mode: 'all' | 'search'): Entry[] {
  if (mode === 'search') return [];
  const entries: Entry[] = [];
  if (overview.peek() && /^(\d+[@:]\d+|\d+(\.\d+)?\s*(ns|us|µs|ms|s|min)|start|end)$/.test(text)) {
    entries.push({
      id: 'moment',
      icon: 'film',
      title: `Go to ${text}`,
      detail: 'moment',
      pick: () => void goToText(text),
    });
  }
  const line = overview.peek() ? parseLine(text, files.peek()) : [];
  entries.push(
    ...line.map((place) => ({
      id: `line ${place.file}`,
      icon: 'file' as const,
      title: `Line ${place.line} of ${place.file.split('/').at(-1)!}`,
      detail: '',
      place,
      pick: () => openFile(place.file, place.line),
    })),
  );
  const commands: Entry[] = overview.peek()
    ? [
        ...BINDINGS.filter(({ command }) => command.do !== 'palette').map(({ about, keys, command }, i) => ({
          id: `command ${i}`,
          icon: 'play' as const,
          title: about,
          detail: '',
          keys: keyText(keys[0]!),
          pick: () => run(command),
        })),
        ...DOCKS.map((id) => {
          const tab = DOCK_TABS.find((entry) => entry.id === id)!;
          return {
            id: `dock ${id}`,
            icon: tab.icon!,
            title: `Show ${tab.label}`,
            detail: 'panel',
            pick: () => void (dock.value = id),
          };
        }),
      ]
    : [];
  const others: Entry[] = (recordings.peek()?.recordings ?? [])
    .filter(({ rec, state }) => rec !== overview.peek()?.rec && state !== 'unreadable')
    .map(({ rec, argv }) => ({
      id: `rec ${rec}`,
      icon: 'film' as const,
      title: `Open ${commandText(argv)}`,
      detail: rec,
      pick: () => void openAt(rec, { ...NOWHERE, rec }),
    }));
  if (text === '') return [...commands.slice(0, 6), ...commands.slice(-DOCKS.length), ...others.slice(0, 5)];
  const functions: Entry[] = rank(text, code.peek().functions, ({ name, file }) => `${name} ${file}`, 6)
    .filter(({ kind }) => kind !== 'module')
    .map((entry) => ({
      id: `function ${entry.id}`,
      icon: 'flame' as const,
      title: nameOf(entry),
      detail: '',
      place: { file: entry.file, line: entry.line, column: 0 },
      pick: () => showFunction(entry),
    }));
  const named: Entry[] = rank(text, files.peek(), (file) => file, 4).map((file) => ({
    id: `file ${file}`,
    icon: 'file' as const,
    title: file,
    detail: '',
    pick: () => openFile(file),
  }));
  return [...entries, ...rank(text, [...commands, ...others], ({ title }) => title, 5), ...functions, ...named];
}
