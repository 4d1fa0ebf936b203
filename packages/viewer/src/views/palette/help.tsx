import { useEffect, useRef } from 'preact/hooks';
import { helpOpen } from '../../app/panels.ts';
import { hello } from '../../app/session.ts';
import { BINDINGS, keyText } from '../../model/keymap.ts';
import { Button } from '../parts/button.tsx';

const TIMELINE_KEYS: readonly [string, string][] = [
  ['W S', 'Zoom in and out'],
  ['A D', 'Move left and right'],
  ['F', 'Fit the selected call; again: everything'],
  ['Shift drag', 'Select a part of the run'],
];

export function Help() {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current!.showModal();
  }, []);
  const groups = [...new Set(BINDINGS.map(({ group }) => group))];
  return (
    <dialog
      ref={dialog}
      class="help dialog"
      aria-label="Keys and help"
      onClose={() => dialog.current && (helpOpen.value = false)}
    >
      <header class="panel-head">
        <h2>Keys</h2>
        <span class="space" />
        {hello.value && <span class="faint">version {hello.value.tool}</span>}
        <Button icon="close" label="Close" onClick={() => dialog.current!.close()} />
      </header>
      <div class="help-body">
        {groups.map((group) => (
          <section key={group}>
            <h3>{group}</h3>
            <dl>
              {BINDINGS.filter((binding) => binding.group === group).map(({ keys, about }) => (
                <div key={about}>
                  <dt>
                    {keys.slice(0, 3).map((key, i) => (
                      <kbd key={i}>{keyText(key)}</kbd>
                    ))}
                  </dt>
                  <dd>{about}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
        <section>
          <h3>Timeline</h3>
          <dl>
            {TIMELINE_KEYS.map(([keys, about]) => (
              <div key={keys}>
                <dt>
                  {keys.split(' ').map((key) => (
                    <kbd key={key}>{key}</kbd>
                  ))}
                </dt>
                <dd>{about}</dd>
              </div>
            ))}
          </dl>
        </section>
        <section>
          <h3>How to read it</h3>
          <ul class="help-notes">
            <li>Every panel shows the same moment: just after one event of one thread.</li>
            <li>Values at line ends are what the call has seen so far; inside a loop, in this iteration.</li>
            <li>
              Dimmed lines never ran in the whole recording; the number left of a line says how often it did. In
              italics: the line leaves no event of its own, and its block ran so often. Without either nothing is known.
            </li>
            <li>A dot marks what has just changed. With a pin, whatever differs from the pinned moment.</li>
            <li>Click a value’s history to see every write, its origin to follow it back to where it began.</li>
          </ul>
        </section>
      </div>
    </dialog>
  );
}
