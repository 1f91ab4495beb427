import { useCallback, useState } from "preact/hooks";
import { uploadFile } from "./send.ts";

/** A file on its way into a message or a form. */
export interface Upload {
  readonly key: number;
  readonly file: File;
  readonly isClip: boolean;
  readonly state:
    | { readonly is: "going" }
    | { readonly is: "there"; readonly id: string }
    | { readonly is: "failed"; readonly problem: string };
}

let lastKey = 0;

export type ChangeUploads = (change: (uploads: readonly Upload[]) => readonly Upload[]) => void;

/** Sends each at once, so that it is there when the message is sent. */
export function addFiles(files: readonly File[], change: ChangeUploads, { isClip = false } = {}): void {
  for (const file of files) {
    lastKey += 1;
    const key = lastKey;
    change((all) => [...all, { key, file, isClip, state: { is: "going" } }]);
    const setState = (state: Upload["state"]) =>
      change((all) => all.map((each) => (each.key === key ? { ...each, state } : each)));
    uploadFile(file, { isClip }).then(
      (id) => setState({ is: "there", id }),
      (error: Error) => setState({ is: "failed", problem: error.message }),
    );
  }
}

/** What is not sent yet stays while something else is looked at; uploads go on meanwhile. By composer. */
const kept = new Map<string, readonly Upload[]>();

export function useUploads(composer: string) {
  const [uploads, show] = useState(() => kept.get(composer) ?? []);
  const change: ChangeUploads = useCallback(
    (how) => {
      const next = how(kept.get(composer) ?? []);
      kept.set(composer, next);
      show(next);
    },
    [composer],
  );
  const remove = useCallback(
    (key: number) => change((all) => all.filter((each) => each.key !== key)),
    [change],
  );
  return { uploads, change, remove };
}

export function idsOf(uploads: readonly Upload[]): string[] {
  return uploads.flatMap(({ state }) => (state.is === "there" ? [state.id] : []));
}

export function areReady(uploads: readonly Upload[]): boolean {
  return uploads.every(({ state }) => state.is === "there");
}

export function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  return bytes < 1_000_000 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
