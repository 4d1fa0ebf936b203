import { Connection } from './connection.ts';
import { OfflineSource, offlineText } from './offline.ts';
import type { AnswerSource } from './source.ts';

/** A page that carries its answers needs no server; any other asks the one it came from. */
export function chooseSource(): AnswerSource {
  const text = offlineText();
  if (text !== undefined) return new OfflineSource(text);
  const url = new URL('ws', location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  url.hash = '';
  url.search = '';
  return new Connection(url.href);
}
