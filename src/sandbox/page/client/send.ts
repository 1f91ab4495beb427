import type { Act, Outcome } from "../acts.ts";

const NO_ANSWER = "The sandbox does not answer. Is it still running in the terminal?";

export async function sendAct(me: string, act: Act): Promise<Outcome> {
  try {
    const response = await fetch("act", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ me, act }),
    });
    if (!response.ok) return { problem: await problemOf(response) };
    return (await response.json()) as Outcome; // our own server's
  } catch {
    return { problem: NO_ANSWER };
  }
}

/** The id under which the file can be shared. Rejects with a sentence for people. */
export async function uploadFile(file: File, { isClip = false } = {}): Promise<string> {
  const query = new URLSearchParams({ name: file.name, ...(isClip && { clip: "1" }) });
  const response = await fetch(`uploads?${query}`, { method: "POST", body: file }).catch(() => undefined);
  if (!response) throw new Error(NO_ANSWER);
  if (!response.ok) throw new Error(await problemOf(response));
  const { id } = (await response.json()) as { id: string }; // our own server's
  return id;
}

async function problemOf(response: Response): Promise<string> {
  const said: unknown = await response.json().catch(() => undefined);
  const problem = typeof said === "object" && said && "problem" in said ? said.problem : undefined;
  return typeof problem === "string" ? problem : `The sandbox could not do that (${response.status}).`;
}
