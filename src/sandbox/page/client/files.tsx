import { useState } from "preact/hooks";
import type { PageFile } from "../snapshot.ts";
import { FileIcon, SoundIcon } from "./icons.tsx";
import { sizeText } from "./uploads.ts";

/** Keyed by the file, so that a video that plays goes on playing whatever else changes. */
export function Files({ files }: { files: readonly PageFile[] }) {
  if (files.length === 0) return null;
  return (
    <ul class="files" aria-label="Files">
      {files.map((file) => (
        <li key={file.id} data-testid="file" data-mimetype={file.mimetype}>
          <FileView file={file} />
        </li>
      ))}
    </ul>
  );
}

function FileView({ file }: { file: PageFile }) {
  const kind = file.mimetype.split("/")[0];
  if (kind === "image") return <Photo file={file} />;
  if (kind === "video" && !file.isClip) return <Video file={file} />;
  if (kind === "audio" || kind === "video") return <Sound file={file} />;
  return <Other file={file} />;
}

function Photo({ file }: { file: PageFile }) {
  const [cannotShow, setCannotShow] = useState(false);
  if (cannotShow) return <Other file={file} />;
  return (
    <figure class="file-photo">
      <img src={file.url} alt={file.name} onError={() => setCannotShow(true)} />
      <FileName file={file} />
    </figure>
  );
}

function Video({ file }: { file: PageFile }) {
  return (
    <figure class="file-video">
      {/* biome-ignore lint/a11y/useMediaCaption: what is said stands in the message; there is no caption file */}
      <video src={file.url} controls playsInline preload="metadata" aria-label={`Video ${file.name}`} />
      <FileName file={file} />
    </figure>
  );
}

function Sound({ file }: { file: PageFile }) {
  return (
    <figure class="file-sound">
      <figcaption>
        <SoundIcon />
        {file.isClip ? "Audio clip" : file.name}
        <span class="file-size">{sizeText(file.bytes)}</span>
      </figcaption>
      {/* biome-ignore lint/a11y/useMediaCaption: somebody's own recording has no caption file */}
      <audio src={file.url} controls preload="metadata" aria-label={`Recording ${file.name}`} />
    </figure>
  );
}

function Other({ file }: { file: PageFile }) {
  return (
    <a class="file-other" href={file.url} download={file.name}>
      <FileIcon />
      <span>
        {file.name}
        <span class="file-size">{sizeText(file.bytes)}</span>
      </span>
    </a>
  );
}

function FileName({ file }: { file: PageFile }) {
  return (
    <figcaption>
      <a href={file.url} download={file.name}>
        {file.name}
      </a>
      <span class="file-size">{sizeText(file.bytes)}</span>
    </figcaption>
  );
}
