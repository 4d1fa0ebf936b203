import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { LogPointProperties } from './log-point-form.tsx';

/** Begins to fetch the form, before it is wanted. */
export function fetchLogPointForm(): Promise<ComponentType<LogPointProperties>> {
  return import('./log-point-form.tsx').then((module) => module.LogPointForm);
}

/** The form of a log point, which is no part of the first page. */
export function LazyLogPoint(properties: LogPointProperties) {
  const [Form, setForm] = useState<ComponentType<LogPointProperties> | null>(null);
  useEffect(() => {
    void fetchLogPointForm().then((form) => setForm(() => form));
  }, []);
  return Form && <Form {...properties} />;
}
