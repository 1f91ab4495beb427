import { drawMessage, type MessagePicture } from "./draw-message.ts";
import { type DialogPicture, drawDialog, drawView, type ViewPicture } from "./draw-view.ts";

/** Anything of the app's that a person sees in Slack. */
export type Picture = MessagePicture | ViewPicture | DialogPicture;

/** As an SVG: the same picture always gives the same bytes. */
export function drawPicture(picture: Picture): string {
  if ("view" in picture) return drawView(picture);
  return "dialog" in picture ? drawDialog(picture) : drawMessage(picture);
}
