/** Rewrites a source file (path below src, text) on its way in. */
type Change = (path: string, text: string) => string;

/** The frame's script, with the worker inside. */
export function frameScript(change?: Change): Promise<string>;

/** Hash of what a snapshot depends on besides Pyodide and the packages. */
export function stamp(change?: Change): Promise<string>;
