/* What is fetched when somebody first wants to know more of a line. */
export { LineBar } from './line-bar.tsx';
export { LogPointForm } from './log-point-form.tsx';
export { ValuesCard } from './values-card.tsx';
