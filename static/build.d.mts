/** Rewrites a source file (path below src, text) on its way in. */
type Change = (path: string, text: string) => string;

/** The frame's script, with the worker inside. The paths below src of what is in either are added to `inputs`. */
export function frameScript(change?: Change, inputs?: Set<string>): Promise<string>;

/** The script of the frame that makes snapshots, with its worker inside. */
export function captureScript(
  change?: Change,
  makeStamp?: () => string | Promise<string>,
  inputs?: Set<string>,
): Promise<string>;

/** Hash of what a snapshot depends on besides Pyodide and the packages. */
export function stamp(change?: Change): Promise<string>;
