import { spawn } from 'node:child_process';

/** How each system opens an address with the program that its user chose. */
const OPENERS: Readonly<Record<string, (url: string) => [command: string, ...args: string[]]>> = {
  darwin: (url) => ['open', url],
  // `start` would take & for its own.
  win32: (url) => ['rundll32', 'url.dll,FileProtocolHandler', url],
  linux: (url) => ['xdg-open', url],
};

/** Whether there is a screen in front of which somebody sits: not in CI, not without a display. */
export function hasDisplay(env: NodeJS.ProcessEnv, platform: NodeJS.Platform = process.platform): boolean {
  if (env['CI'] && env['CI'] !== 'false' && env['CI'] !== '0') return false;
  if (platform !== 'linux') return platform in OPENERS && !env['SSH_CONNECTION'];
  return Boolean(env['DISPLAY'] || env['WAYLAND_DISPLAY']);
}

/** Opens an address in the user's browser; when that does not work the printed address is all there is. */
export function openBrowser(url: string): void {
  const opener = OPENERS[process.platform];
  if (!opener) return;
  const [command, ...args] = opener(url);
  const child = spawn(command, args, { stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
}
