// The example gallery: cells with "# %%" marks, the data they read, and a small drawing each.

import calculusCells from "../../examples/calculus.py" with { type: "text" };
import clustersCells from "../../examples/clusters.py" with { type: "text" };
import finches from "../../examples/data/finches.csv";
import keeper from "../../examples/data/keeper.txt";
import sales from "../../examples/data/sales.csv";
import seedlings from "../../examples/data/seedlings.csv";
import weather from "../../examples/data/weather.csv";
import escapeCells from "../../examples/escape.py" with { type: "text" };
import finchesCells from "../../examples/finches.py" with { type: "text" };
import imageCells from "../../examples/image.py" with { type: "text" };
import piCells from "../../examples/pi.py" with { type: "text" };
import regressionCells from "../../examples/regression.py" with { type: "text" };
import runawayCells from "../../examples/runaway.py" with { type: "text" };
import salesCells from "../../examples/sales.py" with { type: "text" };
import weatherCells from "../../examples/weather.py" with { type: "text" };
import wordsCells from "../../examples/words.py" with { type: "text" };
import calculusPicture from "../../icons/examples/calculus.svg";
import clustersPicture from "../../icons/examples/clusters.svg";
import escapePicture from "../../icons/examples/escape.svg";
import finchesPicture from "../../icons/examples/finches.svg";
import imagePicture from "../../icons/examples/image.svg";
import piPicture from "../../icons/examples/pi.svg";
import regressionPicture from "../../icons/examples/regression.svg";
import runawayPicture from "../../icons/examples/runaway.svg";
import salesPicture from "../../icons/examples/sales.svg";
import weatherPicture from "../../icons/examples/weather.svg";
import wordsPicture from "../../icons/examples/words.svg";

export interface Example {
  id: string;
  title: string;
  line: string;
  /** Python with "# %%" marks. */
  source: string;
  /** Files for the sandbox, by their name there. */
  data: Readonly<Record<string, () => Promise<Blob>>>;
  /** Address of the drawing. */
  picture: string;
  /** Packages loaded on demand, for people. */
  needs?: string;
}

/** The bundler gives addresses relative to the built script. */
const at = (path: string) => new URL(path, import.meta.url).href;

/** Fetched when it is needed. Rejects with a sentence. */
const fetched = (path: string) => async () => {
  const answer = await fetch(at(path));
  if (!answer.ok) throw new Error(`This server does not hand it out (${answer.status}). Reload the page to try again.`);
  return answer.blob();
};

export const EXAMPLES: readonly Example[] = [
  {
    id: "sales",
    title: "Sales by region",
    line: "Read a CSV, group it, draw the bars.",
    source: salesCells,
    data: { "sales.csv": fetched(sales) },
    picture: at(salesPicture),
  },
  {
    id: "weather",
    title: "Three years of weather",
    line: "A time series, its rolling mean, the warmest weeks.",
    source: weatherCells,
    data: { "weather.csv": fetched(weather) },
    picture: at(weatherPicture),
  },
  {
    id: "finches",
    title: "Four finches",
    line: "Measured birds: tell the species apart by beak and wing.",
    source: finchesCells,
    data: { "finches.csv": fetched(finches) },
    picture: at(finchesPicture),
  },
  {
    id: "regression",
    title: "A line through seedlings",
    line: "Least squares by hand, and what the residuals give away.",
    source: regressionCells,
    data: { "seedlings.csv": fetched(seedlings) },
    picture: at(regressionPicture),
  },
  {
    id: "pi",
    title: "π by throwing darts",
    line: "Monte Carlo with a million points, and how slowly it learns.",
    source: piCells,
    data: {},
    picture: at(piPicture),
  },
  {
    id: "image",
    title: "A picture from numbers",
    line: "Make an image with NumPy, blur it, find its edges.",
    source: imageCells,
    data: {},
    picture: at(imagePicture),
  },
  {
    id: "words",
    title: "Words of a lighthouse keeper",
    line: "Count words, find the rhythm of a short story.",
    source: wordsCells,
    data: { "keeper.txt": async () => new Blob([keeper]) },
    picture: at(wordsPicture),
  },
  {
    id: "calculus",
    title: "Calculus, exactly",
    line: "Derivatives, integrals and a Taylor series as symbols.",
    source: calculusCells,
    data: {},
    picture: at(calculusPicture),
    needs: "sympy",
  },
  {
    id: "clusters",
    title: "Finding the groups",
    line: "k-means on the finches, without being told the species.",
    source: clustersCells,
    data: { "finches.csv": fetched(finches) },
    picture: at(clustersPicture),
    needs: "scikit-learn",
  },
  {
    id: "runaway",
    title: "A loop that never ends",
    line: "Start it, stop it, and go on with your variables.",
    source: runawayCells,
    data: {},
    picture: at(runawayPicture),
  },
  {
    id: "escape",
    title: "Try to get out",
    line: "Network, page, storage: ask for all of it, watch the seal.",
    source: escapeCells,
    data: {},
    picture: at(escapePicture),
  },
];
