import type { ComponentChildren } from 'preact';
import { Icon, type IconName } from './icon.tsx';

interface Properties {
  label: string;
  icon?: IconName;
  keys?: string;
  children?: ComponentChildren;
  onClick: (event: MouseEvent) => void;
  pressed?: boolean;
  disabled?: boolean;
  class?: string;
}

/** A button with a name. With an icon alone, the name is its label and its tooltip. */
export function Button({ label, icon, keys, children, onClick, pressed, disabled, class: name = '' }: Properties) {
  return (
    <button
      type="button"
      class={`button ${children === undefined ? 'icon-only' : ''} ${name}`}
      aria-label={children === undefined ? label : undefined}
      title={keys === undefined ? label : `${label}  ${keys}`}
      aria-pressed={pressed}
      disabled={disabled}
      onClick={onClick}
    >
      {icon !== undefined && <Icon name={icon} />}
      {children}
    </button>
  );
}
