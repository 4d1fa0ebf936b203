import { render } from 'preact';
import { listenToKeys } from './app/commands.ts';
import { startApp } from './app/start.ts';
import { chooseSource } from './transport/choose.ts';
import { App } from './views/app/app.tsx';

render(<App />, document.getElementById('app')!);
listenToKeys();
startApp(chooseSource());
