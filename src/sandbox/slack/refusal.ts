import type { Wire } from "./wire.ts";

/**
 * `{ ok: false, error }`. `mistake` is set where only a wrong program could have caused it (a malformed call,
 * blocks Slack would not take): those also land in `slack.problems`, which tests assert to be empty.
 */
export class Refusal extends Error {
  readonly code: string;
  readonly details: Wire;
  readonly mistake: string | undefined;

  constructor(code: string, more: { details?: Wire; mistake?: string } = {}) {
    super(more.mistake ?? code);
    this.name = "Refusal";
    this.code = code;
    this.details = more.details ?? {};
    this.mistake = more.mistake;
  }
}

/** A refusal that lists what was wrong the way Slack does. */
export function malformed(code: string, messages: readonly string[]): Refusal {
  return new Refusal(code, {
    details: { errors: messages, response_metadata: { messages: messages.map((text) => `[ERROR] ${text}`) } },
    mistake: messages.join("; "),
  });
}
