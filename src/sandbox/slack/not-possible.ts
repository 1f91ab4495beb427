/** What Slack's own client does not let a person do. The message is a sentence for them, without its full stop. */
export class NotPossible extends Error {
  override readonly name = "NotPossible";
}
