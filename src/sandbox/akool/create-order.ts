/**
 * The body of createbytalkingphoto, field by field as the API document has it. The real AKOOL may forgive more;
 * the stand-in forgives nothing, so that the app never leans on luck.
 */

/** The order as it was sent. */
export interface CreateOrder {
  readonly talking_photo_url: string;
  readonly audio_url: string;
  readonly prompt?: string;
  readonly resolution?: "720" | "1080";
  readonly webhookUrl?: string;
}

const FIELDS = ["talking_photo_url", "audio_url", "prompt", "resolution", "webhookUrl"];

/** The order, or what is wrong with it: one sentence per fault, without the values, which may be secret. */
export function readCreateOrder(
  body: unknown,
): { readonly order: CreateOrder } | { readonly faults: readonly string[] } {
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    return { faults: ["the body is not a JSON object"] };
  }
  const fields: Record<string, unknown> = { ...body };
  const faults = [
    ...["talking_photo_url", "audio_url"].flatMap((name) => faultOfUrl(name, fields[name])),
    ...(fields.webhookUrl === undefined || fields.webhookUrl === ""
      ? []
      : faultOfUrl("webhookUrl", fields.webhookUrl)),
    ...(fields.prompt === undefined || typeof fields.prompt === "string" ? [] : ["prompt is not a string"]),
    ...faultOfResolution(fields.resolution),
    ...Object.keys(fields)
      .filter((name) => !FIELDS.includes(name))
      .map((name) => `unknown field ${name}`),
  ];
  if (faults.length > 0) return { faults };
  return { order: fields as unknown as CreateOrder }; // each field was checked just above
}

function faultOfUrl(name: string, value: unknown): string[] {
  if (value === undefined || value === "") return [`${name} is missing`];
  if (typeof value !== "string") return [`${name} is not a string`];
  const protocol = URL.parse(value)?.protocol;
  return protocol === "http:" || protocol === "https:" ? [] : [`${name} is not a URL`];
}

function faultOfResolution(value: unknown): string[] {
  if (value === undefined || value === "720" || value === "1080") return [];
  return [`resolution must be the string "720" or "1080", not ${JSON.stringify(value)}`];
}
