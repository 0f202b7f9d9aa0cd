// What is used of plotly's bundle, which has no types of its own.

declare module "plotly.js-strict-dist-min" {
  interface Plotly {
    newPlot(root: HTMLElement, figure: object): Promise<unknown>;
    toImage(
      root: HTMLElement,
      options: { format: "png"; scale: number; width: number; height: number },
    ): Promise<string>;
  }
  const plotly: Plotly;
  export default plotly;
}

// What is used of Bokeh's bundle, whose own types are of its sources.
declare module "@bokeh/bokehjs/build/js/bokeh.esm.min.js" {
  interface View {
    export?(kind: "png", sharp: boolean): { canvas?: HTMLCanvasElement };
  }
  const bokeh: { embed: { embed_item(item: unknown, root: HTMLElement): Promise<{ roots: Iterable<View> }> } };
  export default bokeh;
}
declare module "@bokeh/bokehjs/build/js/bokeh-widgets.esm.min.js";
declare module "@bokeh/bokehjs/build/js/bokeh-tables.esm.min.js";
