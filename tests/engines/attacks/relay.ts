// A server behind another one, which changes on the way what a test wants changed.

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Fault } from "../../browser/hosts";

/** What is one connection's affair, or no longer true of a body that was unpacked. */
const OWN = /^(connection|keep-alive|transfer-encoding|content-(length|encoding)|etag|date|server)$/;

export class Relay {
  readonly #server: Server;
  /** Its address, without a slash at the end. */
  readonly url: string;

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async before(base: string, fault: Fault): Promise<Relay> {
    const server = createServer(async ({ url = "/" }, response) => {
      try {
        const answer = await fetch(`${base}${url}`, { redirect: "manual" });
        const headers = Object.fromEntries([...answer.headers].filter(([name]) => !OWN.test(name)));
        const body = fault(new URL(url, base).pathname, Buffer.from(await answer.arrayBuffer()), headers);
        response.writeHead(answer.status, headers).end(body);
      } catch (error) {
        response.writeHead(502, { "content-type": "text/plain" }).end(String(error));
      }
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new Relay(server);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
