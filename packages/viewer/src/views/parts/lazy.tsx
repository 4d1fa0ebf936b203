import type { ComponentType, FunctionComponent } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/** A view that is fetched when it is first shown, or when somebody is about to want it (`load`). */
interface LazyView<Properties> extends FunctionComponent<Properties> {
  load: () => Promise<void>;
}

/** Nothing stands in its place while it is fetched. */
export function lazy<Properties extends object>(fetchView: () => Promise<ComponentType<Properties>>) {
  let View: ComponentType<Properties> | undefined;
  const Lazy: LazyView<Properties> = (properties) => {
    const [, setLoaded] = useState(View !== undefined);
    useEffect(() => {
      if (!View) void Lazy.load().then(() => setLoaded(true));
    }, []);
    return View ? <View {...properties} /> : null;
  };
  Lazy.load = async () => {
    View ??= await fetchView();
  };
  return Lazy;
}
