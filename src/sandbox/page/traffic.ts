/** The requests between Slack, the app and AKOOL, both ways, in the order in which they began. */
import type { CallRecord as AkoolCall } from "../akool/call-log.ts";
import type { FetchRecord } from "../akool/fetch-input.ts";
import type { World } from "../demo/start-world.ts";
import type { CallRecord as SlackCall } from "../slack/call-log.ts";
import type { DeliveryRecord } from "../slack/delivery.ts";
import type { PageCall } from "./snapshot.ts";

const MOST_CALLS = 300;
const NO_ANSWER = "no answer";

type Seen = Omit<PageCall, "id" | "at" | "tookMs">;

export class Traffic {
  readonly #world: World;
  readonly #ids = new WeakMap<object, number>();
  #lastId = 0;

  constructor(world: World) {
    this.#world = world;
  }

  calls(): PageCall[] {
    const { slack, akool } = this.#world;
    const all = [
      ...newest(slack.deliveryRecords).map((each) =>
        this.#call(each, { startedAt: each.at, tookMs: each.answer?.ms }, delivery(each)),
      ),
      ...newest(slack.calls).map((each) => this.#call(each, span(each), slackCall(each))),
      ...newest(akool.calls).map((each) => this.#call(each, span(each), akoolCall(each))),
      ...newest(akool.fetches).map((each) => this.#call(each, span(each), mediaFetch(each))),
    ];
    return newest(all.sort((a, b) => a.at - b.at || a.id - b.id));
  }

  #call(record: object, when: { startedAt: Date; tookMs: number | undefined }, seen: Seen): PageCall {
    let id = this.#ids.get(record);
    if (id === undefined) {
      id = ++this.#lastId;
      this.#ids.set(record, id);
    }
    const tookMs = when.tookMs === undefined ? null : Math.round(when.tookMs);
    return { id, at: when.startedAt.getTime(), tookMs, ...seen };
  }
}

function newest<T>(records: readonly T[]): T[] {
  return records.slice(-MOST_CALLS);
}

function span({ at, endedAt }: { readonly at: Date; readonly endedAt: Date | undefined }) {
  return { startedAt: at, tookMs: endedAt && endedAt.getTime() - at.getTime() };
}

function delivery({ what, retryNum, answer }: DeliveryRecord): Seen {
  const again = retryNum > 0 ? `, retry ${retryNum}` : "";
  const outcome = !answer ? "" : answer.status > 0 ? String(answer.status) : NO_ANSWER;
  const isTrouble = answer !== undefined && (answer.status < 200 || answer.status > 299);
  return { from: "Slack", to: "app", what: what + again, outcome, isTrouble };
}

function slackCall({ method, outcome }: SlackCall): Seen {
  return { from: "app", to: "Slack", what: method, outcome, isTrouble: outcome !== "" && outcome !== "ok" };
}

function akoolCall({ endpoint, line, outcome }: AkoolCall): Seen {
  if (endpoint === "webhook") {
    const said = outcome === "0" ? NO_ANSWER : outcome;
    return { from: "AKOOL", to: "app", what: line, outcome: said, isTrouble: said !== "" && said !== "200" };
  }
  // 1000 is AKOOL's own code for success.
  const isTrouble = outcome !== "" && !/^(1000|200|206|\d+ faces)$/.test(outcome);
  return { from: "app", to: "AKOOL", what: line, outcome, isTrouble };
}

function mediaFetch({ url, status }: FetchRecord): Seen {
  const outcome = status === undefined ? "" : status === 0 ? NO_ANSWER : String(status);
  const isTrouble = status !== undefined && status !== 200;
  // The key between is what makes the address secret; nobody needs to read it.
  const name = URL.parse(url)?.pathname.split("/").at(-1) ?? "";
  return { from: "AKOOL", to: "app", what: `GET /media/…/${name}`, outcome, isTrouble };
}
