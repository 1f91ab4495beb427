import type { Block } from "../../slack/block-kit.ts";
import { Control } from "./control.tsx";
import { InputBlockView } from "./input-block.tsx";
import { Mrkdwn, plainText, Text } from "./mrkdwn.tsx";
import { RichText } from "./rich-text.tsx";

/** Inside a surface. */
export function Blocks({ blocks }: { blocks: readonly Block[] }) {
  return (
    <div class="blocks">
      {blocks.map((block, at) => (
        // Only inputs are known by their id: Slack makes up a new one for the others at every edit, and the element
        // that has the focus must stay the same.
        <BlockView key={block.type === "input" ? block.block_id : `${at} ${block.type}`} block={block} />
      ))}
    </div>
  );
}

function BlockView({ block }: { block: Block }) {
  switch (block.type) {
    case "section":
      return <Section block={block} />;
    case "header":
      return <h3 class="block-header">{plainText(block.text)}</h3>;
    case "divider":
      return <hr />;
    case "image":
      return (
        <figure class="block-image">
          {block.title && <figcaption>{plainText(block.title)}</figcaption>}
          <Picture of={block} />
        </figure>
      );
    case "context":
      return (
        <div class="block-context">
          {block.elements.map((element, at) =>
            element.type === "image" ? <Picture key={at} of={element} /> : <Text key={at} of={element} />,
          )}
        </div>
      );
    case "actions":
      return (
        <div class="block-actions">
          {block.elements.map((element) => (
            <Control key={element.action_id} blockId={block.block_id} element={element} />
          ))}
        </div>
      );
    case "input":
      return <InputBlockView block={block} />;
    case "rich_text":
      return <RichText elements={block.elements} />;
    case "markdown":
      return <Mrkdwn text={block.text.replaceAll("**", "*")} />;
  }
}

function Section({ block }: { block: Extract<Block, { type: "section" }> }) {
  const { accessory } = block;
  return (
    <div class={accessory?.type === "image" ? "block-section with-picture" : "block-section"}>
      <div class="block-section-text">
        {block.text && <Text of={block.text} />}
        {block.fields && (
          <div class="block-fields">
            {block.fields.map((field, at) => (
              <Text key={at} of={field} />
            ))}
          </div>
        )}
      </div>
      {accessory?.type === "image" && <Picture of={accessory} />}
      {accessory && accessory.type !== "image" && (
        <Control blockId={block.block_id} element={accessory} name={block.text?.text} />
      )}
    </div>
  );
}

interface PictureObject {
  readonly image_url?: string | undefined;
  readonly slack_file?: { readonly id: string } | { readonly url: string } | undefined;
  readonly alt_text: string;
}

function Picture({ of }: { of: PictureObject }) {
  const file = of.slack_file;
  const src = file && "id" in file ? `files/${file.id}` : undefined;
  // This page asks no other host for anything: a picture from the web is told in words.
  if (src === undefined) return <span class="no-picture">{of.alt_text}</span>;
  return <img src={src} alt={of.alt_text} loading="lazy" />;
}
