// The page's own pictograms: 16 × 16, drawn with the text's colour.

const PATHS = {
  play: "M4.5 2.8v10.4l8.3-5.2z",
  stop: "M3.5 3.5h9v9h-9z",
  more: "M3.2 8h.01M8 8h.01M12.8 8h.01",
  edit: "M3 13l.7-3.2L10.8 2.7l2.5 2.5-7.1 7.1zM9.4 4.1l2.5 2.5",
  reset: "M12.8 6.4A5.2 5.2 0 103.2 9.6M12.9 2.6v3.9H9",
  undo: "M3 6.4h6.2a3.4 3.4 0 010 6.8H6M5.6 3.4L2.7 6.4l2.9 3",
  up: "M8 13V3.4M4 7l4-4 4 4",
  down: "M8 3v9.6M4 9l4 4 4-4",
  trash: "M2.8 4.4h10.4M6.2 4.2V2.6h3.6v1.6M4.2 4.6l.6 8.8h6.4l.6-8.8M6.8 7v4M9.2 7v4",
  plus: "M8 3v10M3 8h10",
  close: "M4 4l8 8M12 4l-8 8",
  download: "M8 2.5v7.6M4.8 7.2L8 10.3l3.2-3.1M3 13.2h10",
  out: "M6 3.4h6.6V10M12.4 3.6L4 12",
  upload: "M8 10.4V2.8M4.8 5.8L8 2.7l3.2 3.1M3 13.2h10",
  copy: "M5.6 5.6V2.9h7.5v7.5h-2.7M2.9 5.6h7.5v7.5H2.9z",
  check: "M3 8.6l3.3 3.3L13 4.8",
  file: "M4 2.4h5l3 3v8.2H4zM9 2.6v3h2.8",
  folder: "M2.4 12.8V3.4h4l1.4 1.8h5.8v7.6z",
  box: "M8 2.2l5.2 2.6v6.4L8 13.8l-5.2-2.6V4.8zM2.9 4.9L8 7.4l5.1-2.5M8 7.4v6.2",
  jar: "M4.2 12.4V7.2a3.8 3.8 0 017.6 0v5.2M2.6 12.6h10.8M8 3.3V2.2",
  zoom: "M7 2.8a4.2 4.2 0 100 8.4 4.2 4.2 0 000-8.4zM10.2 10.2l3.2 3.2M5.2 7h3.6M7 5.2v3.6",
  text: "M3.4 3.6h9.2M8 3.6v9.2M6.2 12.8h3.6",
  examples: "M2.8 2.8h4.4v4.4H2.8zM8.8 2.8h4.4v4.4H8.8zM2.8 8.8h4.4v4.4H2.8zM8.8 8.8h4.4v4.4H8.8z",
  chevron: "M6 3.6L10.4 8 6 12.4",
  sort: "M5 6l3-3 3 3M5 10l3 3 3-3",
  ascending: "M5 9.6l3-3.2 3 3.2",
  descending: "M5 6.4l3 3.2 3-3.2",
  blocked: "M8 2.4a5.6 5.6 0 100 11.2A5.6 5.6 0 008 2.4zM4.2 4.2l7.6 7.6",
  warning: "M8 2.6l6 10.6H2zM8 6.4v3.2M8 11.3v.01",
} as const;

export type IconName = keyof typeof PATHS;

const SVG = "http://www.w3.org/2000/svg";

/** Decorative: the label stands on the control that holds it. */
export function icon(name: IconName): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", `icon icon-${name}`);
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}
