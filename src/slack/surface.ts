/**
 * What the app has registered with Slack. The manifests, the handlers and the doctor must agree
 * with it; test/manifest.test.ts sees to that.
 */
export const surface = {
  commands: ["/talkingphoto"],
  events: ["app_mention", "message", "app_home_opened", "app_uninstalled", "tokens_revoked"],
  /** On a message, and from anywhere. */
  shortcuts: ["make_it_talk", "make_a_photo_talk"],
  scopes: {
    bot: [
      "commands",
      "chat:write",
      "files:read",
      "files:write",
      "app_mentions:read",
      "im:history",
      "im:write",
    ],
    /**
     * The two of history: for channels switched on with `/talkingphoto watch on`, and for the photo at the top of a
     * thread. `users:read`: for people's languages.
     */
    optional: ["channels:history", "groups:history", "users:read"],
  },
} as const;

/** Every button's action id; its value is the job id and nothing else, so that it works after a deploy and after a week. */
export const actions = {
  cancel: "talkingphoto.cancel",
  tryAgain: "talkingphoto.try_again",
  leaveIt: "talkingphoto.leave_it",
  makeAnother: "talkingphoto.make_another",
  postAgain: "talkingphoto.post_again",
  postAfterAll: "talkingphoto.post_after_all",
  /** "Show me first": what the person decides in their direct message, or under the job message. */
  postIt: "talkingphoto.post_it",
  throwAway: "talkingphoto.throw_away",
  showAgain: "talkingphoto.show_again",
  again: "talkingphoto.again",
  /** Opens the form, filled in with what a finished job was made from. */
  change: "talkingphoto.change",
  in1080: "talkingphoto.in_1080",
  delete: "talkingphoto.delete",
  details: "talkingphoto.details",
  /** Opens the form, with what the job has filled in. */
  fillIn: "talkingphoto.fill_in",
  each: "talkingphoto.each",
} as const;

/** Opens the form from nowhere in particular; about no job, so without a value. */
export const startAction = "talkingphoto.start";

/** What is pressed in the Home tab and is about no job. The page and the search stand in the view itself. */
export const homeActions = {
  newer: "talkingphoto.home_newer",
  older: "talkingphoto.home_older",
  newest: "talkingphoto.home_newest",
  search: "talkingphoto.home_search",
  channel: "talkingphoto.home_channel",
  voice: "talkingphoto.my_voice",
  forgetVoice: "talkingphoto.forget_my_voice",
  resolution: "talkingphoto.my_resolution",
  gesture: "talkingphoto.my_gesture",
  showFirst: "talkingphoto.my_show_first",
} as const;

/** A button has no value but a job's id, so the channel stands in the action's id. */
export const UNWATCH = /^talkingphoto\.unwatch_([A-Z0-9]+)$/;

export function unwatchAction(channelId: string): string {
  return `talkingphoto.unwatch_${channelId}`;
}

/** The form's list of voices, which Slack asks the app for at every letter. */
export const voiceAction = "talkingphoto.voice";

/**
 * Which question is answered, and which of several is meant, stands in the action's id, since a button's value is the
 * job id alone: an old button, or a second click, must not answer another question.
 */
export const GO_ON = /^talkingphoto\.go_on_([a-z_]+)$/;
export const CHOOSE = /^talkingphoto\.choose_([a-z_]+)_(\d+)$/;

export function goOnAction(kind: string): string {
  return `talkingphoto.go_on_${kind}`;
}

export function chooseAction(kind: string, index: number): string {
  return `talkingphoto.choose_${kind}_${index}`;
}

export const formCallbackId = "talkingphoto.form";
