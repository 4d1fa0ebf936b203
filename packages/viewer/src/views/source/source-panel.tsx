import { breakpoints } from '../../app/cursor.ts';
import { followFrame, hits, openedFile, selection, shown, sourceError, wantedPlace } from '../../app/source.ts';
import { Button } from '../parts/button.tsx';
import { ErrorMessage, Message } from '../parts/message.tsx';
import { lazy } from '../parts/lazy.tsx';
import { CodeView } from './code-view.tsx';
import type { LineBarProperties } from './line-bar.tsx';
import { LoopBar } from './loop-bar.tsx';
import { percentText, plural } from '../../model/units.ts';

const LineBar = lazy<LineBarProperties>(async () => (await import('./on-demand.ts')).LineBar);

export function SourcePanel() {
  const file = shown.value;
  const place = wantedPlace.value;
  const folder = file?.view.file.split('/').slice(0, -1).join('/') ?? '';
  const coverage = hits.value?.coverage ?? 1;
  const stops = breakpoints.value.filter((stop) => stop.file === file?.view.file).length;
  return (
    <section class="source panel" aria-label="Source">
      <header class="panel-head">
        <h2 class="source-title" title={file?.view.file}>
          {folder !== '' && (
            <span class="source-folder faint">
              <bdi>{folder}/</bdi>
            </span>
          )}
          <span>{file?.view.file.split('/').at(-1) ?? 'Source'}</span>
        </h2>
        {coverage < 1 && <span class="chip">counting runs: {percentText(coverage)}</span>}
        {stops > 0 && <span class="chip red">{plural(stops, 'stop')}</span>}
        <span class="space" />
        {openedFile.value && (
          <Button label="Back to the current frame" class="small" onClick={followFrame}>
            Back to the current frame
          </Button>
        )}
      </header>
      <div class="source-body">
        {sourceError.value !== null && <ErrorMessage error={sourceError.value} />}
        {sourceError.value === null && file !== null && file.view.text === null && (
          <Message icon="file" title="The text of this file is not in the recording">
            <p>{file.view.reason ?? 'It was not recorded.'}</p>
          </Message>
        )}
        {sourceError.value === null && file !== null && file.view.text !== null && (
          <CodeView file={file} place={place} />
        )}
        {sourceError.value === null && file === null && place === null && (
          <Message icon="film" title="Nothing was on the stack at this moment">
            <p>The event loop was between two turns. Step to the next event, or choose a file on the left.</p>
          </Message>
        )}
      </div>
      <LoopBar />
      {selection.value !== null && <LineBar {...selection.value} />}
    </section>
  );
}
