import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";

const ALGORITHM = "aes-256-gcm";
/** 96 bits: what GCM is made for. Random ones are safe for 2^32 boxes with one key. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_ID_DIGITS = 8;

/** Sealed with a key that is not in the list. */
export class UnknownKeyError extends Error {
  override readonly name = "UnknownKeyError";
  readonly keyId: string;

  constructor(keyId: string) {
    super(`sealed with a key (${keyId}) that TOKEN_ENCRYPTION_KEY does not list`);
    this.keyId = keyId;
  }
}

/** Not a box, a box that was changed, or one that belongs to somebody else. */
export class BrokenBoxError extends Error {
  override readonly name = "BrokenBoxError";
}

export interface TokenBox {
  /** `owner` is bound to the box: moved to another owner's row it does not open. */
  seal(text: string, owner: string): string;
  /** @throws UnknownKeyError | BrokenBoxError */
  open(sealed: string, owner: string): string;
  /** Whether it was sealed with the key that seals now. */
  isCurrent(sealed: string): boolean;
}

/**
 * AES-256-GCM under one of several keys (base64 of 32 bytes each): the first seals, all open. A box is
 * `<key id>.<nonce, cipher text and tag in base64url>`; the key id is the beginning of the key's SHA-256 and
 * tells nothing of the key.
 */
export function createTokenBox(keys: readonly string[]): TokenBox {
  const known = new Map(keys.map((text) => [keyIdOf(text), Buffer.from(text, "base64")]));
  const [current] = known;
  if (!current) throw new Error("a token box needs a key");
  const [currentId, currentKey] = current;

  return {
    seal(text, owner) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(ALGORITHM, currentKey, nonce).setAAD(Buffer.from(owner));
      const sealed = Buffer.concat([nonce, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]);
      return `${currentId}.${sealed.toString("base64url")}`;
    },

    open(sealed, owner) {
      const [, keyId, body = ""] = /^([0-9a-f]{8})\.([\w-]+)$/.exec(sealed) ?? [];
      if (keyId === undefined) throw new BrokenBoxError("not a sealed box");
      const key = known.get(keyId);
      if (!key) throw new UnknownKeyError(keyId);
      const bytes = Buffer.from(body, "base64url");
      // The spare bits at the end of base64 are not authenticated: only the one spelling is taken.
      if (bytes.toString("base64url") !== body || bytes.length < NONCE_BYTES + TAG_BYTES)
        throw new BrokenBoxError("a sealed box is cut short");
      const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, NONCE_BYTES), {
        authTagLength: TAG_BYTES,
      })
        .setAAD(Buffer.from(owner))
        .setAuthTag(bytes.subarray(-TAG_BYTES));
      try {
        return (
          decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES), undefined, "utf8") + decipher.final("utf8")
        );
      } catch (error) {
        throw new BrokenBoxError("a sealed box was changed, or is another installation's", { cause: error });
      }
    },

    isCurrent: (sealed) => sealed.startsWith(`${currentId}.`),
  };
}

function keyIdOf(key: string): string {
  return createHash("sha256").update(Buffer.from(key, "base64")).digest("hex").slice(0, KEY_ID_DIGITS);
}
