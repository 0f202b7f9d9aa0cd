// The byte-compiler's host: boots Pyodide on Node, gives it archives and pyodide-build, takes the results out.
//
//   node bytecompile.mjs job.json
//
// The job is {pyodide: folder, tools: [wheels], program: file, archives: [{id, path, target}]}; for each archive one
// line of JSON goes to stdout: {id, name} of the new file in `target`, or {id, error}. Only hash-verified files of
// the manifest come in here; code of users never runs under Node.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";

const job = JSON.parse(readFileSync(process.argv[2], "utf8"));
const { loadPyodide } = await import(pathToFileURL(join(job.pyodide, "pyodide.mjs")).href);
const pyodide = await loadPyodide({
  indexURL: job.pyodide,
  packages: [],
  // A fixed seed: sets are marshalled in hash order, and equal input must give equal bytes.
  env: { HOME: "/home/pyodide", PYTHONHASHSEED: "0" },
  stdout: (line) => console.error(line),
  stderr: (line) => console.error(line),
});
const { FS } = pyodide;

FS.mkdirTree("/tools");
const tools = job.tools.map((wheel) => {
  const path = `/tools/${basename(wheel)}`;
  FS.writeFile(path, readFileSync(wheel));
  return path;
});
FS.writeFile("/tools/bytecompile_inside.py", readFileSync(job.program));
const program = pyodide.runPython("lambda tools: (__import__('sys').path.extend(tools), __import__('bytecompile_inside'))[1]")(
  pyodide.toPy(["/tools", ...tools]),
);

for (const { id, path, target } of job.archives) {
  const source = `/archives/${basename(path)}`;
  FS.mkdirTree("/archives");
  FS.writeFile(source, readFileSync(path));
  try {
    const compiled = program.compile_archive(source);
    const name = basename(compiled);
    mkdirSync(target, { recursive: true });
    writeFileSync(join(target, name), FS.readFile(compiled));
    console.log(JSON.stringify({ id, name }));
  } catch (error) {
    const reason = String(error.message ?? error).trim().split("\n").at(-1);
    console.log(JSON.stringify({ id, error: reason }));
  } finally {
    program.clean("/archives");
  }
}
