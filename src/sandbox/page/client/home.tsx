import { useEffect, useMemo } from "preact/hooks";
import { Blocks } from "./blocks.tsx";
import { HomeIcon } from "./icons.tsx";
import { NO_INPUTS, type Surface, SurfaceProvider, useTyped } from "./surface.ts";
import { useDoer, useSurroundings } from "./surroundings.ts";

export function Home() {
  const { snapshot, app, person } = useSurroundings();
  const perform = useDoer();
  const { typed, setTyped } = useTyped();
  useEffect(() => void perform({ do: "openHome" }), [perform]);
  const { home } = snapshot;
  const view = home?.id ?? "";
  const surface: Surface = useMemo(
    () => ({
      ...NO_INPUTS,
      here: undefined,
      typed,
      setTyped,
      use: (blockId, actionId, value) =>
        perform({ do: "use", view, blockId, actionId, ...(value !== undefined && { value }) }),
      search: (blockId, _, words) => perform({ do: "search", view, blockId, typed: words }),
    }),
    [typed, setTyped, perform, view],
  );
  return (
    <section class="conversation" aria-label="Home">
      <header class="pane-head">
        <h2>
          <HomeIcon />
          {app?.name ?? "App"} Home
        </h2>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, by keyboard too */}
      <div class="home" tabIndex={0} lang={person(snapshot.me)?.locale}>
        {home ? (
          <SurfaceProvider value={surface}>
            <Blocks blocks={home.content.blocks} />
          </SurfaceProvider>
        ) : (
          <p class="nothing" role="status">
            The app is asked for its Home tab…
          </p>
        )}
      </div>
    </section>
  );
}
