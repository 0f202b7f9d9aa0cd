// Plotly's charts. The strict bundle: nothing in it makes code of text.

import "./seal";
import Plotly from "plotly.js-strict-dist-min";
import { serve } from "./serve";

const HEIGHT = 450;

interface Figure {
  data?: unknown[];
  layout?: { height?: unknown; autosize?: unknown };
  frames?: unknown[];
}

serve(async (spec, root) => {
  const figure = spec as Figure;
  const { height } = figure.layout ?? {};
  root.style.setProperty("height", `${typeof height === "number" ? height : HEIGHT}px`);
  await Plotly.newPlot(root, {
    data: figure.data ?? [],
    layout: { ...figure.layout },
    frames: figure.frames ?? [],
    // The picture is the page's to hand out, and nothing is sent anywhere.
    config: { responsive: true, displaylogo: false, showSendToCloud: false, modeBarButtonsToRemove: ["toImage"] },
  });
  return {
    picture: async () => {
      const { width, height } = root.getBoundingClientRect();
      const url = await Plotly.toImage(root, {
        format: "png",
        scale: 2,
        width: Math.round(width),
        height: Math.round(height),
      });
      const bytes = Uint8Array.from(atob(url.slice(url.indexOf(",") + 1)), (letter) => letter.charCodeAt(0));
      return new Blob([bytes], { type: "image/png" });
    },
  };
});
