import { shownFunction } from '../../app/functions.ts';
import { CallsTable } from './calls-table.tsx';
import { HotTable } from './hot-table.tsx';

/** All functions by cost, or the calls of one. */
export function FunctionsPanel() {
  const shown = shownFunction.value;
  return shown ? <CallsTable key={shown.id} of={shown} /> : <HotTable />;
}
