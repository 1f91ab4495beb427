/** What every open API call of AKOOL's has in common: a JSON body in, `{ code, msg, data }` out. */
import type { IncomingMessage } from "node:http";
import { json, type Reply } from "./misbehaviour.ts";

const MAX_BODY_BYTES = 1024 * 1024;

export function success(data: unknown): Reply {
  return json(200, { code: 1000, msg: "OK", data }, "1000");
}

export function refusal(code: number, msg: string, status = 200): Reply {
  return json(status, { code, msg }, String(code));
}

/** As AKOOL answers for a path it does not have: no `code`. */
export function notThere(): Reply {
  return json(404, { status: 404, msg: "not found" }, "404");
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whoever looks after the API document. */
export type ReportProblem = (problem: string) => void;

/** 1003, with each fault reported. `path` is the call's. */
export function fault(path: string, faults: readonly string[], reportProblem: ReportProblem): Reply {
  for (const each of faults) reportProblem(`${path}: ${each}`);
  return refusal(1003, `parameter validate error: ${faults.join("; ")}`);
}

/** The request's body, or undefined when it is not JSON sent as JSON. */
export async function readJson(
  request: IncomingMessage,
  path: string,
  reportProblem: ReportProblem,
  maxBytes = MAX_BODY_BYTES,
): Promise<unknown> {
  const type = request.headers["content-type"] ?? "";
  if (!/^application\/json\b/i.test(type)) {
    reportProblem(`${path}: content type is not application/json`);
    request.resume();
    return undefined;
  }
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of request) {
    sizeBytes += chunk.length;
    if (sizeBytes > maxBytes) return undefined;
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    return undefined;
  }
}
