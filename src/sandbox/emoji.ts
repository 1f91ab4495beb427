/** Slack's names of the emoji that the app uses: Slack itself draws them from the name. */
const EMOJI: Readonly<Record<string, string>> = {
  art: "🎨",
  eyes: "👀",
  hourglass_flowing_sand: "⏳",
  mag: "🔍",
  no_entry_sign: "🚫",
  outbox_tray: "📤",
  question: "❓",
  repeat: "🔁",
  snail: "🐌",
  speaking_head_in_silhouette: "🗣️",
  warning: "⚠️",
  wastebasket: "🗑️",
  wave: "👋",
  white_check_mark: "✅",
  x: "❌",
};

/** Undefined for a name that the app does not use. */
export function emojiNamed(name: string): string | undefined {
  return Object.hasOwn(EMOJI, name) ? EMOJI[name] : undefined;
}
