// The seal's layers, each with the way to take it out. A change either rewrites what the server sends for the frame
// (headers, SDK) or builds the frame without one hardening step.

export interface Layer {
  name: string;
  /** Where the layer stands. */
  kind: "header" | "attribute" | "step";
  /** It stands only where the page around is not isolated. */
  plain?: true;
  /** Removes a header, or rewrites its value (null removes it). */
  header?: [name: string, rewrite: (value: string) => string | null];
  /** Rewrites the SDK's text. Must change something. */
  sdk?: (text: string) => string;
  /** Rewrites one source file of the frame or worker. Must change something. */
  source?: [path: string, rewrite: (text: string) => string];
}

const CSP = "content-security-policy";
const without =
  (directive: RegExp) =>
  (csp: string): string =>
    csp
      .split(/;\s*/)
      .filter((part) => !directive.test(part))
      .join("; ");

/** Makes a function do nothing: `function name(…): T {` returns at once. */
const empty =
  (name: string, value = "") =>
  (text: string): string =>
    text.replace(new RegExp(`(function ${name}\\([^)]*\\)[^{]*\\{)`), `$1 return${value && ` ${value} as never`};`);

export const LAYERS: Layer[] = [
  { name: "Content-Security-Policy, whole", kind: "header", header: [CSP, () => null] },
  { name: "CSP sandbox", kind: "header", header: [CSP, without(/^sandbox/)] },
  { name: "CSP default-src", kind: "header", header: [CSP, without(/^default-src/)] },
  { name: "CSP script-src", kind: "header", header: [CSP, without(/^script-src/)] },
  {
    name: "CSP script-src without 'unsafe-eval'",
    kind: "header",
    header: [CSP, (csp) => csp.replace("'wasm-unsafe-eval'", "'wasm-unsafe-eval' 'unsafe-eval'")],
  },
  {
    name: "CSP script-src without blob:",
    kind: "header",
    header: [CSP, (csp) => csp.replace("'wasm-unsafe-eval'", "'wasm-unsafe-eval' blob:")],
  },
  { name: "CSP worker-src", kind: "header", header: [CSP, without(/^worker-src/)] },
  { name: "CSP base-uri and form-action", kind: "header", header: [CSP, without(/^(base-uri|form-action)/)] },
  { name: "CSP Trusted Types", kind: "header", header: [CSP, without(/trusted-types/)] },
  { name: "Permissions-Policy", kind: "header", header: ["permissions-policy", () => null] },
  { name: "Connection-Allowlist", kind: "header", header: ["connection-allowlist", () => null] },
  { name: "Cross-Origin-Embedder-Policy", kind: "header", header: ["cross-origin-embedder-policy", () => null] },
  {
    name: "Document-Isolation-Policy",
    kind: "header",
    plain: true,
    header: ["document-isolation-policy", () => null],
  },
  { name: "X-Content-Type-Options", kind: "header", header: ["x-content-type-options", () => null] },
  { name: "Referrer-Policy", kind: "header", header: ["referrer-policy", () => null] },
  { name: "X-DNS-Prefetch-Control", kind: "header", header: ["x-dns-prefetch-control", () => null] },
  {
    name: "iframe sandbox",
    kind: "attribute",
    sdk: (text) => text.replace(/"sandbox",\s*"allow-scripts"/, '"data-was","sandbox"'),
  },
  {
    name: "iframe allow",
    kind: "attribute",
    sdk: (text) => text.replace(/"allow",\s*"cross-origin-isolated[^"]*"/, '"allow","*"'),
  },
  { name: "scrubbed globals", kind: "step", source: ["worker/globals.ts", empty("scrubGlobals", "[]")] },
  { name: "scrubbed prototypes", kind: "step", source: ["worker/globals.ts", empty("scrubPrototypes")] },
  { name: "spent Trusted Types", kind: "step", source: ["worker/globals.ts", empty("spendTrustedTypes")] },
  { name: "dropped file systems", kind: "step", source: ["worker/globals.ts", empty("dropFileSystems")] },
  {
    name: "fetch shim",
    kind: "step",
    source: [
      "worker/fetch-shim.ts",
      // What it doesn't know it passes on to the real one.
      (text) =>
        text
          .replace("installFetch(): void {", "installFetch(): void { const real = self.fetch.bind(self);")
          .replace(/throw new TypeError\(`The sandbox.*\n/, "return real(input, { mode: 'no-cors' });\n"),
    ],
  },
  {
    name: "empty js module",
    kind: "step",
    source: ["worker/globals.ts", empty("jsGlobals", "self")],
  },
  {
    name: "frame's self-test",
    kind: "step",
    source: ["frame/self-test.ts", (text) => text.replace("Promise<Check[]> {", "Promise<Check[]> { return [];")],
  },
]; // prettier-ignore
