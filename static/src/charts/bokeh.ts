// Bokeh's charts. Callbacks in JavaScript stay silent: the frame's policy makes no code of text.

import "./seal";
import Bokeh from "@bokeh/bokehjs/build/js/bokeh.esm.min.js";
import "@bokeh/bokehjs/build/js/bokeh-widgets.esm.min.js";
import "@bokeh/bokehjs/build/js/bokeh-tables.esm.min.js";
import { serve } from "./serve";

serve(async (spec, root) => {
  root.style.setProperty("padding", "8px");
  const views = await Bokeh.embed.embed_item(spec, root);
  return {
    picture: async () => {
      const [view] = [...views.roots];
      const { canvas } = view?.export?.("png", true) ?? {};
      return canvas ? new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png")) : null;
    },
  };
});
