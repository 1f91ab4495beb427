import { createHmac, randomBytes } from "node:crypto";

export const SIGNING_SECRET = "bench-signing-secret";

const stem = randomBytes(4).toString("hex");
let made = 0;

export interface Links {
  readonly photoUrl: string;
  readonly speechUrl: string;
}

/** As people type them. For jobs that never get as far as fetching them. */
export const PUBLIC_LINKS: Links = {
  photoUrl: "https://photos.example.com/face.jpg",
  speechUrl: "https://sounds.example.com/voice.mp3",
};

export interface SignedCommand {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** One `/talkingphoto` as Slack sends it: its own trigger, response_url, person and prompt, signed just now. */
export function signedCommand({ photoUrl, speechUrl }: Links): SignedCommand {
  made += 1;
  const body = new URLSearchParams({
    token: "gIkuvaNzQIHg97ATvDxqgjtO",
    team_id: "T0SANDBOX",
    team_domain: "sandbox",
    channel_id: "C0GENERAL",
    channel_name: "general",
    user_id: `U0BENCH${made % 500}`,
    user_name: "bench",
    command: "/talkingphoto",
    text: `${photoUrl} ${speechUrl} 720 waves, take ${made} ${stem}`,
    api_app_id: "A0TALKINGPHOTO",
    is_enterprise_install: "false",
    response_url: `https://hooks.slack.com/commands/T0SANDBOX/${made}/${stem}`,
    trigger_id: `${made}.${stem}.bench`,
  }).toString();
  const timestamp = String(Math.floor(Date.now() / 1000));
  const signature = createHmac("sha256", SIGNING_SECRET).update(`v0:${timestamp}:${body}`).digest("hex");
  return {
    body,
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      "user-agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
      "x-slack-request-timestamp": timestamp,
      "x-slack-signature": `v0=${signature}`,
    },
  };
}
