// The engines that attacks run in, each asking the witness's DNS server for every name. A thin seam: open a page,
// evaluate in it, see who it is.

import { Cdp } from "./cdp";
import type { DnsSink } from "./dns";

export interface Tab {
  /** Evaluates an expression and gives its value. */
  evaluate<T = unknown>(expression: string): Promise<T>;
  close(): Promise<void>;
}

export interface Engine {
  /** "Chrome/156.0.1" or "Firefox/153.0". */
  readonly product: string;
  /** Opens a page and waits until it has loaded. */
  open(url: string): Promise<Tab>;
  close(): Promise<void>;
}

/** Chromium over its debugging pipe. */
export async function chromium(executable: string, args: string[], dns: DnsSink): Promise<Engine> {
  const cdp = await Cdp.launch(executable, [...args, ...dns.args], "", dns.localState);
  const { product } = (await cdp.send("Browser.getVersion")) as { product: string };
  return {
    product,
    async open(url) {
      const page = await cdp.open(url);
      return {
        evaluate: <T>(expression: string) => cdp.evaluate<T>(page.session, expression),
        close: async () => void (await cdp.send("Target.closeTarget", { targetId: page.id }).catch(() => {})),
      };
    },
    close: () => cdp.close(),
  };
}
