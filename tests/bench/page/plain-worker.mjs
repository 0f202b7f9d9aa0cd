// The plain page's worker. Figures are drawn as the sandbox draws them: all that are open, at twice their size.

import { loadPyodide } from "./files/pyodide.mjs";

const FIGURES = `
import sys
def _figures():
    if "matplotlib.pyplot" not in sys.modules:
        return []
    import base64, io
    import matplotlib.pyplot as plt
    found = []
    for number in plt.get_fignums():
        figure = plt.figure(number)
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", dpi=figure.dpi * 2, bbox_inches="tight")
        found.append(base64.b64encode(buffer.getvalue()).decode())
    plt.close("all")
    return found
_figures
`;

const ready = (async () => {
  const pyodide = await loadPyodide({ env: { MPLBACKEND: "agg", HOME: "/home/pyodide" } });
  await pyodide.loadPackage(["numpy", "pandas", "matplotlib"], { messageCallback: () => {} });
  return { pyodide, figures: pyodide.runPython(FIGURES) };
})();

self.onmessage = async ({ data: { id, code } }) => {
  try {
    const { pyodide, figures } = await ready;
    pyodide.setStdout({ batched: (line) => postMessage({ id, text: `${line}\n` }) });
    await pyodide.runPythonAsync(code);
    const drawn = figures();
    postMessage({ id, plots: drawn.toJs() });
    drawn.destroy();
  } catch (error) {
    postMessage({ id, error: String(error) });
  }
};
