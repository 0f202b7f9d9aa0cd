// What an interpreter is asked that was restored, before its snapshot is kept.

/** Versions of what is loaded, `NAMES`. */
export const QUESTION = `import importlib.metadata as metadata, json, sys
json.dumps({"python": sys.version.split()[0], "packages": {name: metadata.version(name) for name in NAMES}})`;

/** A cell of numbers that only a whole interpreter gets right. */
export const SUM = "sum(range(1000))";
