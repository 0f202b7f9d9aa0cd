// What every server's policy begins with.

import type { Policy } from "../../../static/src/protocol/policy";

/** Versions and frames of a policy. */
export const HEAD: Pick<Policy, "version" | "belljar" | "stamp" | "pyodide" | "python" | "bytecode" | "frame"> = {
  version: 1,
  belljar: "0.1.0",
  stamp: "stamp",
  pyodide: "314.0.7",
  python: "3.14.2",
  bytecode: true,
  frame: { isolated: "frame/isolated.html", plain: "frame/plain.html" },
};
