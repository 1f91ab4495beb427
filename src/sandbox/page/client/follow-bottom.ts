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
    let lastTop = 0;
    const look = () => {
      const { scrollTop, scrollHeight, clientHeight } = scrolling;
      // What has grown meanwhile also brings the event; only who goes up leaves the end.
      if (scrollHeight - scrollTop - clientHeight < NEAR_PX) isAtEnd.current = true;
      else if (scrollTop < lastTop) isAtEnd.current = false;
      lastTop = scrollTop;
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
