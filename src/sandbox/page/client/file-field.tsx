import { useRef, useState } from "preact/hooks";
import type { Element } from "../../slack/block-kit.ts";
import { Chips } from "./chips.tsx";
import { type FieldLook, lookProps } from "./field-look.ts";
import { useSurface } from "./surface.ts";
import { addFiles } from "./uploads.ts";

const MOST_FILES = 10;

export function FileField({
  blockId,
  element,
  look,
}: {
  blockId: string;
  element: Extract<Element, { type: "file_input" }>;
  look: FieldLook;
}) {
  const { files, changeFiles } = useSurface();
  const input = useRef<HTMLInputElement>(null);
  const [isOver, setOver] = useState(false);
  const [turnedAway, setTurnedAway] = useState<string>();
  const chosen = files(blockId);
  const most = element.max_files ?? MOST_FILES;
  const change = (next: Parameters<typeof changeFiles>[1]) => changeFiles(blockId, next);

  const add = (all: readonly File[]) => {
    const wanted = all.filter(
      ({ name }) => !element.filetypes || element.filetypes.includes(extensionOf(name)),
    );
    setTurnedAway(wanted.length < all.length ? `Takes ${kinds(element.filetypes)} only.` : undefined);
    // With room for one, a second takes its place.
    if (most === 1 && wanted.length > 0) change(() => []);
    const room = most === 1 ? 1 : most - chosen.length;
    if (wanted.length > room) setTurnedAway(most === 1 ? "Takes one file." : `Takes ${most} files.`);
    addFiles(wanted.slice(0, Math.max(0, room)), change);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is for mice; the button below is for everybody
    <div
      class={isOver ? "file-field is-over" : "file-field"}
      onDragOver={(event) => {
        event.preventDefault();
        event.stopPropagation();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        event.stopPropagation();
        setOver(false);
        add([...(event.dataTransfer?.files ?? [])]);
      }}
    >
      <Chips
        uploads={chosen}
        label="Chosen files"
        onRemove={(key) => change((all) => all.filter((each) => each.key !== key))}
      />
      {(chosen.length < most || most === 1) && (
        <p class="file-field-choose">
          <span class="file-field-button">
            <input
              {...lookProps(look)}
              ref={input}
              type="file"
              multiple={most > 1}
              accept={element.filetypes?.map((type) => `.${type}`).join(",")}
              onChange={(event) => {
                add([...(event.currentTarget.files ?? [])]);
                event.currentTarget.value = ""; // so that the same can be chosen again
              }}
            />
            <span class="button" aria-hidden="true">
              {chosen.length > 0 && most === 1 ? "Choose another" : "Choose a file"}
            </span>
          </span>
          <span class="file-field-or"> or drop it here</span>
        </p>
      )}
      {turnedAway !== undefined && (
        <p class="field-error" role="alert">
          {turnedAway}
        </p>
      )}
    </div>
  );
}

export function extensionOf(name: string): string {
  return name.includes(".") ? (name.split(".").at(-1) ?? "").toLowerCase() : "";
}

function kinds(types: readonly string[] | undefined): string {
  return types ? types.map((type) => `.${type}`).join(", ") : "files";
}
