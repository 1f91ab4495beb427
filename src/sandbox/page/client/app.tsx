import { useEffect, useState } from "preact/hooks";
import type { PageConversation } from "../snapshot.ts";
import { Announcer } from "./announcer.tsx";
import { BackstagePanel } from "./backstage.tsx";
import { Conversation } from "./conversation.tsx";
import { nameOf } from "./conversation-name.ts";
import { useFeed } from "./feed.ts";
import { useNoStrayDrop } from "./file-drop.ts";
import { Forms } from "./form.tsx";
import { Home } from "./home.tsx";
import { ChatIcon, ListIcon, StageIcon } from "./icons.tsx";
import { usePlace } from "./place.ts";
import { Region } from "./region.tsx";
import { Sidebar } from "./sidebar.tsx";
import { type Surroundings, SurroundingsProvider } from "./surroundings.ts";
import { ThreadPane } from "./thread-pane.tsx";
import { useUnread } from "./unread.ts";

/** On a phone one of them is seen at a time. */
type Tab = "list" | "talk" | "stage";

export function App() {
  const [place, go] = usePlace();
  const { snapshot, isLost, isRefused } = useFeed(place.me);
  useNoStrayDrop();
  const [isUnasked, setUnasked] = useState(false);
  const [tab, setTab] = useState<Tab>("talk");
  const [isStageOpen, setStageOpen] = useState(() => window.matchMedia("(min-width: 1200px)").matches);

  const open = snapshot && findOpen(snapshot.conversations, place.at);
  const isHome = place.at === "home";
  const unread = useUnread(snapshot, isHome ? undefined : open?.id);
  const title = isHome ? "Home" : open ? nameOf(open) : "";
  useEffect(() => {
    document.title = `${unread.size > 0 ? "• " : ""}${title ? `${title} · ` : ""}Talking Photo · Sandbox`;
  }, [title, unread.size]);

  if (!snapshot) return <Waiting isLost={isLost} isRefused={isRefused} />;
  const surroundings: Surroundings = {
    snapshot,
    app: snapshot.people.find(({ isApp }) => isApp),
    person: (id) => snapshot.people.find((each) => each.id === id),
    conversation: (id) => snapshot.conversations.find((each) => each.id === id),
    goTo: (at) => {
      go({ at, thread: undefined });
      setTab("talk");
    },
  };
  const root = open?.messages.find(({ ts }) => ts === place.thread);
  const classes = ["page", `tab-${tab}`, isStageOpen && "with-stage", root && !isHome && "with-thread"];
  return (
    <SurroundingsProvider value={surroundings}>
      {/* The address is in use for something else, so the link cannot jump by itself. */}
      {/* biome-ignore lint/a11y/useValidAnchor: it is a link to a place on this page */}
      <a class="skip-link" href="#talk" onClick={skipToTalk}>
        Skip to the conversation
      </a>
      <div class={classes.filter(Boolean).join(" ")}>
        <header class="top">
          <img src={new URL("./icon.svg", import.meta.url).href} alt="" width="26" height="26" />
          <h1>
            Talking Photo <span class="sandbox-mark">Sandbox</span>
          </h1>
          <p class="top-note">Nothing here leaves this computer.</p>
          <button
            type="button"
            class="button stage-button"
            aria-expanded={isStageOpen}
            aria-controls="stage"
            onClick={() => setStageOpen(!isStageOpen)}
          >
            <StageIcon /> Behind the scenes
          </button>
        </header>
        {isLost && (
          <p class="lost" role="status">
            The connection to the sandbox is gone. This page tries again by itself.
          </p>
        )}
        <Sidebar
          place={place}
          open={isHome ? undefined : open?.id}
          unread={unread}
          onPerson={(me) => go({ me, thread: undefined })}
          onGo={surroundings.goTo}
        />
        <main class="main">
          <div id="talk" class="talk" tabIndex={-1}>
            <Region>
              {isHome ? (
                <Home key={place.me} />
              ) : open ? (
                <Conversation
                  key={`${place.me} ${open.id}`}
                  conversation={open}
                  threadTs={root?.ts}
                  onThread={(thread, byItself = false) => {
                    setUnasked(byItself);
                    go({ thread });
                  }}
                />
              ) : (
                <p class="nothing">You are in no conversation yet.</p>
              )}
            </Region>
          </div>
          {root && open && !isHome && (
            <ThreadPane
              key={`${place.me} ${root.ts}`}
              conversation={open}
              root={root}
              isUnasked={isUnasked}
              onClose={() => go({ thread: undefined })}
            />
          )}
          <BackstagePanel isOpen={isStageOpen || tab === "stage"} />
        </main>
        <nav class="tabs" aria-label="Parts of the page">
          <TabButton name="Channels" isOn={tab === "list"} onChoose={() => setTab("list")}>
            <ListIcon />
          </TabButton>
          <TabButton name="Conversation" isOn={tab === "talk"} onChoose={() => setTab("talk")}>
            <ChatIcon />
          </TabButton>
          <TabButton name="Behind the scenes" isOn={tab === "stage"} onChoose={() => setTab("stage")}>
            <StageIcon />
          </TabButton>
        </nav>
      </div>
      <Forms key={place.me} here={isHome ? undefined : open?.id} />
      <Announcer snapshot={snapshot} />
    </SurroundingsProvider>
  );
}

function TabButton(props: {
  name: string;
  isOn: boolean;
  onChoose: () => void;
  children: preact.ComponentChildren;
}) {
  return (
    <button type="button" aria-current={props.isOn ? "page" : undefined} onClick={props.onChoose}>
      {props.children}
      {props.name}
    </button>
  );
}

function Waiting({ isLost, isRefused }: { isLost: boolean; isRefused: boolean }) {
  return (
    <main class="waiting">
      <h1>
        Talking Photo <span class="sandbox-mark">Sandbox</span>
      </h1>
      <p role="status">
        {isRefused ? (
          <>
            There is nobody of that name in this sandbox. <a href="./">Begin as Anna</a>
          </>
        ) : isLost ? (
          "The sandbox does not answer. Is it still running in the terminal?"
        ) : (
          "Opening…"
        )}
      </p>
    </main>
  );
}

function findOpen(conversations: readonly PageConversation[], at: string): PageConversation | undefined {
  return (
    conversations.find(({ id }) => id === at) ??
    conversations.find(({ appIsIn, kind }) => appIsIn && kind !== "im") ??
    conversations[0]
  );
}

function skipToTalk(event: Event): void {
  event.preventDefault();
  document.getElementById("talk")?.focus();
}
