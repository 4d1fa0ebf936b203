/** How far an index has come, in events. */
export interface Progress {
  doneEvents: number;
  totalEvents: number;
}
