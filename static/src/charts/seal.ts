// What comes before the library in a chart's document: WebRTC is gone, and markup has its one policy. Imported first, for
// libraries make markup while they are loaded.

import { dropUngoverned } from "../common/realm";
import { clean } from "../output/clean";
import { markupPolicy } from "./markup";

dropUngoverned();
const parsed = markupPolicy("belljar-chart", (markup) => markup);
markupPolicy("default", (markup) => clean(markup, parsed));
