import type { ComponentChildren } from 'preact';
import { AnswerError } from '../../transport/source.ts';
import { Icon, type IconName } from './icon.tsx';

/** What stands in a panel that has nothing to show: why, and what to do about it. */
export function Message({ icon, title, children }: { icon?: IconName; title: string; children?: ComponentChildren }) {
  return (
    <div class="message">
      {icon !== undefined && <Icon name={icon} size={20} />}
      <p class="message-title">{title}</p>
      {children !== undefined && <div class="message-text">{children}</div>}
    </div>
  );
}

/** Stands where an answer will be; nobody sees it of one that comes within a blink. How far it is says the foot of the page. */
export function Waiting() {
  return (
    <div class="message waiting" role="status">
      <p class="message-title">Reading…</p>
      <progress aria-label="Reading" />
    </div>
  );
}

/** Codes of what nobody can help, as opposed to what went wrong. */
const MISSING: ReadonlySet<string> = new Set(['UNAVAILABLE', 'UNKNOWN_METHOD', 'OFFLINE']);

export function ErrorMessage({ error }: { error: unknown }) {
  const remedy = error instanceof AnswerError ? error.remedy : '';
  const isMissing = error instanceof AnswerError && MISSING.has(error.code);
  const text = error instanceof Error ? error.message : String(error);
  return (
    <Message icon={isMissing ? 'info' : 'alert'} title={isMissing ? 'Not available' : 'That did not work'}>
      <p>{text}</p>
      {remedy !== '' && <p>{remedy}</p>}
    </Message>
  );
}
