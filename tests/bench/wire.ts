// A wire between browser and server: counts what passes, and lets it pass as slowly as a visitor's line would.
//
// The browser's own emulation sees neither workers nor frames of other processes; every byte goes through here.

import { connect, createServer } from "node:net";

/** How often waiting bytes are let through, in milliseconds. */
const TICK_MS = 5;

export interface Wire {
  port: number;
  /** Bytes from the server to the browser so far, heads included. */
  received(): number;
  close(): void;
}

/** Opens a wire to a local port. `megabits` per second towards the browser, all connections together. */
export function openWire(target: number, megabits: number): Promise<Wire> {
  const perTick = (megabits * 1e6 * TICK_MS) / 8 / 1000;
  const sockets = new Set<{ flush(budget: number): number; destroy(): void }>();
  let received = 0;
  let credit = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    // What was not used is not saved up beyond a few ticks: a line does not go faster after a rest.
    credit = Math.min(credit + (perTick * (now - last)) / TICK_MS, perTick * 4);
    last = now;
    let idle = false;
    while (credit > 0 && !idle) {
      idle = true;
      for (const socket of sockets) {
        const sent = socket.flush(Math.min(credit, 16_384));
        credit -= sent;
        received += sent;
        if (sent > 0) idle = false;
        if (credit <= 0) break;
      }
    }
  }, TICK_MS);
  const server = createServer((browser) => {
    const upstream = connect({ port: target, host: "127.0.0.1", noDelay: true });
    browser.setNoDelay(true);
    let waiting: Buffer[] = [];
    let size = 0;
    let ended = false;
    const entry = {
      flush(budget: number): number {
        const all = waiting.length === 1 ? (waiting[0] ?? Buffer.alloc(0)) : Buffer.concat(waiting);
        const piece = all.subarray(0, Math.floor(budget));
        if (piece.length > 0) browser.write(Buffer.from(piece));
        const rest = all.subarray(piece.length);
        waiting = rest.length > 0 ? [rest] : [];
        size = rest.length;
        if (size < 262_144) upstream.resume();
        if (size === 0 && ended) browser.end();
        return piece.length;
      },
      destroy(): void {
        browser.destroy();
        upstream.destroy();
      },
    };
    sockets.add(entry);
    upstream.on("data", (data) => {
      waiting.push(data);
      size += data.length;
      if (size > 524_288) upstream.pause();
    });
    upstream.on("end", () => {
      ended = true;
      if (size === 0) browser.end();
    });
    browser.on("data", (data) => upstream.write(data));
    const over = (): void => {
      sockets.delete(entry);
      entry.destroy();
    };
    browser.on("close", over);
    browser.on("error", over);
    upstream.on("error", over);
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve({
        port: typeof address === "object" && address ? address.port : 0,
        received: () => received,
        close() {
          clearInterval(timer);
          for (const socket of sockets) socket.destroy();
          server.close();
        },
      });
    });
  });
}
