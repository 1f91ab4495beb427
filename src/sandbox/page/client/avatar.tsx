import type { PagePerson } from "../snapshot.ts";
import { useSurroundings } from "./surroundings.ts";

const COLOURS = 6;

/** Decoration: the name stands beside it. */
export function Avatar({ person, size = "" }: { person: PagePerson | undefined; size?: "" | "small" }) {
  const { app } = useSurroundings();
  if (person && person.id === app?.id) {
    return (
      <img
        class={`avatar ${size}`}
        src={new URL("./icon.svg", import.meta.url).href}
        alt=""
        width="36"
        height="36"
      />
    );
  }
  const name = person?.name ?? "?";
  const colour = [...(person?.id ?? "")].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % COLOURS;
  return (
    <span class={`avatar avatar-${colour} ${size}`} aria-hidden="true">
      {name.slice(0, 1).toUpperCase()}
    </span>
  );
}
