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
