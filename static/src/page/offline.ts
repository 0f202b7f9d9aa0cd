// Offline use: an export's service worker, registered where the export has one, and forgotten when the person says so.

import { Emitter } from "./model/emitter";

const SCRIPT = "offline.js";
/** When a visit has fetched what it needs: once its Python is up, and once it has rested. */
const TELL_MS = [0, 15_000];

interface Policies {
  createPolicy(
    name: string,
    rules: { createScriptURL(text: string): string },
  ): { createScriptURL(text: string): unknown };
}

export class Offline {
  /** Bytes that are kept; undefined while nobody knows. */
  size: number | undefined;
  /** The browser has no room for all of it. */
  full = false;
  readonly changed = new Emitter<void>();
  #timers: ReturnType<typeof setTimeout>[] = [];

  /** Whether this page came with a service worker, and the browser takes one. */
  get offered(): boolean {
    return document.querySelector('link[rel="manifest"]') !== null && "serviceWorker" in navigator;
  }

  /** Registers the worker, and tells it what this visit has fetched. */
  async start(): Promise<void> {
    if (!this.offered) return;
    const { trustedTypes } = globalThis as { trustedTypes?: Policies };
    const rules = { createScriptURL: () => new URL(SCRIPT, document.baseURI).href };
    const address = trustedTypes?.createPolicy("belljar-offline", rules).createScriptURL("") ?? rules.createScriptURL();
    try {
      await navigator.serviceWorker.register(address as string, { updateViaCache: "none" });
      const { active } = await navigator.serviceWorker.ready;
      this.#stop();
      this.#timers = TELL_MS.map((ms) => setTimeout(() => active && this.#tell(active), ms));
    } catch {
      // Private windows and some settings refuse it; the page works as it does without.
    }
  }

  /** Takes away the worker and all that it has kept. */
  async forget(): Promise<void> {
    if (!this.offered) return;
    this.#stop();
    const registration = await navigator.serviceWorker.getRegistration(document.baseURI);
    // It answers this page until it is closed, and shall keep nothing more.
    registration?.active?.postMessage({ type: "forget" });
    const folder = new URL("./", document.baseURI).pathname;
    for (const name of await caches.keys())
      if (name.startsWith(`belljar-offline:${folder}:`)) await caches.delete(name);
    await registration?.unregister();
    this.size = undefined;
    this.changed.emit();
  }

  #stop(): void {
    for (const timer of this.#timers.splice(0)) clearTimeout(timer);
  }

  #tell(worker: ServiceWorker): void {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }: MessageEvent<{ size: number; full: boolean }>) => {
      Object.assign(this, data);
      this.changed.emit();
      port1.close();
    };
    const addresses = performance.getEntriesByType("resource").map(({ name }) => name);
    worker.postMessage({ type: "fetched", addresses }, [port2]);
  }
}
