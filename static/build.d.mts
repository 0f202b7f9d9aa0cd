/** The frame's script; `change` may rewrite a source file (path below src, text) on its way in. */
export function frameScript(change?: (path: string, text: string) => string): Promise<string>;
