import { useMemo } from "preact/hooks";
import type { PageConversation, PageMessage } from "../snapshot.ts";
import { Avatar } from "./avatar.tsx";
import { Blocks } from "./blocks.tsx";
import { Files } from "./files.tsx";
import { EyeIcon, ReplyIcon } from "./icons.tsx";
import { Menu } from "./menu.tsx";
import { Mrkdwn } from "./mrkdwn.tsx";
import { NO_INPUTS, type Surface, SurfaceProvider, useTyped } from "./surface.ts";
import { useDoer, useSurroundings } from "./surroundings.ts";
import { clockTime, msOf } from "./times.ts";

export function MessageView({
  message,
  conversation,
  newDay,
  replies,
  isOpen = false,
  onThread,
}: {
  message: PageMessage;
  conversation: PageConversation;
  /** Said above the first of a day. */
  newDay?: string | undefined;
  replies?: readonly PageMessage[];
  isOpen?: boolean;
  /** Where threads can be opened. */
  onThread?: (() => void) | undefined;
}) {
  const { person } = useSurroundings();
  const author = person(message.user);
  const at = msOf(message.ts);
  const classes = ["message", message.onlyYou && "is-only-you", isOpen && "is-open"]
    .filter(Boolean)
    .join(" ");
  return (
    <li class={classes} data-testid="message" data-ts={message.ts}>
      {newDay && <p class="day">{newDay}</p>}
      <div class="message-body">
        <Avatar person={author} />
        <div class="message-main">
          {message.onlyYou && (
            <p class="only-you">
              <EyeIcon /> Only visible to you
            </p>
          )}
          <p class="message-head">
            <strong class="message-name">{author?.name ?? message.user}</strong>
            {author?.isApp && <span class="badge">App</span>}
            <time dateTime={new Date(at).toISOString()}>{clockTime(at)}</time>
            {message.edited && <span class="edited">(edited)</span>}
          </p>
          <Content message={message} conversation={conversation} />
          {onThread && replies && replies.length > 0 && (
            <Replies replies={replies} onOpen={onThread} isOpen={isOpen} />
          )}
        </div>
        {!message.onlyYou && (
          <Tools
            message={message}
            conversation={conversation}
            name={author?.name ?? ""}
            onThread={onThread}
          />
        )}
      </div>
    </li>
  );
}

function Content({ message, conversation }: { message: PageMessage; conversation: PageConversation }) {
  const perform = useDoer();
  const { typed, setTyped } = useTyped();
  const { id } = conversation;
  const { ts, forwards } = message;
  const surface: Surface = useMemo(
    () => ({
      ...NO_INPUTS,
      here: id,
      search: undefined,
      typed,
      setTyped,
      use: (blockId, actionId, value) =>
        perform({
          do: "press",
          conversation: id,
          ts,
          blockId,
          actionId,
          ...(value !== undefined && { value }),
        }),
    }),
    [perform, typed, setTyped, id, ts],
  );
  return (
    <>
      {message.blocks.length > 0 ? (
        <SurfaceProvider value={surface}>
          <Blocks blocks={message.blocks} />
        </SurfaceProvider>
      ) : (
        message.text && <Mrkdwn text={message.text} />
      )}
      {forwards && <Forwarded of={forwards} />}
      <Files files={message.files} />
    </>
  );
}

function Forwarded({ of }: { of: NonNullable<PageMessage["forwards"]> }) {
  const { person } = useSurroundings();
  return (
    <figure class="forwarded">
      <figcaption>Forwarded from {person(of.user)?.name ?? of.user}</figcaption>
      {of.text && <Mrkdwn text={of.text} />}
      <Files files={of.files} />
    </figure>
  );
}

function Replies({
  replies,
  isOpen,
  onOpen,
}: {
  replies: readonly PageMessage[];
  isOpen: boolean;
  onOpen: () => void;
}) {
  const { person } = useSurroundings();
  const users = [...new Set(replies.map(({ user }) => user))];
  const last = replies.at(-1);
  return (
    <button type="button" class="replies" aria-pressed={isOpen} onClick={onOpen}>
      <span class="replies-faces">
        {users.slice(0, 3).map((user) => (
          <Avatar key={user} person={person(user)} size="small" />
        ))}
      </span>
      <span class="replies-count">{replies.length === 1 ? "1 reply" : `${replies.length} replies`}</span>
      {last && <span class="replies-last">Last at {clockTime(msOf(last.ts))}</span>}
    </button>
  );
}

function Tools({
  message,
  conversation,
  name,
  onThread,
}: {
  message: PageMessage;
  conversation: PageConversation;
  name: string;
  onThread: (() => void) | undefined;
}) {
  const perform = useDoer();
  const shortcut = {
    key: "make_it_talk",
    text: "Make it talk",
    onChoose: () => void perform({ do: "shortcut", conversation: conversation.id, ts: message.ts }),
  };
  return (
    <div class="message-tools">
      {onThread && (
        <button type="button" class="icon-button" onClick={onThread}>
          <ReplyIcon />
          <span class="hidden">Reply in thread</span>
        </button>
      )}
      <Menu name={`More actions for ${name}’s message`} items={[shortcut]} />
    </div>
  );
}
