// A DNS sink: the server that the browser asks for every name. It speaks DNS over HTTPS (RFC 8484), because that is the
// resolver a browser can be told to use, and on a machine of one's own; each name it is asked for is kept, and each one
// has the address of this machine. Chromium posts its questions over HTTP/1.1, Firefox gets its answers over HTTP/2. WebKitGTK
// asks whom the machine asks, by plain DNS: where a test may, it is answered, too.

import { createHash, createPrivateKey, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { createSocket, type Socket as Datagrams } from "node:dgram";
import { createSecureServer, type Http2SecureServer, type ServerHttp2Session } from "node:http2";
import type { AddressInfo, Socket } from "node:net";

/** Type of a question for an IPv4 address, and the class "Internet" (RFC 1035, section 3.2). */
const A = 1;
const IN = 1;
const HEADER_BYTES = 12;
/** A machine's own resolver takes no port from its settings, so each sink has an address of loopback to itself. */
const PLAIN_PORT = 53;

export class DnsSink {
  readonly #certificate = selfSigned();
  readonly #heard: (name: string) => void;
  #server: Http2SecureServer | undefined;
  readonly #open = new Set<Socket | ServerHttp2Session>();
  #port = 0;
  #plain: Datagrams | undefined;

  constructor(heard: (name: string) => void) {
    this.#heard = heard;
  }

  async listen(): Promise<void> {
    const { key, certificate } = this.#certificate;
    const server = createSecureServer({ key, cert: certificate, allowHTTP1: true }, (request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const asked = /[?&]dns=([\w-]+)/.exec(request.url ?? "")?.[1];
        const answer = this.#answer(asked ? Buffer.from(asked, "base64url") : Buffer.concat(chunks));
        response.writeHead(answer ? 200 : 400, { "content-type": "application/dns-message" });
        response.end(answer ?? Buffer.alloc(0));
      });
    });
    server.on("tlsClientError", () => {});
    server.on("sessionError", () => {});
    const keep = (one: Socket | ServerHttp2Session): void => {
      this.#open.add(one.on("close", () => this.#open.delete(one)) as typeof one);
    };
    server.on("secureConnection", keep);
    server.on("session", keep);
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    this.#port = (server.address() as AddressInfo).port;
  }

  /** Answers plain DNS as well; gives the address, or undefined where nobody may listen there (it takes root). */
  async listenPlain(): Promise<string | undefined> {
    const [high, low] = randomBytes(2);
    const address = `127.77.${high}.${low || 1}`;
    const socket = createSocket("udp4", (query, from) => {
      const answer = this.#answer(query);
      if (answer) socket.send(answer, from.port, from.address);
    });
    const bound = new Promise<boolean>((resolve) => {
      socket.once("error", () => resolve(false));
      socket.bind(PLAIN_PORT, address, () => resolve(true));
    });
    if (!(await bound)) return undefined;
    this.#plain = socket.on("error", () => {});
    return address;
  }

  async close(): Promise<void> {
    this.#plain?.close();
    this.#plain = undefined;
    const server = this.#server;
    this.#server = undefined;
    for (const one of this.#open) one.destroy();
    await new Promise((done) => (server ? server.close(done) : done(undefined)));
  }

  get url(): string {
    return `https://127.0.0.1:${this.#port}/dns-query`;
  }

  /** What Chromium's profile must say for it to ask here and nowhere else. */
  get localState(): Record<string, unknown> {
    return { dns_over_https: { mode: "secure", templates: this.url } };
  }

  /** Lets Chromium believe this one certificate. */
  get args(): string[] {
    return [`--ignore-certificate-errors-spki-list=${this.#certificate.pin}`];
  }

  #answer(query: Buffer): Buffer | undefined {
    const labels: string[] = [];
    let at = HEADER_BYTES;
    for (let length = query[at]; length; length = query[at]) {
      labels.push(query.toString("latin1", at + 1, at + 1 + length));
      at += length + 1;
    }
    if (query.length < at + 5) return undefined;
    this.#heard(labels.join("."));
    const type = query.readUInt16BE(at + 1);
    const answer = Buffer.from(query.subarray(0, at + 5));
    // A response without an error; one question, one answer or none.
    for (const [place, value] of [0x8180, 1, type === A ? 1 : 0, 0, 0].entries()) {
      answer.writeUInt16BE(value, 2 + 2 * place);
    }
    if (type !== A) return answer;
    // The name of the question, type, class, one second to live, four bytes of address.
    return Buffer.concat([answer, Buffer.from([0xc0, HEADER_BYTES, 0, A, 0, IN, 0, 0, 0, 1, 0, 4, 127, 0, 0, 1])]);
  }
}

const SEQUENCE = 0x30;
const SET = 0x31;

/** A value as DER has it (X.690): tag, length, content. */
function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

/** A certificate for a day (X.509, version 1), its key, and the pin that Chromium knows it by. */
function selfSigned(): { key: string; certificate: string; pin: string } {
  const { privateKey, publicKey } = generateKeyPairSync("ec", {
    namedCurve: "P-256",
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "der" },
  });
  const time = (ms: number) =>
    der(0x17, Buffer.from(`${new Date(ms).toISOString().replace(/[-:T]/g, "").slice(2, 14)}Z`));
  const ecdsaWithSha256 = der(SEQUENCE, der(0x06, Buffer.from("2a8648ce3d040302", "hex")));
  const commonName = der(SEQUENCE, der(0x06, Buffer.from("550403", "hex")), der(0x0c, Buffer.from("belljar DNS sink")));
  const name = der(SEQUENCE, der(SET, commonName));
  const day = 24 * 3_600_000;
  const validity = der(SEQUENCE, time(Date.now() - day), time(Date.now() + day));
  const serial = der(0x02, Buffer.from([1]));
  const body = der(SEQUENCE, serial, ecdsaWithSha256, name, validity, name, publicKey);
  const signature = sign("sha256", body, createPrivateKey(privateKey));
  const whole = der(SEQUENCE, body, ecdsaWithSha256, der(0x03, Buffer.from([0]), signature));
  // No empty line at the end, whatever the length: OpenSSL takes none.
  const lines = whole
    .toString("base64")
    .match(/.{1,64}/g)
    ?.join("\n");
  return {
    key: privateKey,
    certificate: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    pin: createHash("sha256").update(publicKey).digest("base64"),
  };
}
