// Canaries on loopback: HTTP, WebSocket, raw TCP and UDP, and the DNS sink. Whatever arrives is kept as text, so that a probe's label can
// be looked for in it: in a path, a header, a Host name, a datagram.

import { createHash } from "node:crypto";
import { createSocket, type Socket as Datagrams } from "node:dgram";
import { createServer as createHttp, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, createServer as createTcp, type Server } from "node:net";
import type { Duplex } from "node:stream";
import { DnsSink } from "./dns";

export interface Sighting {
  /** Who saw it: "http", "websocket", "tcp", "udp", "dns", "browser", "net log", "host page", "second sandbox", "announced". */
  by: string;
  what: string;
}

/** Pages that the canary serves beside counting: the ordinary origin of the positive controls. */
export type Served = (path: string) => Page | Promise<Page> | undefined;

export interface Page {
  type: string;
  body: string | Buffer;
  headers?: Record<string, string>;
}

export class Canary {
  readonly seen: Sighting[] = [];
  readonly dns = new DnsSink((name) => this.#note("dns", name));
  httpPort = 0;
  tcpPort = 0;
  udpPort = 0;
  #http: ReturnType<typeof createHttp> | undefined;
  #tcp: Server | undefined;
  #udp: Datagrams | undefined;
  /** The HTTP server forgets a connection that became a WebSocket's. */
  readonly #upgraded = new Set<Duplex>();
  readonly #served: Served;

  constructor(served: Served = () => undefined) {
    this.#served = served;
  }

  async listen(): Promise<void> {
    await this.dns.listen();
    this.#http = createHttp((request, response) => this.#answer(request, response));
    this.#http.on("upgrade", (request, socket) => {
      socket.on("error", () => {});
      this.#upgraded.add(socket.on("close", () => this.#upgraded.delete(socket)));
      this.#note("websocket", `${request.url} ${request.headers.host}`);
      // Chromium delays a process's next WebSockets by seconds once some have failed, and a control would come too
      // late: so the handshake succeeds (RFC 6455, section 4.2.2), and an empty close frame follows.
      socket.write(accepted(request.headers["sec-websocket-key"] ?? ""));
      socket.end(Buffer.from([0x88, 0x00]));
    });
    this.#http.on("clientError", (_error, socket) => socket.destroy());
    this.httpPort = await listening(this.#http);

    this.#tcp = createTcp((socket) => {
      this.#note("tcp", `connection from ${socket.remotePort}`);
      socket.on("data", (data) => {
        this.#note("tcp", data.toString("latin1").slice(0, 2_000));
        socket.end();
      });
      socket.on("error", () => {});
    });
    this.tcpPort = await listening(this.#tcp);

    // STUN requests carry the user name a page chose, so a label can ride on WebRTC's first packet (RFC 8489).
    this.#udp = createSocket("udp4", (data) => this.#note("udp", data.toString("latin1").slice(0, 2_000)));
    this.#udp.on("error", () => {});
    this.udpPort = await new Promise((resolve) => {
      this.#udp?.bind(0, "127.0.0.1", () => resolve(this.#udp?.address().port ?? 0));
    });
  }

  async close(): Promise<void> {
    this.#http?.closeAllConnections();
    for (const socket of this.#upgraded) socket.destroy();
    this.#udp?.close();
    this.#udp = undefined;
    await this.dns.close();
    await Promise.all([this.#http, this.#tcp].map((server) => new Promise((done) => server?.close(done))));
  }

  #note(by: string, what: string): void {
    this.seen.push({ by, what });
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url ?? "";
    const page = this.#served(path);
    if (page) {
      void Promise.resolve(page).then(({ type, body, headers }) => {
        response.writeHead(200, { ...headers, "content-type": type });
        response.end(body);
      });
      return;
    }
    const { host, referer, cookie } = request.headers;
    this.#note("http", [request.method, path, host, referer, cookie].filter(Boolean).join(" "));
    request.on("data", (data: Buffer) => this.#note("http", `body ${data.toString("latin1").slice(0, 2_000)}`));
    const open = { "access-control-allow-origin": "*", "cross-origin-resource-policy": "cross-origin" };
    // /redirect?to=URL sends on, to test that a policy is asked again at every hop.
    const to = URL.canParse(path, "http://canary") && new URL(path, "http://canary").searchParams.get("to");
    if (to) response.writeHead(302, { ...open, location: to });
    else response.writeHead(200, { ...open, "content-type": kind(path) });
    response.end("/* seen */");
  }
}

function accepted(key: string): string {
  const proof = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
  const head = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade"];
  return `${[...head, `Sec-WebSocket-Accept: ${proof}`].join("\r\n")}\r\n\r\n`;
}

function kind(path: string): string {
  if (path.endsWith(".js")) return "text/javascript";
  if (path.endsWith(".css")) return "text/css";
  return "text/plain";
}

function listening(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}
