import { onTestFinished } from "vitest";
import { type AkoolClient, type AkoolClientOptions, createAkoolClient } from "../../src/akool/client.ts";
import type { AkoolOptions } from "../../src/sandbox/akool/options.ts";
import { type AkoolSandbox, startAkool } from "../../src/sandbox/akool/start-akool.ts";

/** A stand-in AKOOL that finishes nothing by itself, and a client of its account. */
export async function startWithClient(
  options: AkoolOptions = {},
  clientOptions: Partial<AkoolClientOptions> = {},
): Promise<{ akool: AkoolSandbox; client: AkoolClient }> {
  const akool = await startAkool({ autoFinish: false, autoSpeak: false, ...options });
  onTestFinished(() => akool.close());
  return { akool, client: clientOf(akool.url, { apiKey: akool.apiKey, ...clientOptions }) };
}

export function clientOf(apiUrl: string, options: Partial<AkoolClientOptions> = {}): AkoolClient {
  const client = createAkoolClient({ apiUrl, apiKey: "key", auth: "api-key", ...options });
  onTestFinished(() => client.close());
  return client;
}
