// The iframe and the one port into it. Everything that comes out is parsed and rebuilt before anybody sees it.

import type { FrameMessage } from "../../protocol/from-frame";
import { parseFrameMessage } from "../../protocol/from-frame";
import { type Check, KNOCK, PROTOCOL } from "../../protocol/messages";
import { Malformed } from "../../protocol/shape";
import type { HostMessage } from "../../protocol/to-frame";
import { refusedFrame } from "../supply/embedder";
import { keptDocument, setDocument } from "./kept";

export interface LinkEvents {
  message(message: FrameMessage): void;
  /** The frame is gone or is not what it was; nothing more will come. */
  lost(reason: string): void;
}

/** How long the frame may take to load, and then to say hello. */
const LOAD_MS = 30_000;
const HELLO_MS = 8_000;

/** How long one that has loaded without a knock, which its script would have given before: a page of the browser's own. */
const REFUSED_MS = 1_000;

export interface Hello {
  isolated: boolean;
  checks: Check[];
}

export class FrameLink {
  readonly #url: URL;
  readonly #iframe: HTMLIFrameElement;
  #events: LinkEvents;
  #port: MessagePort | undefined;
  readonly #closed = new AbortController();
  #loads = 0;
  #hello: Promise<Hello> | undefined;
  /** What was posted before there was a port. */
  #held: [HostMessage, Transferable[]][] = [];

  constructor(url: URL, container: HTMLElement, events: LinkEvents) {
    this.#events = events;
    this.#url = url;
    const iframe = document.createElement("iframe");
    iframe.setAttribute("sandbox", "allow-scripts");
    // Gamepads are every frame's, unless it is said otherwise; a host without headers says nothing.
    iframe.setAttribute("allow", "cross-origin-isolated; gamepad 'none'");
    iframe.setAttribute("referrerpolicy", "no-referrer");
    iframe.setAttribute("aria-hidden", "true");
    iframe.tabIndex = -1;
    iframe.title = "belljar sandbox";
    // Not display:none: some engines throttle frames that have no box.
    Object.assign(iframe.style, { position: "fixed", width: "1px", height: "1px", border: "0", opacity: "0" });
    Object.assign(iframe.style, { pointerEvents: "none", left: "-10px", top: "-10px" });
    this.#iframe = iframe;
    const kept = keptDocument(url);
    if (kept) void kept.then((document) => this.#load(url, container, document));
    else this.#load(url, container);
  }

  #load(url: URL, container: HTMLElement, document?: string): void {
    if (this.#closed.signal.aborted) return;
    if (document === undefined || !setDocument(this.#iframe, document)) this.#iframe.src = url.href;
    container.append(this.#iframe);
  }

  /** From now on somebody else hears what comes out. */
  tell(events: LinkEvents): void {
    this.#events = events;
  }

  /**
   * Hands the port over as soon as the frame's script runs, or at the first load; resolves with what the frame says of
   * itself.
   */
  open(): Promise<Hello> {
    this.#hello ??= this.#opened();
    return this.#hello;
  }

  #opened(): Promise<Hello> {
    return new Promise((resolve, reject) => {
      const give = (reason: string): void => {
        clearTimeout(timer);
        reject(new Error(reason));
      };
      const silent = refusedFrame(this.#url);
      let timer = setTimeout(() => give(silent), LOAD_MS);
      const wait = (ms: number): void => {
        clearTimeout(timer);
        timer = setTimeout(() => give(silent), ms);
      };
      let knocks = false;
      let greeted = false;
      const hand = (): void => {
        if (this.#port) return;
        wait(knocks ? HELLO_MS : REFUSED_MS);
        this.#hand(({ protocol, isolated, checks }) => {
          greeted = true;
          clearTimeout(timer);
          if (protocol !== PROTOCOL) give("The sandbox frame is of another version than this page.");
          else resolve({ isolated, checks });
        });
      };
      const knocked = ({ source, data }: MessageEvent<unknown>): void => {
        if (source !== this.#iframe.contentWindow || data !== KNOCK || knocks || greeted) return;
        knocks = true;
        if (this.#loads === 0) hand();
        else wait(HELLO_MS);
      };
      addEventListener("message", knocked, { signal: this.#closed.signal });
      this.#iframe.addEventListener("load", () => {
        this.#loads += 1;
        if (this.#loads > 1) {
          // A navigated frame is somebody else: it gets no port and ends what was.
          this.close();
          this.#events.lost("The sandbox frame was replaced by another page.");
          return;
        }
        // A frame that the browser refused loads as an error page, which never answers.
        hand();
      });
    });
  }

  /** Gives the frame its port, and what was posted before there was one. */
  #hand(greeted: (hello: Extract<FrameMessage, { type: "hello" }>) => void): void {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    port1.onmessage = (event: MessageEvent<unknown>) => {
      const message = this.#parse(event.data);
      if (message?.type === "hello") greeted(message);
      else if (message) this.#events.message(message);
    };
    for (const [message, transfer] of this.#held.splice(0)) port1.postMessage(message, transfer);
    // "*" because an opaque origin can't be named; the window is the iframe's first document and no other.
    this.#iframe.contentWindow?.postMessage({ type: "belljar:init" }, "*", [port2]);
  }

  post(message: HostMessage, transfer: Transferable[] = []): void {
    if (this.#port) this.#port.postMessage(message, transfer);
    else if (this.#loads === 0) this.#held.push([message, transfer]);
  }

  close(): void {
    this.#closed.abort();
    this.#port?.close();
    this.#port = undefined;
    this.#held = [];
    this.#iframe.remove();
  }

  #parse(data: unknown): FrameMessage | null {
    try {
      return parseFrameMessage(data);
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      console.warn(`belljar: a message of the frame was dropped: ${error.message}`);
      return null;
    }
  }
}

/** Posts to a frame; file bytes are transferred, not copied. */
export function send(link: FrameLink | undefined, message: HostMessage): void {
  link?.post(message, buffers(message));
}

function buffers(message: HostMessage): ArrayBuffer[] {
  switch (message.type) {
    case "packages":
      return [...message.files, ...message.images].map(({ bytes }) => bytes);
    default:
      return [];
  }
}
