import { randomBytes } from "node:crypto";
import type { CreateOrder } from "./create-order.ts";
import type { FetchedInput } from "./fetch-input.ts";
import type { News } from "./webhooks.ts";

/** Credits are taken in started blocks of so many seconds. */
const BLOCK_SECONDS = 10;
/** 1 queued, 2 processing, 3 completed, 4 failed. */
export type VideoStatus = 1 | 2 | 3 | 4;

/** One paid create: what was asked for, what was fetched, what became of it. */
export interface SandboxRender {
  /** AKOOL's `_id`: 24 hex digits, of which the first 8 are the second it was made in. */
  readonly id: string;
  readonly order: CreateOrder;
  readonly createdAt: Date;
  readonly webhookUrl: string | undefined;
  readonly inputs: { readonly photo: FetchedInput; readonly speech: FetchedInput };
  /** Length of the recording. */
  readonly seconds: number;
  status: VideoStatus;
  /** Empty until there is a file; a completed render can still be without one. */
  videoUrl: string;
  /** Credits taken; 0 until it is done, and for good when it fails. */
  deduction: number;
  failReason: string | undefined;
  /** True once its result file is gone, as after AKOOL's 7 days. */
  expired: boolean;
}

export class Renders {
  readonly all: SandboxRender[] = [];
  /** The most that were unfinished at the same time. */
  mostAtOnce = 0;

  add(made: Pick<SandboxRender, "order" | "inputs" | "seconds">): SandboxRender {
    const createdAt = new Date();
    const render: SandboxRender = {
      ...made,
      id: newId(createdAt),
      createdAt,
      webhookUrl: made.order.webhookUrl || undefined,
      status: 1,
      videoUrl: "",
      deduction: 0,
      failReason: undefined,
      expired: false,
    };
    this.all.push(render);
    this.mostAtOnce = Math.max(this.mostAtOnce, this.all.filter(({ status }) => status < 3).length);
    return render;
  }

  find(id: string): SandboxRender | undefined {
    return this.all.find((render) => render.id === id);
  }

  get(id: string): SandboxRender {
    const render = this.find(id);
    if (!render) throw new Error(`the AKOOL sandbox has no render ${id}`);
    return render;
  }

  /** The oldest that is still to be finished. */
  findOpen(): SandboxRender | undefined {
    return this.all.find((render) => render.status < 3 || (render.status === 3 && !render.videoUrl));
  }
}

/** 24 hex digits, of which the first 8 are the second it was made in. */
export function newId(createdAt: Date): string {
  const seconds = Math.floor(createdAt.getTime() / 1000);
  return seconds.toString(16).padStart(8, "0") + randomBytes(8).toString("hex");
}

/** What its webhook says. */
export function newsOfRender({ id, webhookUrl, status, videoUrl, deduction }: SandboxRender): News {
  return { id, webhookUrl, status, type: "talking photo", url: videoUrl, deduction };
}

export function creditsFor(seconds: number): number {
  return Math.ceil(seconds / BLOCK_SECONDS) * BLOCK_SECONDS;
}

/** `data` of a create, in full. Source: AKOOL API reference, "Create Talking Photo". */
export function createData(render: SandboxRender, ownUrl: string): Record<string, unknown> {
  const { order, createdAt } = render;
  return {
    ...commonData(render),
    talking_photo: `${ownUrl}/uploads/${createdAt.getTime()}-${render.id.slice(-4)}.jpeg`,
    prompt: order.prompt ?? "",
    resolution: order.resolution ?? "720",
    // Create is answered with the render as it was queued, however fast it was.
    video: "",
    video_status: 1,
    __v: 0,
  };
}

/** `data` of infobymodelid. A failure's reason has no documented place; this is where translations put it. */
export function infoData(render: SandboxRender): Record<string, unknown> {
  return {
    ...commonData(render),
    video: render.videoUrl,
    video_id: `${render.createdAt.getTime()}`,
    video_status: render.status,
    ...(render.failReason && { error_reason: render.failReason }),
  };
}

function commonData(render: SandboxRender): Record<string, unknown> {
  return {
    faceswap_quality: 2,
    storage_loc: 1,
    _id: render.id,
    create_time: render.createdAt.getTime(),
    uid: 378337,
    type: 5,
    from: 2,
    video_lock_duration: Math.round(render.seconds * 100) / 100,
    deduction_lock_duration: creditsFor(render.seconds),
    external_video: "",
  };
}
