import type { IncomingMessage } from "node:http";

/** How much of a body that was refused is still read, and thrown away, so that its sender gets to see why. */
const DISCARDED_AT_MOST_BYTES = 8 * 1024 * 1024;

/** The body was too large; what is left of it is being discarded, so an answer can be sent. */
export class BodyTooLargeError extends Error {
  override readonly name = "BodyTooLargeError";
}

/**
 * The whole body, at most `maxBytes`. Refused by its announced length before a byte is kept, and by count
 * when the announcement was missing or wrong.
 * @throws BodyTooLargeError
 */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let refused = false;
    const refuse = () => {
      refused = true;
      chunks.length = 0;
      reject(new BodyTooLargeError());
    };
    if (Number(request.headers["content-length"] ?? 0) > maxBytes) refuse();
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > DISCARDED_AT_MOST_BYTES) request.destroy();
      else if (!refused && size > maxBytes) refuse();
      else if (!refused) chunks.push(chunk);
    });
    request.once("end", () => resolve(Buffer.concat(chunks)));
    request.once("error", reject);
    request.once("close", () => reject(new Error("the sender hung up")));
  });
}
