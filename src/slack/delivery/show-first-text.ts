import { inMarkup } from "./in-markup.ts";

/** Every word of "Show me first", in English. */
export const showFirstText = {
  // Buttons.
  postIt: "Post it",
  showAgain: "Show me again",
  throwAway: "Throw away",
  throwAwayTitle: "Throw this video away?",
  throwAwayText:
    "It is not posted, and is taken out of our direct message for good. What it cost is not given back.",
  keepIt: "Keep it",

  // The form and the defaults.
  label: "Before it is posted",
  choice: "Show me first",
  hint: "The video comes to you as a direct message; you decide whether it is posted.",
  habitLabel: "Before a video of mine is posted",
  setting: (on: boolean) =>
    `• Show me first: ${on ? "yes, a video comes to you alone and you decide whether it is posted" : "no"} (\`/talkingphoto settings show-first ${on ? "off" : "on"}\` changes it)`,
  settingUnclear: "I understood `settings`. After it there may be `show-first on` or `show-first off`.",

  // The post in the direct message.
  comment: "Here is your talking photo. Only you can see it so far. _AI-generated with AKOOL._",
  commentLater: "Here is your talking photo. _AI-generated with AKOOL._",
  question: (where: string, until: string) =>
    `Shall I post it in ${where}? AKOOL keeps it until ${until}; without an answer it is not posted.`,
  posting: (where: string) => `I'm posting it in ${where}…`,
  posted: (where: string) => `It is posted in ${where}.`,
  notPosted: (where: string, why: string) =>
    `I could not post it in ${where}. ${why} I keep it and try again by myself.`,
  thrownAway: "Thrown away: this video is not posted anywhere.",
  undecided:
    "AKOOL keeps a video for 7 days, and nothing was decided in that time: it is not posted anywhere.",
  cancelled: "Cancelled: it is not posted.",

  // The job message and the post that calls the person; `asked` begins it.
  jobShown: (asked: string, who: string) =>
    `:eyes: ${asked}: the video is ready. ${who} sees it first, in a direct message, and decides whether it is posted here.`,
  jobShownPlain: (asked: string, who: string) =>
    `:eyes: ${asked}: the video is ready, and in a direct message to ${who}. Only they decide, here, whether it is posted.`,
  jobNotShown: (asked: string, why: string) =>
    `:warning: ${asked}: the video is ready, but I could not show it in a direct message first. ${why} Nothing is posted until it is decided.`,
  jobThrownAway: (asked: string) =>
    `:wastebasket: ${asked}: the video was ready, and they have thrown it away. Nothing is posted.`,
  jobUndecided: (asked: string) =>
    `:hourglass: ${asked}: the video was ready, but nothing was decided while AKOOL kept it. Nothing is posted.`,
  jobSameShown: (asked: string, link: string | undefined) =>
    `:repeat: ${asked}: the same is ready already, and waits for your decision: ${
      link === undefined ? "see our direct message" : `<${link}|the one you asked for before>`
    }. Nothing is paid twice. You can have another on purpose.`,
  callShownPlain: (hello: string) =>
    `${hello} Your talking photo is in our direct message, where I could not put buttons under it. Shall I post it here?`,
  callNotShown: (hello: string, why: string) =>
    `${hello} Your talking photo is ready, but I could not show it to you first. ${why} Shall I post it here all the same?`,
  slackRefused: (code: string) => `Slack did not take it there (\`${inMarkup(code)}\`).`,

  // Private answers.
  waitsInDirect: "ready, and waits for your decision in our direct message",
  waitsInThread: "ready, and waits for your decision in its thread",
  endedThrownAway: "ready, and thrown away instead of posted",
  endedUndecided: "ready, and not decided about, so not posted",
  cancelThrownAway: "Thrown away: the video is not posted anywhere.",
  cancelTooLate:
    "Too late to cancel: the video is on its way to our direct message. It is not posted unless you say so there.",
  cancelWhich: (id: string) =>
    `Nothing of yours is being made. \`${id}\` is ready and waits for your decision; \`/talkingphoto cancel ${id}\` throws it away.`,
  /** In the details, before a length of time. */
  postingTook: "your decision and posting",
  again: "I'm making another one, and show it to you first, too. About this one you can still decide.",
  againAlready: "I am at another one already, or have made it; it comes to you first, too.",
} as const;
