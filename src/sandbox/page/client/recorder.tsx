import { useEffect, useRef, useState } from "preact/hooks";
import { MicIcon, StopIcon } from "./icons.tsx";

/** What browsers record, with what Slack's own composer would make of it. */
const KINDS = [
  { mimetype: "audio/webm;codecs=opus", name: "audio_message.webm" },
  { mimetype: "audio/mp4", name: "audio_message.m4a" },
  { mimetype: "audio/webm", name: "audio_message.webm" },
];

interface Running {
  readonly recorder: MediaRecorder;
  readonly stop: () => void;
}

/** A clip from the microphone. */
export function RecordButton({
  onClip,
  onProblem,
}: {
  onClip: (clip: File) => void;
  onProblem: (problem: string) => void;
}) {
  const [running, setRunning] = useState<Running>();
  const [seconds, setSeconds] = useState(0);
  /** From the first press on: the browser may ask for the microphone for a long time. */
  const isStarting = useRef(false);
  const last = useRef<Running>(undefined);
  const isGone = useRef(false);
  useEffect(
    () => () => {
      isGone.current = true;
      last.current?.stop();
    },
    [],
  );
  useEffect(() => {
    if (!running) return;
    const startedAt = performance.now();
    setSeconds(0);
    const timer = setInterval(() => setSeconds(Math.floor((performance.now() - startedAt) / 1000)), 250);
    return () => clearInterval(timer);
  }, [running]);

  const start = async () => {
    if (isStarting.current) return;
    isStarting.current = true;
    try {
      last.current = await record((clip) => {
        setRunning(undefined);
        if (clip) onClip(clip);
      });
      if (isGone.current) last.current.stop();
      else setRunning(last.current);
    } catch (error) {
      onProblem(whyNot(error));
    } finally {
      isStarting.current = false;
    }
  };
  if (!running) {
    return (
      <button type="button" class="icon-button" onClick={start}>
        <MicIcon />
        <span class="hidden">Record a clip</span>
      </button>
    );
  }
  return (
    <button type="button" class="icon-button is-recording" onClick={running.stop}>
      <StopIcon />
      <span aria-hidden="true">{`${Math.floor(seconds / 60)}:${`${seconds % 60}`.padStart(2, "0")}`}</span>
      <span class="hidden">Stop recording</span>
    </button>
  );
}

/** `onEnd` gets nothing where nothing was heard. */
async function record(onEnd: (clip: File | undefined) => void): Promise<Running> {
  const kind = KINDS.find(({ mimetype }) => globalThis.MediaRecorder?.isTypeSupported(mimetype));
  if (!navigator.mediaDevices || !kind) throw new DOMException("no recorder", "NotSupportedError");
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const recorder = new MediaRecorder(stream, { mimeType: kind.mimetype });
  const pieces: Blob[] = [];
  recorder.ondataavailable = ({ data }) => pieces.push(data);
  recorder.onstop = () => {
    for (const track of stream.getTracks()) track.stop();
    const type = kind.mimetype.split(";")[0] ?? "";
    onEnd(pieces.some(({ size }) => size > 0) ? new File(pieces, kind.name, { type }) : undefined);
  };
  recorder.start();
  return { recorder, stop: () => recorder.state !== "inactive" && recorder.stop() };
}

function whyNot(error: unknown): string {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError")
    return "The microphone is not allowed here. Allow it in the browser, or add a recording as a file.";
  if (name === "NotFoundError")
    return "There is no microphone on this computer. Add a recording as a file instead.";
  if (name === "NotSupportedError")
    return "This browser cannot record here. Add a recording as a file instead.";
  return "The microphone could not be used. Add a recording as a file instead.";
}
