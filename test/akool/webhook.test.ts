import { createCipheriv, createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  assertWebhookCredentials,
  parseWebhook,
  type WebhookCredentials,
  WebhookError,
} from "../../src/akool/webhook.ts";

// Synthetic: made with crypto-js and node, which agree. No account has these credentials.
const clientId = "AAAAAAAAAAAAAAAAAAAAAA==";
const aes256: WebhookCredentials = { clientId, clientSecret: "0123456789abcdef0123456789abcdef" };
const aes192: WebhookCredentials = { clientId, clientSecret: "0123456789abcdef01234567" };
const RENDER_ID = "64dd92c1f0b6684651e90e09";

const vectorA = {
  signature: "797fa3e0331b3d0581bc3b293345ec9df9ff9485",
  dataEncrypt:
    "rG9FeFGI+92sIuAO33qZ5DKKROjSJXgZaAqHwXI8/Vv6pa538ZvKP4U6L4fCnql6opJ1ficJSePh+0PcGbFsgKhEfGOrN+W4c63T0YC9pDo6AzADAh3oWzM3Q7kMd1BFj5WuQ5+E/G9PzqIPoL09Lx21LAjiMVCuJx3hQXb69ez/2RHErjixA3pHa2VttxhL5odE/rc1i96Na8qmj9LADA==",
  timestamp: 1757785623798,
  nonce: "9047",
};
const vectorB = {
  signature: "8c36d53f740b864c53bdbde4a5a07e49d1b3fcec",
  dataEncrypt:
    "rG9FeFGI+92sIuAO33qZ5DKKROjSJXgZaAqHwXI8/Vv6pa538ZvKP4U6L4fCnql6opJ1ficJSePh+0PcGbFsgMqJ96vYDFbejxxkgF7Uv8g=",
  timestamp: 1757785561571,
  nonce: "3253",
};
/** AES-192, and a cipher text that starts with "/" and so sorts first. */
const vectorC = {
  signature: "74f21518357a15f6ba7e09f6f07e74d465e5a911",
  dataEncrypt:
    "/2KVvtEFUUCMD/WscJf8WI8BF9o+7jhAvIP1emPW2KL7aMb4olUn4m/BBIP+npdMVcvYUJ/1DLEj/irCHOm3U4vQ73fqyeFEA39nW394dgI=",
  timestamp: 1757785561571,
  nonce: "1529",
};

/** The example of AKOOL's API reference, "Webhook" (unchanged since March 2024), with its own credentials. */
const documented = {
  credentials: { clientId: "AKDt8rWEczpYPzCGur2xE=", clientSecret: "nmwUjMAK0PJpl0MOiXLOOOwZADm0gkLo" },
  body: {
    signature: "04e30dd43d9d8f95dd7c127dad617f0929d61c1d",
    dataEncrypt:
      "LuG1OVSVIwOO/xpW00eSYo77Ncxa9h4VKmOJRjwoyoAmCIS/8FdJRJ+BpZn90BVAAg8xpU1bMmcDlAYDT010Wa9tNi1jivX25Ld03iA4EKs=",
    timestamp: 1710757981609,
    nonce: "1529",
  },
};

const parse = (body: unknown, credentials = aes256) =>
  parseWebhook(Buffer.from(JSON.stringify(body)), credentials);

function kindOf(parsing: () => unknown): string {
  try {
    parsing();
  } catch (error) {
    return error instanceof WebhookError ? error.kind : String(error);
  }
  return "accepted";
}

/** What AKOOL would post, written once more from its description and apart from what is tested. */
function seal(plain: string | Buffer, credentials = aes256) {
  const iv = Buffer.concat([Buffer.from(credentials.clientId), Buffer.alloc(16)]).subarray(0, 16);
  const key = Buffer.from(credentials.clientSecret);
  const cipher = createCipheriv(`aes-${key.length * 8}-cbc`, key, iv);
  return signed(Buffer.concat([cipher.update(plain), cipher.final()]).toString("base64"), credentials);
}

function signed(dataEncrypt: string, credentials = aes256) {
  const text = [credentials.clientId, "1757785561571", "42", dataEncrypt].sort().join("");
  const signature = createHash("sha1").update(text).digest("hex");
  return { signature, dataEncrypt, timestamp: 1757785561571, nonce: "42" };
}

describe("a genuine webhook", () => {
  it("reports a success with its video and its price", () => {
    expect(parse(vectorA)).toEqual({
      renderId: RENDER_ID,
      status: "succeeded",
      hasUrl: true,
      creditsUsed: 30,
    });
  });

  it("reports the early success that has no video yet", () => {
    expect(parse(vectorB)).toEqual({ renderId: RENDER_ID, status: "succeeded", hasUrl: false });
  });

  it("reports a failure, under a secret of 24 bytes too", () => {
    expect(parse(vectorC, aes192)).toEqual({ renderId: RENDER_ID, status: "failed", hasUrl: false });
  });

  it("may give the nonce as a number, the timestamp as digits, and fields nobody knows", () => {
    const body = { ...vectorA, nonce: 9047, timestamp: "1757785623798", extra: [1] };
    expect(parse(body)).toMatchObject({ renderId: RENDER_ID });
  });

  it("may be of any type, say that the render is under way, and leave url and price null", () => {
    const payload = { _id: "r1", status: 2, type: "new kind", url: null, deduction_credit: null };
    expect(parse(seal(JSON.stringify(payload)))).toEqual({
      renderId: "r1",
      status: "pending",
      hasUrl: false,
    });
  });

  it("may be for a client id shorter than the IV, padded with zeros", () => {
    const credentials = { clientId: "short", clientSecret: "0123456789abcdef" };
    const body = seal('{"_id":"r1","status":3}', credentials);
    expect(parse(body, credentials)).toMatchObject({ status: "succeeded" });
  });
});

describe("an unauthentic webhook", () => {
  it.each([
    ["another signature", { signature: "0".repeat(40) }],
    ["a signature in capitals", { signature: vectorA.signature.toUpperCase() }],
    ["a short signature", { signature: vectorA.signature.slice(1) }],
    ["an empty signature", { signature: "" }],
    ["another timestamp", { timestamp: vectorA.timestamp + 1 }],
    ["another nonce", { nonce: "9048" }],
    ["another cipher text", { dataEncrypt: vectorB.dataEncrypt }],
  ])("is one with %s", (_name, change) => {
    expect(kindOf(() => parse({ ...vectorA, ...change }))).toBe("unauthentic");
  });

  it("is one for another client", () => {
    const other = { ...aes256, clientId: "BAAAAAAAAAAAAAAAAAAAAA==" };
    expect(kindOf(() => parse(vectorA, other))).toBe("unauthentic");
  });

  it("is one that was encrypted under another secret, though its signature holds", () => {
    const other = { clientId, clientSecret: "f".repeat(32) };
    expect(kindOf(() => parse(vectorA, other))).toBe("unauthentic");
  });

  it.each([
    ["not base64", "*not base64*"],
    ["base64 with a space", `${vectorB.dataEncrypt.slice(0, 40)} ${vectorB.dataEncrypt.slice(40)}`],
    ["url-safe base64", vectorB.dataEncrypt.replaceAll("+", "-")],
    ["base64 without its padding", vectorB.dataEncrypt.slice(0, -1)],
    ["not whole blocks", Buffer.alloc(20, 1).toString("base64")],
    ["noise", Buffer.alloc(32, 1).toString("base64")],
  ])("is one whose cipher text is %s, though its signature holds", (_name, dataEncrypt) => {
    expect(kindOf(() => parse(signed(dataEncrypt)))).toBe("unauthentic");
  });

  it("is one that decrypts to bytes that are no text", () => {
    expect(kindOf(() => parse(seal(Buffer.from([0xff, 0xfe, 0x80]))))).toBe("unauthentic");
  });

  it("is any with a change in the cipher text or the signature", () => {
    const field = fc.constantFrom("dataEncrypt" as const, "signature" as const);
    fc.assert(
      fc.property(field, fc.nat(), fc.integer({ min: 0, max: 6 }), (name, at, bit) => {
        const bytes = Buffer.from(vectorA[name]);
        const index = at % bytes.length;
        bytes[index] = (bytes[index] ?? 0) ^ (1 << bit);
        const tampered = { ...vectorA, [name]: bytes.toString("latin1") };
        expect(kindOf(() => parse(tampered))).toBe("unauthentic");
      }),
    );
  });

  it("is the example of AKOOL's documentation: its signature is wrong, and it does not decrypt either", () => {
    const { body, credentials } = documented;
    const computed = "4e1d22f8037c2647d3616692829492f41dbf0a56";
    expect(kindOf(() => parse(body, credentials))).toBe("unauthentic");
    expect(() => parse({ ...body, signature: computed }, credentials)).toThrow("does not decrypt");
  });
});

describe("a malformed webhook", () => {
  it.each([
    ["empty", ""],
    ["not JSON", "signature=1"],
    ["null", "null"],
    ["a list", "[]"],
    ["without fields", "{}"],
    ["without a signature", JSON.stringify({ ...vectorA, signature: undefined })],
    ["with a number for a signature", JSON.stringify({ ...vectorA, signature: 7 })],
    ["without cipher text", JSON.stringify({ ...vectorA, dataEncrypt: "" })],
    ["with a timestamp in words", JSON.stringify({ ...vectorA, timestamp: "now" })],
    ["with half a millisecond", JSON.stringify({ ...vectorA, timestamp: 1.5 })],
    ["with no nonce", JSON.stringify({ ...vectorA, nonce: null })],
  ])("is a body that is %s", (_name, body) => {
    expect(kindOf(() => parseWebhook(Buffer.from(body), aes256))).toBe("malformed");
  });

  it.each([
    ["text", "hello"],
    ["null", "null"],
    ["no id", '{"status":3}'],
    ["an empty id", '{"_id":"","status":3}'],
    ["no status", '{"_id":"r1"}'],
    ["a status nobody documented", '{"_id":"r1","status":5}'],
    ["a status in words", '{"_id":"r1","status":"3"}'],
  ])("is one whose content is %s", (_name, plain) => {
    expect(kindOf(() => parse(seal(plain)))).toBe("malformed");
  });

  it("keeps what it held out of the error", () => {
    expect(() => parse(seal('{"_id":"r1","status":"https://secret.example"}'))).toThrow(
      /^AKOOL webhook: content is not that of a webhook$/,
    );
  });
});

describe("credentials", () => {
  it.each([16, 24, 32])("may have a secret of %i bytes", (sizeBytes) => {
    expect(() => assertWebhookCredentials({ clientId, clientSecret: "k".repeat(sizeBytes) })).not.toThrow();
  });

  it.each([0, 1, 15, 31, 33])(
    "may not have one of %i bytes, which is said without printing it",
    (sizeBytes) => {
      const credentials = { clientId, clientSecret: "k".repeat(sizeBytes) };
      const message = `AKOOL webhooks need an API key of 16, 24 or 32 bytes; this one has ${sizeBytes}`;
      expect(() => assertWebhookCredentials(credentials)).toThrow(message);
      expect(() => parse(vectorA, credentials)).toThrow(message);
    },
  );

  it("count the secret in bytes and need a client id", () => {
    expect(() => assertWebhookCredentials({ clientId, clientSecret: "é".repeat(16) })).not.toThrow();
    expect(() => assertWebhookCredentials({ clientId: "", clientSecret: "k".repeat(32) })).toThrow(
      "client id",
    );
  });
});
