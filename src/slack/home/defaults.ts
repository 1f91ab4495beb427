import type { KnownBlock } from "@slack/web-api";
import type { Habits } from "../../job/habits.ts";
import { showFirstText } from "../delivery/show-first-text.ts";
import { MAX_GESTURE_PROMPT } from "../intake/parse-command.ts";
import { voiceOption } from "../intake/voice-options.ts";
import { homeActions } from "../surface.ts";
import { buttons, fieldId, header, note, quoted } from "./blocks.ts";

const RESOLUTIONS = [option("720p (quicker)", "720"), option("1080p", "1080")] as const;

/** The person's defaults, each changed where it stands. */
export function defaultsBlocks({ voice, resolution, gesturePrompt, showFirst }: Habits): KnownBlock[] {
  const first = option(showFirstText.choice, "yes");
  const chosen = RESOLUTIONS.find(({ value }) => value === resolution) ?? RESOLUTIONS[0];
  return [
    header("My defaults"),
    note("Used wherever a request does not say otherwise: in the form, in commands and in what you share."),
    {
      ...input(homeActions.voice, voice?.id, "Voice for words"),
      element: {
        type: "external_select",
        action_id: homeActions.voice,
        min_query_length: 0,
        placeholder: text("One that speaks the language of the words"),
        ...(voice ? { initial_option: voiceOption(voice) } : {}),
      },
    },
    ...(voice ? buttons([{ text: "Forget this voice", action: homeActions.forgetVoice }]) : []),
    {
      ...input(homeActions.resolution, resolution, "Resolution"),
      element: {
        type: "static_select",
        action_id: homeActions.resolution,
        initial_option: chosen,
        options: [...RESOLUTIONS],
      },
    },
    {
      ...input(homeActions.gesture, gesturePrompt, "Gestures, in your words (Enter saves, empty forgets)"),
      element: {
        type: "plain_text_input",
        action_id: homeActions.gesture,
        max_length: MAX_GESTURE_PROMPT,
        placeholder: text("Natural: AKOOL decides"),
        ...(gesturePrompt === undefined ? {} : { initial_value: gesturePrompt }),
        dispatch_action_config: { trigger_actions_on: ["on_enter_pressed"] },
      },
    },
    {
      ...input(homeActions.showFirst, String(showFirst), showFirstText.habitLabel),
      hint: text(showFirstText.hint),
      element: {
        type: "checkboxes",
        action_id: homeActions.showFirst,
        options: [first],
        ...(showFirst ? { initial_options: [first] } : {}),
      },
    },
  ];
}

export function settingsText({ voice, resolution, gesturePrompt, showFirst }: Habits): string {
  return [
    "*Your defaults*, used wherever a request does not say otherwise:",
    `• Voice for words: ${voice ? quoted(voice.name, 75) : "one that speaks the language of the words"}`,
    `• Resolution: ${resolution ?? "720"}p`,
    `• Gestures: ${gesturePrompt ? `“${quoted(gesturePrompt, 300)}”` : "natural, as AKOOL decides"}`,
    showFirstText.setting(showFirst === true),
    'To change them, open my *Home* tab (click on my name, then "Home"). "Remember this voice" in the form keeps a voice too.',
  ].join("\n");
}

function input(action: string, value: string | undefined, label: string) {
  return {
    type: "input" as const,
    block_id: fieldId(action, value),
    label: text(label),
    optional: true,
    dispatch_action: true,
  };
}

function option(shown: string, value: string) {
  return { text: text(shown), value };
}

function text(words: string) {
  return { type: "plain_text" as const, text: words };
}
