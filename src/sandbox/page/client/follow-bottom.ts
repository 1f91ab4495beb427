import { useLayoutEffect, useRef } from "preact/hooks";

const NEAR_PX = 60;

/** For a box with messages: it stays where the person has it, and follows the newest when they are at the end. */
export function useFollowBottom() {
  const box = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  useLayoutEffect(() => {
    const scrolling = box.current;
    if (!scrolling) return;
    const toEnd = () => {
      if (isAtEnd.current) scrolling.scrollTop = scrolling.scrollHeight;
    };
    const look = () => {
      isAtEnd.current = scrolling.scrollHeight - scrolling.scrollTop - scrolling.clientHeight < NEAR_PX;
    };
    // Pictures and videos get their height late, and so do edits.
    const observer = new ResizeObserver(toEnd);
    observer.observe(scrolling);
    for (const child of scrolling.children) observer.observe(child);
    scrolling.addEventListener("scroll", look, { passive: true });
    toEnd();
    return () => {
      observer.disconnect();
      scrolling.removeEventListener("scroll", look);
    };
  }, []);
  /** After one's own message the end is what one wants to see. */
  const goToEnd = () => {
    isAtEnd.current = true;
    if (box.current) box.current.scrollTop = box.current.scrollHeight;
  };
  return { box, goToEnd };
}
