// What the server's operator has to do where this page may not embed it: the exact line, with this page's origin.

/** How this page's origin is named among the embedders of a server. */
export function nameThisPage(): string {
  const origin = globalThis.location?.origin ?? "null";
  // A file, or a sandboxed page, has no origin that could be named.
  const named = origin === "null" ? "*" : origin;
  return `Whoever runs it names this page: \`belljar serve --embedders "${named}"\`, or \`embedders = ["${named}"]\` in belljar.toml.`;
}

/** What a frame says by saying nothing: refused by the browser, if it isn't of this page's own server. */
export function refusedFrame(url: URL): string {
  const silent = "The sandbox frame did not answer.";
  if (url.origin === globalThis.location?.origin) {
    return `${silent} Either the server is out of reach, or the browser refused the frame.`;
  }
  return (
    `${silent} Either the server at ${url.host} is out of reach, or it does not name this page's origin among its ` +
    `embedders. ${nameThisPage()}`
  );
}
