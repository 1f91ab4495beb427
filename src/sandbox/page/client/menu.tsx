import type { ComponentChildren } from "preact";
import { useId, useRef } from "preact/hooks";
import { MoreIcon } from "./icons.tsx";

export interface MenuItem {
  readonly key: string;
  readonly text: string;
  readonly onChoose: () => void;
}

const GAP_PX = 4;

/** A button with a menu, in the top layer so that no scrolling box cuts it off. */
export function Menu({
  name,
  items,
  icon,
}: {
  name: string;
  items: readonly MenuItem[];
  icon?: ComponentChildren;
}) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const menu = useRef<HTMLDivElement>(null);
  const place = () => {
    if (!button.current || !menu.current) return;
    const at = button.current.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = menu.current;
    const fitsBelow = at.bottom + GAP_PX + height < window.innerHeight;
    menu.current.style.top = `${fitsBelow ? at.bottom + GAP_PX : at.top - GAP_PX - height}px`;
    menu.current.style.left = `${Math.max(GAP_PX, Math.min(at.right - width, window.innerWidth - width - GAP_PX))}px`;
  };
  const move = (event: KeyboardEvent) => {
    const buttons = [...(menu.current?.querySelectorAll("button") ?? [])];
    const at = buttons.findIndex((each) => each.matches(":focus"));
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    if (event.key === "Tab") menu.current?.hidePopover();
    if (next === undefined) return;
    event.preventDefault();
    buttons.at(next % buttons.length)?.focus();
  };
  const onToggle = (event: { newState: string }) => {
    const isOpen = event.newState === "open";
    button.current?.setAttribute("aria-expanded", `${isOpen}`);
    if (!isOpen) return;
    place();
    menu.current?.querySelector("button")?.focus();
  };
  return (
    <>
      <button
        type="button"
        ref={button}
        class="icon-button"
        aria-haspopup="menu"
        aria-expanded="false"
        popovertarget={id}
      >
        {icon ?? <MoreIcon />}
        <span class="hidden">{name}</span>
      </button>
      <div
        ref={menu}
        id={id}
        class="menu"
        role="menu"
        tabIndex={-1}
        aria-label={name}
        popover="auto"
        onKeyDown={move}
        onToggle={onToggle}
      >
        {items.map(({ key, text, onChoose }) => (
          <button
            key={key}
            type="button"
            role="menuitem"
            tabIndex={-1}
            onClick={() => {
              menu.current?.hidePopover();
              onChoose();
            }}
          >
            {text}
          </button>
        ))}
      </div>
    </>
  );
}
