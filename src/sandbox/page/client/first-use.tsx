import { useState } from "preact/hooks";
import photoUrl from "../../../../test/fixtures/media/portrait.jpg?url";
import soundUrl from "../../../../test/fixtures/media/speech.mp3?url";
import type { PageConversation } from "../snapshot.ts";
import { useSurroundings } from "./surroundings.ts";

/** What an empty conversation says to somebody who has never been here. */
export function FirstUse({
  conversation,
  onFiles,
}: {
  conversation: PageConversation;
  onFiles: (files: File[]) => void;
}) {
  const { app } = useSurroundings();
  const [problem, setProblem] = useState<string>();
  const name = app?.name ?? "the app";
  const isDirect = conversation.kind === "im";
  const take = () =>
    samples().then(onFiles, () => setProblem("The samples could not be fetched from the sandbox."));
  return (
    <div class="first-use">
      <img src={new URL("./icon.svg", import.meta.url).href} alt="" width="56" height="56" />
      <h3>Make a photo talk</h3>
      <p>
        Drop a photo and a recording here{isDirect ? "" : ` and mention @${name}`}, or type{" "}
        <code>/talkingphoto</code>.
      </p>
      <p>The video comes back in the thread under your message.</p>
      <button type="button" class="button" onClick={take}>
        Use two sample files
      </button>
      {problem && <p role="alert">{problem}</p>}
    </div>
  );
}

async function samples(): Promise<File[]> {
  const fetchSample = async (url: string, name: string, type: string) => {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`${url}: ${response.status}`);
    return new File([await response.arrayBuffer()], name, { type });
  };
  return Promise.all([
    fetchSample(photoUrl, "portrait.jpg", "image/jpeg"),
    fetchSample(soundUrl, "speech.mp3", "audio/mpeg"),
  ]);
}
