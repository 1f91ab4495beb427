import { createHash, createHmac, hkdfSync, randomBytes, timingSafeEqual } from "node:crypto";

const LIFE_MS = 10 * 60 * 1000;
const RANDOM_BYTES = 24;
const COOKIE = "talkingphoto_install";

export interface InstallState {
  /** A new state for the authorize page, and the cookie that ties it to the browser that asked. */
  begin(): { state: string; setCookie: string };
  /** Whether the state is one of ours, not older than ten minutes, and comes from the browser it was given to. */
  isGenuine(state: string, cookieHeader: string | undefined): boolean;
  /** A name for the state under which its use can be noted; tells nothing of it. */
  nameOf(state: string): string;
  /** Takes the cookie away. */
  readonly clearCookie: string;
}

/**
 * The `state` of an install: `<expiry>.<random>.<HMAC>`, where the HMAC covers a secret that only the browser's
 * cookie holds. Nothing is remembered, so any process can check what another gave out; the key is derived from
 * the first TOKEN_ENCRYPTION_KEY, and after a change of it an install under way has to begin again.
 */
export function createInstallState(
  encryptionKey: string,
  { secure, now }: { secure: boolean; now: () => number },
): InstallState {
  const key = Buffer.from(
    hkdfSync("sha256", Buffer.from(encryptionKey, "base64"), "", "talkingphoto install state", 32),
  );
  const cookie = (value: string, seconds: number) =>
    `${COOKIE}=${value}; Max-Age=${seconds}; Path=/; HttpOnly; SameSite=Lax${secure ? "; Secure" : ""}`;
  const sign = (head: string, browser: string) =>
    createHmac("sha256", key).update(`${head}.${browser}`).digest("base64url");

  return {
    begin() {
      const browser = randomBytes(RANDOM_BYTES).toString("base64url");
      const head = `${now() + LIFE_MS}.${randomBytes(RANDOM_BYTES).toString("base64url")}`;
      return { state: `${head}.${sign(head, browser)}`, setCookie: cookie(browser, LIFE_MS / 1000) };
    },

    isGenuine(state, cookieHeader) {
      const [, head, expiresAt, signature] = /^((\d{1,16})\.[\w-]{32})\.([\w-]{43})$/.exec(state) ?? [];
      const browser = readCookie(cookieHeader);
      if (head === undefined || signature === undefined || browser === undefined) return false;
      const given = Buffer.from(signature);
      const wanted = Buffer.from(sign(head, browser));
      return given.length === wanted.length && timingSafeEqual(given, wanted) && now() < Number(expiresAt);
    },

    nameOf: (state) => `install:${createHash("sha256").update(state).digest("base64url")}`,
    clearCookie: cookie("", 0),
  };
}

function readCookie(header: string | undefined): string | undefined {
  return header
    ?.split(";")
    .map((pair) => pair.trim())
    .find((pair) => pair.startsWith(`${COOKIE}=`))
    ?.slice(COOKIE.length + 1);
}
