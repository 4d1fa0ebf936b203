import type { DockId } from '../../model/address.ts';
import type { Tab } from '../parts/tabs.tsx';

export const DOCK_TABS: readonly Tab<DockId>[] = [
  { id: 'timeline', label: 'Timeline', icon: 'flame' },
  { id: 'tree', label: 'Call tree', icon: 'tree' },
  { id: 'functions', label: 'Functions', icon: 'table' },
  { id: 'async', label: 'Async', icon: 'graph' },
  { id: 'sequence', label: 'Sequence', icon: 'sequence' },
  { id: 'map', label: 'Map', icon: 'map' },
  { id: 'sql', label: 'SQL', icon: 'database' },
  { id: 'snapshots', label: 'Snapshots', icon: 'camera' },
  { id: 'compare', label: 'Compare', icon: 'compare' },
];
