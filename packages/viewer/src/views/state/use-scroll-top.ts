import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';

/** Scrolls a box back to its top whenever what it is about changes; of one that stands there nothing is asked. */
export function useScrollTop(box: RefObject<HTMLElement>, about: unknown): void {
  const isScrolled = useRef(false);
  useEffect(() => {
    const element = box.current!;
    const look = (): void => {
      isScrolled.current = element.scrollTop > 0;
    };
    element.addEventListener('scroll', look, { passive: true });
    return () => element.removeEventListener('scroll', look);
  }, []);
  useLayoutEffect(() => {
    if (isScrolled.current) box.current!.scrollTop = 0;
  }, [about]);
}
