/** `rich_text` as far as it is of use here. Source: docs.slack.dev, "Rich text block". */
import type { ComponentChildren } from "preact";
import { emojiNamed } from "../../emoji.ts";
import { Link } from "./link.tsx";
import { useSurroundings } from "./surroundings.ts";

type Wire = Readonly<Record<string, unknown>>;

export function RichText({ elements }: { elements: readonly Wire[] }) {
  return (
    <div class="mrkdwn">
      {elements.map((element, at) => (
        <Part key={at} of={element} />
      ))}
    </div>
  );
}

function Part({ of }: { of: Wire }) {
  const inside = partsOf(of).map((each, at) =>
    each.type === "rich_text_section" ? <Part key={at} of={each} /> : <Piece key={at} of={each} />,
  );
  switch (of.type) {
    case "rich_text_quote":
      return <blockquote>{inside}</blockquote>;
    case "rich_text_preformatted":
      return <pre>{inside}</pre>;
    case "rich_text_list": {
      const items = inside.map((each, at) => <li key={at}>{each}</li>);
      return of.style === "ordered" ? <ol>{items}</ol> : <ul>{items}</ul>;
    }
    default:
      return <p>{inside}</p>;
  }
}

function Piece({ of }: { of: Wire }) {
  const { person, conversation } = useSurroundings();
  const text = typeof of.text === "string" ? of.text : "";
  switch (of.type) {
    case "link": {
      const href = typeof of.url === "string" && /^https?:/i.test(of.url) ? of.url : undefined;
      if (href === undefined) return <>{text}</>;
      return styled(of.style, <Link href={href}>{text || href}</Link>);
    }
    case "user":
      return <span class="mention">@{person(String(of.user_id))?.name ?? String(of.user_id)}</span>;
    case "channel":
      return (
        <span class="mention">#{conversation(String(of.channel_id))?.name ?? String(of.channel_id)}</span>
      );
    case "emoji":
      return <>{emojiNamed(String(of.name)) ?? `:${String(of.name)}:`}</>;
    default:
      return styled(of.style, text);
  }
}

function styled(style: unknown, inside: ComponentChildren) {
  const is = (name: string) => typeof style === "object" && style !== null && name in style;
  let shown = <>{inside}</>;
  if (is("code")) shown = <code>{shown}</code>;
  if (is("bold")) shown = <strong>{shown}</strong>;
  if (is("italic")) shown = <em>{shown}</em>;
  if (is("strike")) shown = <s>{shown}</s>;
  return shown;
}

function partsOf(of: Wire): Wire[] {
  return Array.isArray(of.elements) ? of.elements.filter((each) => typeof each === "object") : [];
}
