import { useEffect, useRef } from "preact/hooks";
import type { PageConversation, PageMessage } from "../snapshot.ts";
import { Composer } from "./composer.tsx";
import { DropSign } from "./conversation.tsx";
import { nameOf } from "./conversation-name.ts";
import { useFileDrop } from "./file-drop.ts";
import { useFollowBottom } from "./follow-bottom.ts";
import { CloseIcon } from "./icons.tsx";
import { MessageView } from "./message.tsx";
import { Region } from "./region.tsx";
import { useSurroundings } from "./surroundings.ts";
import { addFiles, useUploads } from "./uploads.ts";

export function ThreadPane({
  conversation,
  root,
  isUnasked,
  onClose,
}: {
  conversation: PageConversation;
  root: PageMessage;
  /** It has opened by itself, and leaves the focus where it is. */
  isUnasked: boolean;
  onClose: () => void;
}) {
  const { box, goToEnd } = useFollowBottom();
  const { me } = useSurroundings().snapshot;
  const { uploads, change, remove } = useUploads(`${me} ${conversation.id} ${root.ts}`);
  const { isOver, handlers } = useFileDrop((files) => addFiles(files, change));
  const heading = useRef<HTMLHeadingElement>(null);
  const replies = conversation.messages.filter(({ threadTs }) => threadTs === root.ts);
  // Whoever opened it by keyboard goes on from here; whoever closes it goes back to where they were.
  useEffect(() => {
    if (isUnasked) return;
    const before = document.activeElement;
    heading.current?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, [isUnasked]);
  return (
    <section class="thread" aria-label="Thread" {...handlers}>
      <Region>
        <header class="pane-head">
          <h2 tabIndex={-1} ref={heading}>
            Thread <span class="pane-where">{nameOf(conversation)}</span>
          </h2>
          <button type="button" class="icon-button" onClick={onClose}>
            <CloseIcon />
            <span class="hidden">Close the thread</span>
          </button>
        </header>
        <div class="messages" ref={box}>
          <div class="messages-inside">
            <ol class="message-list" aria-label="Messages in the thread">
              <MessageView message={root} conversation={conversation} />
              {replies.length > 0 && (
                <li class="reply-count">{replies.length === 1 ? "1 reply" : `${replies.length} replies`}</li>
              )}
              {replies.map((message) => (
                <MessageView key={message.ts} message={message} conversation={conversation} />
              ))}
            </ol>
          </div>
        </div>
        <Composer
          conversation={conversation}
          threadTs={root.ts}
          uploads={uploads}
          change={change}
          onRemove={remove}
          onSent={goToEnd}
          label="Reply in the thread"
        />
        {isOver && <DropSign text="Drop the files into the thread" />}
      </Region>
    </section>
  );
}
