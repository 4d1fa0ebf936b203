import { Component, type FunctionComponent } from 'preact';

/** A view that is drawn again only when one of its properties, or of the signals that it reads, is another one. */
export function memo<Properties extends object>(View: FunctionComponent<Properties>) {
  return class extends Component<Properties> {
    override shouldComponentUpdate(next: Readonly<Properties>, nextState: object): boolean {
      const { props, state } = this;
      // A signal makes a new state.
      if (nextState !== state) return true;
      for (const name in next) if (props[name] !== next[name]) return true;
      for (const name in props) if (!(name in next)) return true;
      return false;
    }

    override render(properties: Properties) {
      return View(properties);
    }
  };
}
