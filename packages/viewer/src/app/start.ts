/* Opening recordings: from the address, from the start page, again after a reconnect. */
import { batch } from '@preact/signals';
import type { Opened } from '@execution-cinema/server/protocol';
import type { Address } from '../model/address.ts';
import type { AnswerSource } from '../transport/source.ts';
import { compareWith, followComparison, otherRec, stopComparing } from './compare.ts';
import { clearCursor, cursor, frameCall, goTo, goToText, loadState, move, onMoved, state } from './cursor.ts';
import { closeDetails, followDetails } from './details.ts';
import { followFactCounts } from './fact-counts.ts';
import { forgetTiles } from './flame-tiles.ts';
import { followGrowth, goLive, leaveLive } from './live.ts';
import { followRecording, forgetNear } from './near.ts';
import { keepAddress, readAddress, writeAddress } from './location.ts';
import { dock, side } from './panels.ts';
import { followRest, whenRested } from './rest.ts';
import { say } from './say.ts';
import { closeRecording, loadRecordings, openRecording, overview, startSession } from './session.ts';
import { followFrame, followSources, forgetSources, loadAheadOfJumps, openedFile, openFile } from './source.ts';
import { followTimeline, showEvents } from './timeline.ts';
import { treeRoot } from './tree.ts';

export function startApp(answers: AnswerSource): void {
  onMoved((stop) => {
    if (openedFile.peek()) followFrame();
    writeAddress(stop);
    leaveLive();
  });
  followRecording();
  followSources();
  followDetails();
  followComparison();
  followTimeline();
  followRest();
  followFactCounts();
  keepAddress((address) => void goToAddress(address));
  startSession(answers, {
    onReady: (hello, isFirst) => {
      if (!isFirst) return void openAgain();
      const address = readAddress();
      void loadRecordings();
      const rec = address.rec ?? hello.rec;
      if (rec !== null) void openAt(rec, { ...address, at: address.at ?? (address.rec === null ? hello.at : null) });
    },
    onGrown: followGrowth,
  });
}

/** Opens a recording where the address says, else where it is most interesting. */
export async function openAt(rec: string, address: Address): Promise<void> {
  batch(() => {
    clearCursor();
    stopComparing();
    closeDetails();
    forgetSources();
    forgetNear();
    forgetTiles();
    openedFile.value = null;
    treeRoot.value = null;
    if (address.dock) dock.value = address.dock;
    if (address.side) side.value = address.side;
  });
  const result = await openRecording(rec);
  if (!result) return;
  showEvents();
  document.title = `${result.overview.processes[0]?.argv.slice(1).join(' ').split('/').at(-1) ?? rec} · Execution Cinema`;
  const file = address.file;
  if (address.at === null || !(await goToText(address.at, { frame: address.call, stop: 'arrival' })))
    await goToBeginning(result);
  whenRested(loadAheadOfJumps);
  if (file !== null) openFile(file, address.line);
  if (address.with !== null) await compareWith(address.with, false);
}

async function goToBeginning({ start, running }: Opened): Promise<void> {
  if (start) {
    await goTo({ ...start.moment, timeNs: start.timeNs }, { stop: 'arrival' });
    if (start.kind !== 'beginning') say(start.why);
    // Before the first call there is nothing to see.
    else if (state.peek()?.frames.length === 0) await move('into', 'forward', {}, 'arrival');
  }
  if (running) goLive(true);
}

/** The browser went back or forward, or somebody edited the address. */
async function goToAddress(address: Address): Promise<void> {
  if (address.rec === null) return goHomeAgain();
  if (address.rec !== overview.peek()?.rec) return openAt(address.rec, address);
  batch(() => {
    if (address.dock) dock.value = address.dock;
    if (address.side) side.value = address.side;
  });
  const at = cursor.peek();
  const isThere = at !== null && address.at === `${at.thread}@${at.event}` && address.call === frameCall.peek();
  if (!isThere && address.at !== null) await goToText(address.at, { frame: address.call, stop: 'arrival' });
  if (address.file !== null) openFile(address.file, address.line);
  else followFrame();
  if (address.with === null) stopComparing();
  else if (address.with !== otherRec.peek()) await compareWith(address.with, false);
}

/** The start page, as a place to come back from. */
export function goHome(): void {
  history.pushState(null, '', `${location.pathname}${location.search}`);
  goHomeAgain();
}

function goHomeAgain(): void {
  closeRecording();
  stopComparing();
  clearCursor();
  forgetSources();
  document.title = 'Execution Cinema';
  void loadRecordings();
}

/** After the connection was lost: the same recording, the same moment. */
async function openAgain(): Promise<void> {
  const rec = overview.peek()?.rec;
  if (rec === undefined) return loadRecordings();
  await openRecording(rec);
  await loadState();
}
