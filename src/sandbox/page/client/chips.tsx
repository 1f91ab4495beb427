import { useEffect, useRef } from "preact/hooks";
import { CloseIcon, FileIcon, SoundIcon } from "./icons.tsx";
import { sizeText, type Upload } from "./uploads.ts";

const THUMBNAIL_PX = 88;

/** The files that go along, each of which can be taken out again. */
export function Chips({
  uploads,
  label,
  onRemove,
}: {
  uploads: readonly Upload[];
  label: string;
  onRemove: (key: number) => void;
}) {
  if (uploads.length === 0) return null;
  return (
    <ul class="chips" aria-label={label}>
      {uploads.map((upload) => (
        <Chip key={upload.key} upload={upload} onRemove={() => onRemove(upload.key)} />
      ))}
    </ul>
  );
}

function Chip({ upload, onRemove }: { upload: Upload; onRemove: () => void }) {
  const { file, state } = upload;
  return (
    <li class={`chip chip-${state.is}`}>
      <Thumbnail file={file} />
      <span class="chip-text">
        <span class="chip-name">{file.name}</span>
        <span class="chip-state">
          {state.is === "going" && "Uploading…"}
          {state.is === "there" && sizeText(file.size)}
          {state.is === "failed" && state.problem}
        </span>
      </span>
      <button type="button" class="icon-button" onClick={onRemove}>
        <CloseIcon />
        <span class="hidden">Remove {file.name}</span>
      </button>
    </li>
  );
}

function Thumbnail({ file }: { file: File }) {
  if (file.type.startsWith("image/")) return <PhotoThumbnail file={file} />;
  return (
    <span class="chip-picture">
      {file.type.startsWith("audio/") || file.type.startsWith("video/") ? <SoundIcon /> : <FileIcon />}
    </span>
  );
}

/** Drawn, because a content security policy of 'self' takes no `blob:` address. */
function PhotoThumbnail({ file }: { file: File }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    let isGone = false;
    createImageBitmap(file, { resizeHeight: THUMBNAIL_PX, resizeQuality: "medium" }).then(
      (picture) => {
        const context = canvas.current?.getContext("2d");
        if (!isGone) context?.drawImage(picture, (THUMBNAIL_PX - picture.width) / 2, 0);
        picture.close();
      },
      () => {}, // a kind that this browser cannot show
    );
    return () => {
      isGone = true;
    };
  }, [file]);
  return <canvas ref={canvas} class="chip-picture" width={THUMBNAIL_PX} height={THUMBNAIL_PX} />;
}
