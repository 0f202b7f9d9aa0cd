// Charts on the wire between a page and the frame that draws one: a page hands over one specification; what comes back is
// believed no more than what comes out of a sandbox, for the library that reads the specification may have been tricked.

import { CHART_MIMES } from "./results";
import { amount, buffer, type MessageOf, oneOf, orNull, text, union } from "./shape";

/** Largest picture, in bytes. */
export const PICTURE_BYTES = 32 * 2 ** 20;

/** Page → frame. */
export const chartRequest = union({
  draw: { mime: oneOf(...CHART_MIMES), spec: text(64_000_000) },
  /** As a PNG of what is shown now. */
  picture: {},
});
export type ChartRequest = MessageOf<typeof chartRequest>;

/** Frame → page. */
export const chartAnswer = union({
  /** It is there; `height` in CSS pixels. Comes again when it changes its height. */
  drawn: { height: amount },
  /** It can't be drawn; a sentence of the library's, shown as text. */
  failed: { reason: text(2_000) },
  /** The PNG that was asked for, or null where there can be none. */
  picture: { png: orNull(buffer) },
});
export type ChartAnswer = MessageOf<typeof chartAnswer>;
