// An image that is here in one piece.

import { Arrivals } from "../../worker/arrivals";
import type { ReadImage } from "../../worker/image";

export const wholeImage = (image: Blob): ReadImage => new Arrivals(null).reader([image]);
