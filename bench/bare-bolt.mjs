// The peer: a Bolt app as its documentation shows it, that acks and stores nothing. Plain JavaScript, so that its
// start is not burdened with stripping types, which the built app's is not either.
import bolt from "@slack/bolt";

const receiver = new bolt.HTTPReceiver({
  signingSecret: process.env.SLACK_SIGNING_SECRET,
  logLevel: bolt.LogLevel.ERROR,
});
const app = new bolt.App({
  receiver,
  authorize: async () => ({ botToken: "xoxb-bench", botId: "B0BENCH", botUserId: "U0BENCHBOT" }),
  tokenVerificationEnabled: false,
  logLevel: bolt.LogLevel.ERROR,
});
app.command("/talkingphoto", async ({ ack }) => {
  await ack();
});
await app.start({ port: Number(process.env.PORT), host: "127.0.0.1" });
