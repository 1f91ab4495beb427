import type { KnownBlock } from "@slack/web-api";
import type { Habits } from "../../job/habits.ts";
import type { Say } from "../../words/say.ts";
import { MAX_GESTURE_PROMPT } from "../intake/parse-command.ts";
import { voiceOption } from "../intake/voice-options.ts";
import { homeActions } from "../surface.ts";
import { buttons, excerpt, fieldId, header, note } from "./blocks.ts";

const SHOWN_OF_VOICE = 75;
const SHOWN_OF_GESTURES = 300;

/** The person's defaults, each changed where it stands. */
export function defaultsBlocks(
  say: Say,
  { voice, resolution, gesturePrompt, showFirst }: Habits,
): KnownBlock[] {
  const options = { 720: option(say.plain("home.resolution_720"), "720"), 1080: option("1080p", "1080") };
  const first = option(say.plain("showFirst.choice"), "yes");
  return [
    header(say.plain("home.defaults")),
    note(say("home.defaults_use")),
    {
      ...input(homeActions.voice, voice?.id, say.plain("home.voice")),
      element: {
        type: "external_select",
        action_id: homeActions.voice,
        min_query_length: 0,
        placeholder: text(say.plain("home.voice_hint")),
        ...(voice ? { initial_option: voiceOption(say, voice) } : {}),
      },
    },
    ...(voice ? buttons([{ text: say.plain("home.forget_voice"), action: homeActions.forgetVoice }]) : []),
    {
      ...input(homeActions.resolution, resolution, say.plain("home.resolution")),
      element: {
        type: "static_select",
        action_id: homeActions.resolution,
        initial_option: options[resolution ?? "720"],
        options: [options[720], options[1080]],
      },
    },
    {
      ...input(homeActions.gesture, gesturePrompt, say.plain("home.gestures")),
      element: {
        type: "plain_text_input",
        action_id: homeActions.gesture,
        max_length: MAX_GESTURE_PROMPT,
        placeholder: text(say.plain("home.gestures_hint")),
        ...(gesturePrompt === undefined ? {} : { initial_value: gesturePrompt }),
        dispatch_action_config: { trigger_actions_on: ["on_enter_pressed"] },
      },
    },
    {
      ...input(homeActions.showFirst, String(showFirst), say.plain("showFirst.habit_label")),
      hint: text(say.plain("showFirst.hint")),
      element: {
        type: "checkboxes",
        action_id: homeActions.showFirst,
        options: [first],
        ...(showFirst ? { initial_options: [first] } : {}),
      },
    },
  ];
}

export function settingsText(say: Say, { voice, resolution, gesturePrompt, showFirst }: Habits): string {
  const name = voice ? excerpt(voice.name, SHOWN_OF_VOICE) : ({ key: "home.settings_any_voice" } as const);
  return [
    say("home.settings_title"),
    say("home.settings_voice", { voice: name }),
    say("home.settings_resolution", { resolution: resolution ?? "720" }),
    gesturePrompt
      ? say("home.settings_gestures", { gestures: excerpt(gesturePrompt, SHOWN_OF_GESTURES) })
      : say("home.settings_no_gestures"),
    say(showFirst ? "showFirst.setting_on" : "showFirst.setting_off"),
    say("home.settings_where", { remember: { key: "form.remember" } }),
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
