/** POST /api/<method>: reads the arguments, checks token and scope, runs the method, answers as Slack does. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { accountMethods } from "./api/account.ts";
import { chatMethods } from "./api/chat.ts";
import { conversationMethods } from "./api/conversations.ts";
import { fileMethods } from "./api/files.ts";
import { type Method, requireScope, type World } from "./api/method.ts";
import { oauthMethods } from "./api/oauth.ts";
import { viewMethods } from "./api/views.ts";
import type { Reply } from "./call-log.ts";
import { malformed, Refusal } from "./refusal.ts";
import { isWire, newId, readJson, type Wire } from "./wire.ts";

const METHODS = new Map<string, Method>(
  [
    ...accountMethods,
    ...chatMethods,
    ...conversationMethods,
    ...fileMethods,
    ...oauthMethods,
    ...viewMethods,
  ].map((each) => [each.name, each]),
);

export const METHOD_NAMES: readonly string[] = [...METHODS.keys()];

export async function answerWebApi(
  name: string,
  request: IncomingMessage,
  response: ServerResponse,
  first: World,
): Promise<void> {
  const sent = await readCall(name, request);
  const { token: _, ...args } = sent.args;
  // The token says which workspace is meant; what has none is about the first.
  const { oauth } = first;
  const world = oauth.worldOf(sent.token ?? "") ?? oauth.worldOfAccess(args) ?? first;
  await world.log.answerCall({ method: name, args, request, response }, async () => {
    const method = METHODS.get(name);
    let answer: Wire;
    try {
      if (!method) throw new Refusal("unknown_method", { mistake: "the sandbox knows no such method" });
      if (sent.problem) throw malformed("invalid_arguments", [sent.problem]);
      checkToken(method, sent.token, world);
      if (method.scope) requireScope(world, method.scope);
      answer = { ok: true, ...(await method.run(args, world)) };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (error.mistake) world.workspace.problems.push(`${name}: ${error.code}: ${error.mistake}`);
      answer = { ok: false, error: error.code, ...error.details };
    }
    return jsonReply(answer, method, world);
  });
}

function checkToken(method: Method, token: string | undefined, { workspace, oauth }: World): void {
  if (method.token === "none") {
    if (token) workspace.problems.push(`${method.name}: a token was sent along`);
    return;
  }
  if (!token) throw new Refusal("not_authed", { mistake: "no token" });
  const kind = token === workspace.settings.appToken ? "app" : "bot";
  const problem = kind === "bot" ? oauth.problemWith(token) : undefined;
  if (problem === "invalid_auth") throw new Refusal(problem);
  if (kind !== method.token)
    throw new Refusal("not_allowed_token_type", { mistake: `it takes the ${method.token} token` });
  if (problem) throw new Refusal(problem);
}

function jsonReply(answer: Wire, method: Method | undefined, { workspace }: World): Reply {
  return {
    status: 200,
    headers: {
      "content-type": "application/json; charset=utf-8",
      "x-slack-req-id": newId("req"),
      "x-oauth-scopes": workspace.settings.scopes.join(","),
      ...(method?.scope && { "x-accepted-oauth-scopes": method.scope }),
    },
    body: JSON.stringify(answer),
    outcome: answer.ok === true ? "ok" : String(answer.error),
  };
}

interface Sent {
  readonly args: Wire;
  readonly token: string | undefined;
  /** Set when the body is not what its content type says. */
  readonly problem?: string;
}

async function readCall(name: string, request: IncomingMessage): Promise<Sent> {
  const query = new URL(request.url ?? "", "http://sandbox").searchParams;
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1];
  const type = request.headers["content-type"] ?? "";

  if (type.startsWith("application/json")) {
    if (!METHODS.get(name)?.takesJson)
      return { args: {}, token: bearer, problem: `${name} takes a form, not JSON` };
    const args = readJson(body.toString());
    // With a JSON body Slack looks for the token in the header alone.
    return isWire(args)
      ? { args, token: bearer }
      : { args: {}, token: bearer, problem: "the body is not JSON" };
  }
  const form = type.startsWith("multipart/form-data")
    ? [
        ...(
          await new Response(new Uint8Array(body), { headers: { "content-type": type } }).formData()
        ).entries(),
      ]
    : [...new URLSearchParams(body.toString()).entries()];
  const args: Wire = Object.fromEntries([...query.entries(), ...form]);
  const known =
    body.length === 0 ||
    type.startsWith("application/x-www-form-urlencoded") ||
    type.startsWith("multipart/");
  return {
    args,
    token: bearer ?? (typeof args.token === "string" ? args.token : undefined),
    ...(!known && { problem: `a body of type "${type}"` }),
  };
}
