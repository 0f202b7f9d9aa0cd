// File hosts for tests: a folder that `belljar export` wrote, served as hosts do that send no headers of ours, and as
// those that read `_headers`.

import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import { promisify } from "node:util";

/** What `python -m http.server` and GitHub Pages make of names; everything else is bytes. */
const TYPES: Record<string, string> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".json": "application/json",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};

export type Tier = "headers" | "bare";

/** Changes the body of a file, or its headers, on its way out. */
export type Fault = (path: string, body: Buffer, headers: Record<string, string>) => Buffer;

const servers: Server[] = [];
const folders: string[] = [];

/** A folder for hosts; gives its path. */
export async function exported(...flags: string[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "belljar-export-"));
  folders.push(folder);
  await promisify(execFile)(".venv/bin/belljar", ["export", folder, "--no-fetch", ...flags]);
  return folder;
}

/** `_headers` as Netlify and Cloudflare Pages read it: what all rules say that match. */
function rulesOf(text: string): (path: string) => Record<string, string> {
  const rules: [pattern: string, headers: Record<string, string>][] = [];
  for (const line of text.split("\n").filter((line) => line && !line.startsWith("#"))) {
    const [name = "", ...value] = line.trim().split(": ");
    if (line.startsWith(" ")) Object.assign(rules.at(-1)?.[1] ?? {}, { [name.toLowerCase()]: value.join(": ") });
    else rules.push([line, {}]);
  }
  const matches = (pattern: string, path: string) =>
    pattern.endsWith("*") ? path.startsWith(pattern.slice(0, -1)) : path === pattern;
  return (path) => Object.assign({}, ...rules.filter(([pattern]) => matches(pattern, path)).map(([, sent]) => sent));
}

/** Serves a folder below a path; gives its address, which ends with a slash. */
export async function host(
  folder: string,
  tier: Tier = "bare",
  { prefix = "/", fault = (_path, body) => body }: { prefix?: string; fault?: Fault } = {},
): Promise<string> {
  const rules = rulesOf(tier === "headers" ? await readFile(join(folder, "_headers"), "utf8") : "");
  const server = createServer(async ({ url = "/" }, response) => {
    const path = decodeURIComponent(new URL(url, "http://host").pathname);
    const inside = path.startsWith(prefix) ? normalize(path.slice(prefix.length - 1)) : "/nothing";
    const name = inside.endsWith("/") ? `${inside}index.html` : inside;
    const body = await readFile(join(folder, name)).catch(() => null);
    if (!body) return void response.writeHead(404, { "content-type": "text/html" }).end("<h1>Not found</h1>");
    const headers = { ...rules(inside), "content-type": TYPES[extname(name)] ?? "application/octet-stream" };
    const sent = fault(inside, body, headers);
    response.writeHead(200, headers).end(sent);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}${prefix}`;
}

/** Ends the host at an address: from now on nobody answers there. */
export async function down(address: string): Promise<void> {
  const { port } = new URL(address);
  const at = servers.findIndex((server) => String((server.address() as AddressInfo).port) === port);
  for (const server of servers.splice(at, at < 0 ? 0 : 1)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** Ends all of them, and takes the folders away. */
export async function endHosts(): Promise<void> {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}
