import type { AkoolClient } from "./client.ts";

const ASKED_AGAIN_MS = 60_000;
const GIVEN_UP_MS = 10_000;

/** The account's balance, asked for at most once a minute; undefined where AKOOL does not say. */
export function createCreditLeft(
  akool: Pick<AkoolClient, "readCredit">,
  { now, log }: { now: () => number; log: { warn(fields: object, message: string): void } },
): () => Promise<number | undefined> {
  let asked: { readonly at: number; readonly answer: Promise<number | undefined> } | undefined;
  return () => {
    if (asked === undefined || now() - asked.at >= ASKED_AGAIN_MS) {
      const answer = akool.readCredit(AbortSignal.timeout(GIVEN_UP_MS)).then(
        ({ credit }) => credit,
        (error: unknown) => {
          log.warn({ err: error }, "AKOOL did not say how much credit is left");
          return undefined;
        },
      );
      asked = { at: now(), answer };
    }
    return asked.answer;
  };
}
