// Layers of the seal taken out of what a server or a file host sends for the frame and the SDK.

import { createHash } from "node:crypto";
import type { Page } from "@playwright/test";
import { frameScript } from "../../../static/build.mjs";
import type { Fault } from "../hosts";
import type { Layer } from "./layers";

/** What metas of a document call the headers whose place they take. */
const METAS: Record<string, string> = {
  "content-security-policy": "Content-Security-Policy",
  "x-dns-prefetch-control": "x-dns-prefetch-control",
};
const POLICY = /(<meta http-equiv="([^"]+)" content=")([^"]*)(">\n)/g;

/** Scripts that were built, by the names of the steps that they lack. */
const built = new Map<string, Promise<string>>();

/** The frame's script without these hardening steps. Throws if one changes nothing. */
function scriptWithout(layers: readonly Layer[]): Promise<string> {
  const steps = layers.filter(({ source }) => source);
  const name = steps.map((layer) => layer.name).join();
  const script = built.get(name) ?? scriptFrom(steps.flatMap(({ source }) => (source ? [source] : [])));
  built.set(name, script);
  return script;
}

async function scriptFrom(sources: readonly NonNullable<Layer["source"]>[]): Promise<string> {
  return frameScript((path: string, text: string) => {
    let changed = text;
    for (const [file, rewrite] of sources) {
      if (file !== path) continue;
      const next = rewrite(changed);
      if (next === changed) throw new Error(`the fault in ${file} changes nothing`);
      changed = next;
    }
    return changed;
  });
}

/**
 * What these layers change of an answer: headers, policies inside of a document, the frame's script, the SDK's text.
 * Throws, then or when it is asked, for a change that changes nothing.
 */
export async function without(layers: readonly Layer[]): Promise<Fault> {
  const script = await scriptWithout(layers);
  const hash = `'sha256-${createHash("sha256").update(script).digest("base64")}'`;
  const named = (policy: string): string => policy.replace(/'sha256-[^']+'/, hash);
  return (path, body, headers) => {
    if (path.endsWith("/sdk.js")) {
      return Buffer.from(
        layers.reduce((text, { sdk }) => {
          const next = sdk ? sdk(text) : text;
          if (sdk && next === text) throw new Error("the fault in the SDK changes nothing");
          return next;
        }, body.toString()),
      );
    }
    if (!path.includes("/frame/")) return body;
    const csp = headers["content-security-policy"];
    if (csp !== undefined) headers["content-security-policy"] = named(csp);
    let text = body.toString().replace(/<script>.*<\/script>/s, () => `<script>${script}</script>`);
    text = text.replace(POLICY, (all, before: string, name: string, value: string, after: string) =>
      name === METAS["content-security-policy"] ? before + named(value) + after : all,
    );
    for (const { header } of layers) {
      if (!header) continue;
      const [name, rewrite] = header;
      let changes = false;
      const value = headers[name];
      if (value !== undefined) {
        const next = rewrite(value);
        changes = next !== value;
        if (next === null) delete headers[name];
        else headers[name] = next;
      }
      if (name === "referrer-policy") text = text.replace(/<meta name="referrer".*\n/, () => "");
      text = text.replace(POLICY, (all, before: string, equivalent: string, value: string, after: string) => {
        if (equivalent !== METAS[name]) return all;
        const next = rewrite(value);
        changes ||= next !== value;
        return next === null ? "" : before + next + after;
      });
      if (!changes && value !== undefined) throw new Error(`the fault in ${name} changes nothing`);
    }
    return Buffer.from(text);
  };
}

/** Whether a document that no header comes with has this layer at all. */
export function standsInDocument({ kind, header }: Layer, policy: string): boolean {
  if (kind !== "header" || !header) return true;
  const [name, rewrite] = header;
  if (name === "content-security-policy") return rewrite(policy) !== policy;
  return name in METAS || name === "referrer-policy";
}

/** Serves the frame and the SDK with these layers taken out, in this page. */
export async function takeOut(page: Page, layers: readonly Layer[]): Promise<void> {
  const fault = await without(layers);
  for (const pattern of ["**/frame/*", "**/sdk.js"]) {
    await page.route(pattern, async (route) => {
      const response = await route.fetch();
      const { "content-encoding": _, "content-length": __, ...headers } = response.headers();
      const body = fault(new URL(route.request().url()).pathname, await response.body(), headers);
      await route.fulfill({ status: response.status(), headers, body });
    });
  }
}
