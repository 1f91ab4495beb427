import { useEffect, useRef, useState } from "preact/hooks";
import type { PageConversation, PageMessage } from "../snapshot.ts";
import { Composer } from "./composer.tsx";
import { nameOf } from "./conversation-name.ts";
import { useFileDrop } from "./file-drop.ts";
import { FirstUse } from "./first-use.tsx";
import { useFollowBottom } from "./follow-bottom.ts";
import { HashIcon, LockIcon } from "./icons.tsx";
import { MessageView } from "./message.tsx";
import { useDoer, useSurroundings } from "./surroundings.ts";
import { dayName, msOf } from "./times.ts";
import { addFiles, useUploads } from "./uploads.ts";

/** As in layout.css: below it a thread covers the conversation. */
const WITH_ROOM_FOR_THREADS = "(min-width: 900px)";

export function Conversation({
  conversation,
  threadTs,
  onThread,
}: {
  conversation: PageConversation;
  threadTs: string | undefined;
  onThread: (ts: string, isUnasked?: boolean) => void;
}) {
  const { box, goToEnd } = useFollowBottom();
  const { snapshot, app } = useSurroundings();
  const { uploads, change, remove } = useUploads(`${snapshot.me} ${conversation.id}`);
  const { isOver, handlers } = useFileDrop((files) => addFiles(files, change));
  const name = nameOf(conversation);
  const ofRoot = new Map<string, PageMessage[]>();
  for (const message of conversation.messages) {
    if (message.threadTs === null) continue;
    ofRoot.set(message.threadTs, [...(ofRoot.get(message.threadTs) ?? []), message]);
  }
  const roots = conversation.messages.filter(({ threadTs: root }) => root === null);
  // What one has just asked for is answered in a thread, which is easily overlooked by whoever is new here.
  const sentAt = useRef(Number.POSITIVE_INFINITY);
  // To the app its direct messages are one of its own tabs.
  const perform = useDoer();
  const isDirect = conversation.kind === "im";
  useEffect(() => {
    if (isDirect) void perform({ do: "openHome", tab: "messages" });
  }, [isDirect, perform]);
  const answered = roots.findLast(
    ({ ts, user }) => msOf(ts) >= sentAt.current && ofRoot.has(ts) && [snapshot.me, app?.id].includes(user),
  );
  useEffect(() => {
    if (!answered) return;
    sentAt.current = Number.POSITIVE_INFINITY;
    if (threadTs === undefined && window.matchMedia(WITH_ROOM_FOR_THREADS).matches)
      onThread(answered.ts, true);
  }, [answered?.ts]);
  return (
    <section class="conversation" aria-label={name} {...handlers}>
      <header class="pane-head">
        <h2>
          {conversation.kind === "public" && <HashIcon />}
          {conversation.kind === "private" && <LockIcon />}
          {conversation.kind === "im" ? conversation.name : <span>{conversation.name}</span>}
          {conversation.kind === "private" && <span class="hidden"> (private)</span>}
        </h2>
      </header>
      <div class="messages" ref={box}>
        <div class="messages-inside">
          {roots.length === 0 && (
            <FirstUse conversation={conversation} onFiles={(files) => addFiles(files, change)} />
          )}
          <ol class="message-list" aria-label={`Messages in ${name}`}>
            {roots.map((message, at) => (
              <MessageView
                key={message.ts}
                message={message}
                conversation={conversation}
                newDay={newDay(roots[at - 1], message)}
                replies={ofRoot.get(message.ts) ?? []}
                isOpen={message.ts === threadTs}
                onThread={() => onThread(message.ts)}
              />
            ))}
          </ol>
        </div>
      </div>
      {!conversation.appIsIn && <AddTheApp conversation={conversation} />}
      <Composer
        conversation={conversation}
        uploads={uploads}
        change={change}
        onRemove={remove}
        onSent={() => {
          sentAt.current = Date.now();
          goToEnd();
        }}
        label={`Message to ${name}`}
      />
      {isOver && <DropSign text={`Drop the files into ${name}`} />}
    </section>
  );
}

export function DropSign({ text }: { text: string }) {
  return (
    <div class="drop-sign" aria-hidden="true">
      <p>{text}</p>
    </div>
  );
}

function AddTheApp({ conversation }: { conversation: PageConversation }) {
  const perform = useDoer();
  const { app } = useSurroundings();
  const [isBusy, setBusy] = useState(false);
  const add = async () => {
    setBusy(true);
    await perform({ do: "invite", conversation: conversation.id });
    setBusy(false);
  };
  return (
    <div class="add-app">
      <p>{app?.name ?? "The app"} is not in this channel, so it sees nothing of what is said here.</p>
      <button type="button" class="button" aria-disabled={isBusy} onClick={isBusy ? undefined : add}>
        Add the app
      </button>
    </div>
  );
}

function newDay(before: PageMessage | undefined, message: PageMessage): string | undefined {
  const day = dayName(msOf(message.ts));
  return before && dayName(msOf(before.ts)) === day ? undefined : day;
}
