import { Fragment } from "preact";
import { type Inline, type Part, parseMrkdwn, withEmoji } from "../../parse-mrkdwn.ts";
import { useSurroundings } from "./surroundings.ts";
import { slackDate } from "./times.ts";

export interface TextObject {
  readonly type: "plain_text" | "mrkdwn";
  readonly text: string;
  readonly emoji?: boolean | undefined;
}

export function Text({ of }: { of: TextObject }) {
  return of.type === "mrkdwn" ? <Mrkdwn text={of.text} /> : <span class="plain">{plainText(of)}</span>;
}

/** For places that take no markup. */
export function plainText(of: TextObject): string {
  return of.type === "plain_text" && of.emoji === false ? of.text : withEmoji(of.text);
}

export function Mrkdwn({ text }: { text: string }) {
  return (
    <div class="mrkdwn">
      {parseMrkdwn(text).map((part, at) => (
        <PartView key={at} part={part} />
      ))}
    </div>
  );
}

function PartView({ part }: { part: Part }) {
  switch (part.kind) {
    case "fence":
      return (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls sideways, by keyboard too
        <pre tabIndex={0}>{part.text}</pre>
      );
    case "quote":
      return <blockquote>{lines(part.lines)}</blockquote>;
    case "lines":
      return <p>{lines(part.lines)}</p>;
  }
}

function lines(all: readonly (readonly Inline[])[]) {
  return all.map((line, at) => (
    <Fragment key={at}>
      {at > 0 && <br />}
      <Inlines of={line} />
    </Fragment>
  ));
}

function Inlines({ of }: { of: readonly Inline[] }) {
  return (
    <>
      {of.map((piece, at) => (
        <InlineView key={at} piece={piece} />
      ))}
    </>
  );
}

function InlineView({ piece }: { piece: Inline }) {
  switch (piece.kind) {
    case "text":
      return <>{piece.text}</>;
    case "code":
      return <code>{piece.text}</code>;
    case "bold":
      return (
        <strong>
          <Inlines of={piece.inside} />
        </strong>
      );
    case "italic":
      return (
        <em>
          <Inlines of={piece.inside} />
        </em>
      );
    case "strike":
      return (
        <s>
          <Inlines of={piece.inside} />
        </s>
      );
    case "link":
      return <OutwardLink href={piece.href}>{piece.text}</OutwardLink>;
    case "mention":
      return <Mention {...piece} />;
    case "date": {
      const said = slackDate(piece.seconds, piece.format, piece.fallback);
      const time = <time dateTime={new Date(piece.seconds * 1000).toISOString()}>{said}</time>;
      return piece.href ? <OutwardLink href={piece.href}>{time}</OutwardLink> : time;
    }
  }
}

function OutwardLink({ href, children }: { href: string; children: preact.ComponentChildren }) {
  // What people type may be any scheme, and `javascript:` is one.
  if (!/^(https?|mailto|tel):/i.test(href)) return <>{children}</>;
  return (
    <a href={href} target="_blank" rel="noreferrer">
      {children}
    </a>
  );
}

function Mention({ sign, id, label }: { sign: "@" | "#"; id: string; label: string }) {
  const { person, conversation, goTo, snapshot } = useSurroundings();
  if (sign === "@") {
    const isMe = id === snapshot.me;
    return <span class={isMe ? "mention mention-me" : "mention"}>@{person(id)?.name ?? label}</span>;
  }
  const found = conversation(id);
  if (!found) return <span class="mention">#{label}</span>;
  return (
    <button type="button" class="mention" onClick={() => goTo(id)}>
      #{found.name}
    </button>
  );
}
