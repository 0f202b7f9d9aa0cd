// The witness: everything outside the sandbox that could notice a leak, asked by label.

import { existsSync, readFileSync } from "node:fs";
import { Canary, type Served, type Sighting } from "./canary";
import type { Cdp, CdpEvent } from "./cdp";

export class Witness {
  readonly canary: Canary;
  readonly #netLog: string;
  /** URL by request, until the network service says that it was really sent. */
  readonly #requests = new Map<string, string>();
  readonly #seen: Sighting[] = [];

  constructor(netLog: string, served?: Served) {
    this.#netLog = netLog;
    this.canary = new Canary(served);
  }

  /** Listens to the browser's events as well. */
  watch(cdp: Cdp): void {
    cdp.on((event) => this.#browser(event));
  }

  /** Something a rig noticed by itself: the host page, a second sandbox. */
  note(by: string, what: string): void {
    this.#seen.push({ by, what });
  }

  /** All that carries the label, the growing net log included. */
  sightings(label: string): Sighting[] {
    const found = [...this.canary.seen, ...this.#seen].filter(({ what }) => what.includes(label));
    return [...found, ...this.netLog(label)];
  }

  /** The net log's events with the label: look-ups, connections, requests below what a page can see. */
  netLog(label: string): Sighting[] {
    if (!existsSync(this.#netLog)) return [];
    return readFileSync(this.#netLog, "utf8")
      .split("\n")
      .filter((line) => line.includes(label))
      .slice(0, 5)
      .map((line) => ({ by: "net log", what: line.slice(0, 300) }));
  }

  #browser({ method, params, session }: CdpEvent): void {
    const key = `${session} ${String(params.requestId)}`;
    switch (method) {
      case "Network.requestWillBeSent":
        // What a policy refuses gets this event too, and no other.
        this.#requests.set(key, (params.request as { url: string }).url);
        return;
      case "Network.requestWillBeSentExtraInfo":
      case "Network.responseReceived": {
        const url = this.#requests.get(key);
        if (url) this.note("browser", `${method} ${url}`);
        return;
      }
      case "Network.webSocketWillSendHandshakeRequest":
        return this.note("browser", `${method} ${JSON.stringify(params)}`);
      case "Target.targetCreated":
      case "Target.targetInfoChanged": {
        const { type, url, title } = params.targetInfo as { type: string; url: string; title: string };
        // A frame whose navigation was refused shows an error page under the refused address.
        if (type !== "iframe") this.note("browser", `${method} ${type} ${url} ${title}`);
        return;
      }
      case "Page.frameNavigated": {
        const { url, unreachableUrl } = params.frame as { url: string; unreachableUrl?: string };
        if (unreachableUrl === undefined) this.note("browser", `${method} ${url}`);
        return;
      }
      case "Page.downloadWillBegin":
      case "Browser.downloadWillBegin":
      case "Page.javascriptDialogOpening":
        return this.note("browser", `${method} ${JSON.stringify(params)}`);
    }
  }
}
