import { useId } from "preact/hooks";
import type { PageConversation } from "../snapshot.ts";
import { Avatar } from "./avatar.tsx";
import { HashIcon, HomeIcon, LockIcon } from "./icons.tsx";
import type { Place } from "./place.ts";
import { useSurroundings } from "./surroundings.ts";

export function Sidebar({
  place,
  open,
  unread,
  onPerson,
  onGo,
}: {
  place: Place;
  open: string | undefined;
  unread: ReadonlySet<string>;
  onPerson: (id: string) => void;
  onGo: (at: string) => void;
}) {
  const { snapshot, person } = useSurroundings();
  const selectId = useId();
  const me = person(place.me);
  const channels = snapshot.conversations.filter(({ kind }) => kind !== "im");
  const direct = snapshot.conversations.filter(({ kind }) => kind === "im");
  const entry = (conversation: PageConversation) => (
    <Entry
      key={conversation.id}
      conversation={conversation}
      isOpen={conversation.id === open}
      isUnread={unread.has(conversation.id)}
      onGo={() => onGo(conversation.id)}
    />
  );
  return (
    <nav class="sidebar" aria-label="Conversations">
      <div class="who">
        <Avatar person={me} />
        <div class="who-choice">
          <label for={selectId}>You are</label>
          <select
            id={selectId}
            class="select"
            value={place.me}
            onChange={(event) => onPerson(event.currentTarget.value)}
          >
            {snapshot.people
              .filter(({ isApp }) => !isApp)
              .map(({ id, name, locale }) => (
                <option key={id} value={id}>
                  {locale === "en-US" ? name : `${name} (${languageOf(locale)})`}
                </option>
              ))}
          </select>
        </div>
      </div>
      <h2>Channels</h2>
      <ul>{channels.map(entry)}</ul>
      <h2>Apps</h2>
      <ul>
        <li>
          <button
            type="button"
            class="entry"
            aria-current={place.at === "home" ? "page" : undefined}
            onClick={() => onGo("home")}
          >
            <HomeIcon />
            <span class="entry-name">Home</span>
          </button>
        </li>
        {direct.map(entry)}
      </ul>
    </nav>
  );
}

function Entry(props: {
  conversation: PageConversation;
  isOpen: boolean;
  isUnread: boolean;
  onGo: () => void;
}) {
  const { conversation, isOpen, isUnread } = props;
  const { app } = useSurroundings();
  return (
    <li>
      <button
        type="button"
        class={isUnread ? "entry is-unread" : "entry"}
        aria-current={isOpen ? "page" : undefined}
        onClick={props.onGo}
        data-testid={`conversation-${conversation.id}`}
      >
        {conversation.kind === "public" && <HashIcon />}
        {conversation.kind === "private" && <LockIcon />}
        {conversation.kind === "im" && <Avatar person={app} size="small" />}
        <span class="entry-name">{conversation.name}</span>
        {conversation.kind === "private" && <span class="hidden">, private</span>}
        {isUnread && (
          <span class="dot">
            <span class="hidden">, unread</span>
          </span>
        )}
      </button>
    </li>
  );
}

function languageOf(locale: string): string {
  return new Intl.DisplayNames(["en"], { type: "language" }).of(locale.slice(0, 2)) ?? locale;
}
