import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { SearchHit } from '@execution-cinema/server/protocol';
import { run } from '../../app/commands.ts';
import { goTo, goToText } from '../../app/cursor.ts';
import { showFunction, showFunctionId } from '../../app/functions.ts';
import { dock, paletteOpen } from '../../app/panels.ts';
import { askLong, code, files, overview, recordings, wholeSpan } from '../../app/session.ts';
import { openFile } from '../../app/source.ts';
import { openAt } from '../../app/start.ts';
import { DOCKS, NOWHERE } from '../../model/address.ts';
import { rank } from '../../model/fuzzy.ts';
import { BINDINGS, keyText } from '../../model/keymap.ts';
import { timeText } from '../../model/units.ts';
import { Latest } from '../../transport/latest.ts';
import { DOCK_TABS } from '../dock/dock-tabs.ts';
import { Icon, type IconName } from '../parts/icon.tsx';
import { PlaceText } from '../parts/place.tsx';
import { Value } from '../parts/value.tsx';
import { commandText } from '../../model/thread-labels.ts';

interface Entry {
  id: string;
  icon: IconName;
  title: string;
  detail: string;
  hit?: SearchHit;
  keys?: string;
  pick: () => void;
}

const SHOWN_MAX = 12;
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
  const { hits, state } = useSearch(text.trim());
  const local = useMemo(
    () => (text.trim() === '' && mode === 'search' ? [] : localEntries(text.trim(), mode)),
    [text, mode],
  );
  const entries = [...local, ...hits.map(hitEntry)];
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
    paletteOpen.value = false;
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
      onClose={() => (paletteOpen.value = false)}
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
              : 'Search, a moment such as 1@230 or 250ms, or a command'
          }
          value={text}
          spellcheck={false}
          autocomplete="off"
          onInput={(event) => {
            setText(event.currentTarget.value);
            setIndex(0);
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
            <Icon name={entry.icon} size={15} />
            <span class="palette-title">{entry.title}</span>
            {entry.hit?.value !== undefined && entry.hit.value !== null && <Value value={entry.hit.value} room={40} />}
            <span class="palette-detail">{entry.hit?.place ? '' : entry.detail}</span>
            {entry.hit && <PlaceText place={entry.hit.place} />}
            {entry.hit?.at && <time class="faint">{timeText(entry.hit.at.timeNs, wholeSpan.value.toNs / 4)}</time>}
            {entry.keys !== undefined && <kbd>{entry.keys}</kbd>}
          </li>
        ))}
      </ul>
      {state !== '' && <p class="palette-state">{state}</p>}
    </dialog>
  );
}

function useSearch(text: string): { hits: SearchHit[]; state: string } {
  const [found, setFound] = useState<{ hits: SearchHit[]; state: string }>({ hits: [], state: '' });
  const latest = useRef(new Latest()).current;
  useEffect(() => {
    if (text.length < 2 || overview.peek() === null) {
      latest.cancel();
      setFound({ hits: [], state: '' });
      return;
    }
    const timer = setTimeout(() => {
      void latest
        .run((signal) => askLong('search', { text, limit: SHOWN_MAX }, signal))
        .then((answer) => {
          if (!answer) return;
          const some = answer.more.length > 0 ? `More ${answer.more.join(', ')} hits than shown: type more of it.` : '';
          const nothing =
            answer.hits.length === 0 ? 'Nothing found in functions, files, values, output and errors.' : '';
          setFound({
            hits: answer.hits,
            state: answer.coverage < 1 ? 'The recording is still being read; there may be more.' : some || nothing,
          });
        })
        .catch((error: unknown) =>
          setFound({ hits: [], state: error instanceof Error ? error.message : String(error) }),
        );
    }, SEARCH_AFTER_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return found;
}

function hitEntry(hit: SearchHit, i: number): Entry {
  return {
    id: `hit ${i}`,
    icon: ICONS[hit.kind] ?? 'search',
    title: hit.title,
    detail: hit.detail,
    hit,
    pick: () => {
      if (hit.at) void goTo(hit.at, { frame: hit.call });
      else if (hit.functionId !== null) showFunctionId(hit.functionId);
      else if (hit.place) openFile(hit.place.file, hit.place.line || null);
    },
  };
}

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
      title: entry.name,
      detail: `${entry.file}:${entry.line}`,
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
