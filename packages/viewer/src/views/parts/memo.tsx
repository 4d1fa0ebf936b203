import { Component, type FunctionComponent } from 'preact';

/** A view that is drawn again only when one of its properties is another one. */
export function memo<Properties extends object>(View: FunctionComponent<Properties>) {
  return class extends Component<Properties> {
    override shouldComponentUpdate(next: Readonly<Properties>): boolean {
      const names = Object.keys({ ...this.props, ...next }) as (keyof Properties)[];
      return names.some((name) => this.props[name] !== next[name]);
    }

    override render(properties: Properties) {
      return <View {...properties} />;
    }
  };
}
