import { useLayoutEffect, useRef, useState } from 'preact/hooks';

export interface Size {
  width: number;
  height: number;
}

/** Size of an element in CSS pixels, as it changes. */
export function useSize<Element extends HTMLElement>(): [preact.RefObject<Element>, Size] {
  const element = useRef<Element>(null);
  const [size, setSize] = useState<Size>({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const measure = () => {
      const { clientWidth: width, clientHeight: height } = element.current!;
      setSize((before) => (before.width === width && before.height === height ? before : { width, height }));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element.current!);
    return () => observer.disconnect();
  }, []);
  return [element, size];
}

/**
 * The part of a picture that stays while the cursor moves. The function that this returns draws it only when the size or
 * one of `inputs` is another one than last time, and returns it as an image.
 */
export function useBackground(): (
  size: Size,
  inputs: readonly unknown[],
  draw: (context: CanvasRenderingContext2D) => void,
) => HTMLCanvasElement {
  const kept = useRef<{ canvas: HTMLCanvasElement; drawn: readonly unknown[] } | null>(null);
  return ({ width, height }, inputs, draw) => {
    kept.current ??= { canvas: document.createElement('canvas'), drawn: [] };
    const { canvas, drawn } = kept.current;
    const wanted = [width, height, window.devicePixelRatio, ...inputs];
    if (wanted.length !== drawn.length || wanted.some((input, i) => input !== drawn[i])) {
      draw(prepare(canvas, { width, height }));
      kept.current.drawn = wanted;
    }
    return canvas;
  };
}

/** A cleared canvas of this size, in CSS pixels, sharp on any screen. */
export function prepare(canvas: HTMLCanvasElement, { width, height }: Size): CanvasRenderingContext2D {
  const ratio = window.devicePixelRatio || 1;
  const [pixelWidth, pixelHeight] = [Math.max(1, Math.round(width * ratio)), Math.max(1, Math.round(height * ratio))];
  if (canvas.width !== pixelWidth) canvas.width = pixelWidth;
  if (canvas.height !== pixelHeight) canvas.height = pixelHeight;
  const context = canvas.getContext('2d')!;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}
