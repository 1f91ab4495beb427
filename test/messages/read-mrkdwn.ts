import { type Inline, parseInline } from "../../src/sandbox/parse-mrkdwn.ts";

/** A stretch of text that looks the same from its first to its last character. */
export interface Run {
  readonly text: string;
  readonly look: "plain" | "bold" | "italic" | "code" | "link";
}

/** Slack's markup as Slack shows it, with the names of the people and channels in it. */
export function readMrkdwn(text: string, names: Names): Run[] {
  return runsOf(parseInline(text), names);
}

type Names = Readonly<Record<string, string>>;

function runsOf(pieces: readonly Inline[], names: Names): Run[] {
  return pieces.flatMap((piece) => runsOfPiece(piece, names));
}

function runsOfPiece(piece: Inline, names: Names): Run[] {
  switch (piece.kind) {
    case "text":
      return [{ look: "plain", text: piece.text }];
    case "code":
    case "link":
      return [{ look: piece.kind, text: piece.text }];
    case "mention":
      return [{ look: "link", text: `${piece.sign}${names[piece.id] ?? piece.label}` }];
    case "date":
      return [{ look: "plain", text: piece.fallback }];
    case "bold":
    case "italic": {
      const { kind } = piece;
      return runsOf(piece.inside, names).map((run) => (run.look === "plain" ? { ...run, look: kind } : run));
    }
    case "strike":
      return runsOf(piece.inside, names);
  }
}
