/** Sizes of the panels in pixels, as the page remembers them. */
export interface Layout {
  sideWidth: number;
  stateWidth: number;
  dockHeight: number;
  detailHeight: number;
  stageHeight: number;
}

export interface Screen {
  width: number;
  height: number;
}

export const LIMITS: Readonly<Record<keyof Layout, { min: number; share: number }>> = {
  sideWidth: { min: 180, share: 0.35 },
  stateWidth: { min: 240, share: 0.45 },
  dockHeight: { min: 96, share: 0.7 },
  detailHeight: { min: 96, share: 0.6 },
  stageHeight: { min: 56, share: 0.4 },
};

/** Sizes that suit a screen before anybody has moved a line. */
export function defaultLayout({ width, height }: Screen): Layout {
  const isWide = width >= 1_800;
  const isHuge = width >= 2_400;
  return {
    sideWidth: isHuge ? 480 : isWide ? 380 : width >= 1_400 ? 300 : 252,
    stateWidth: isHuge ? 600 : isWide ? 480 : width >= 1_400 ? 400 : 336,
    dockHeight: Math.round(height * (height >= 1_300 ? 0.42 : height >= 1_100 ? 0.36 : 0.34)),
    detailHeight: Math.round(height * (height >= 1_300 ? 0.42 : 0.3)),
    stageHeight: height >= 1_100 ? 192 : 138,
  };
}

/** What was remembered, as far as it makes sense on this screen. */
export function restoreLayout(remembered: unknown, screen: Screen): Layout {
  const layout = defaultLayout(screen);
  if (typeof remembered !== 'object' || remembered === null) return layout;
  for (const name of Object.keys(LIMITS) as (keyof Layout)[]) {
    const value = (remembered as Record<string, unknown>)[name];
    if (typeof value === 'number' && Number.isFinite(value)) layout[name] = clampSize(name, value, screen);
  }
  return layout;
}

export function clampSize(name: keyof Layout, value: number, screen: Screen): number {
  return Math.round(Math.max(LIMITS[name].min, Math.min(maxSize(name, screen), value)));
}

export function maxSize(name: keyof Layout, screen: Screen): number {
  const whole = name === 'sideWidth' || name === 'stateWidth' ? screen.width : screen.height;
  return Math.max(LIMITS[name].min, Math.round(whole * LIMITS[name].share));
}
