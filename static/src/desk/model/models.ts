// From what a person has chosen to a model; and whether this page may reach it, before it is tried.

import { builtIn, chat, demo, local, type Model, messages, openrouter, proxied, responses } from "../../ask/index";
import type { Kind, ModelChoice } from "./choices";

/** How kinds are called, what they are, and where they usually are. */
export const ABOUT: Readonly<Record<Kind, { name: string; about: string; base: string; keyed: boolean }>> = {
  demo: {
    name: "Demo model",
    about: "Follows a script in this page, whatever you ask. No network, no key.",
    base: "",
    keyed: false,
  },
  server: { name: "This server’s", about: "Whoever runs it has the key.", base: "", keyed: false },
  browser: {
    name: "The browser’s own",
    about: "Small and weak. Nothing leaves the device.",
    base: "",
    keyed: false,
  },
  openrouter: {
    name: "OpenRouter",
    about: "Sign in there, or give a key.",
    base: "https://openrouter.ai",
    keyed: true,
  },
  ollama: { name: "Ollama", about: "On this machine.", base: "http://127.0.0.1:11434/v1", keyed: false },
  lmstudio: { name: "LM Studio", about: "On this machine.", base: "http://127.0.0.1:1234/v1", keyed: false },
  llamacpp: { name: "llama.cpp", about: "On this machine.", base: "http://127.0.0.1:8080/v1", keyed: false },
  chat: {
    name: "OpenAI-compatible",
    about: "Whoever speaks Chat Completions.",
    base: "https://api.openai.com/v1",
    keyed: true,
  },
  responses: {
    name: "OpenAI Responses",
    about: "Nothing is kept there.",
    base: "https://api.openai.com/v1",
    keyed: true,
  },
  messages: { name: "Anthropic", about: "The Messages form.", base: "https://api.anthropic.com", keyed: true },
};

/** The model. Throws a TypeError with a sentence for an address that can't be. */
export function modelOf({ kind, base, name, key, images, prices }: ModelChoice): Model {
  if (kind === "demo") return demo();
  if (kind === "browser") return builtIn();
  const asked = { model: name, images, ...(prices && { prices }) };
  if (kind === "server") return proxied(asked);
  const endpoint = { ...asked, base: base || ABOUT[kind].base, ...(key === "" ? {} : { key }) };
  switch (kind) {
    case "openrouter":
      return openrouter(endpoint);
    case "chat":
      return chat(endpoint);
    case "responses":
      return responses(endpoint);
    case "messages":
      return messages(endpoint);
    default:
      return local(kind, endpoint);
  }
}

/** Kinds that run in this page and have neither an address nor a name. */
export const within = (kind: Kind): boolean => kind === "demo" || kind === "browser";

/** What stands on the page for a choice. */
export const labelOf = (choice: ModelChoice | undefined): string =>
  !choice ? "No model" : within(choice.kind) ? ABOUT[choice.kind].name : choice.name || ABOUT[choice.kind].name;

/** The host of an address; what is no address as it is. */
export function hostOf(address: string): string {
  try {
    return new URL(address).host;
  } catch {
    return address;
  }
}

/** Money as people read it, with two digits that say something. */
export function moneyOf(spent: number, currency: string): string {
  try {
    return new Intl.NumberFormat("en", { style: "currency", currency, maximumSignificantDigits: 2 }).format(spent);
  } catch {
    return `${Number(spent.toPrecision(2))} ${currency.slice(0, 12)}`;
  }
}

/** Why this page can't reach an address: its policy names the hosts that it may. Undefined where it can. */
export function unreachable(base: string, hosts: readonly string[], here: string): string | undefined {
  let url: URL;
  try {
    url = new URL(base);
  } catch {
    return "This is no address. It looks like https://api.example/v1.";
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") return "The address must begin with https:// or http://.";
  if (url.username || url.password)
    return "The address must not carry a name and a password: the key has its own field.";
  const loopback = url.protocol === "http:" && (url.hostname === "127.0.0.1" || url.hostname === "localhost");
  if (loopback || url.origin === here || hosts.includes(url.origin)) return undefined;
  const may =
    hosts.length > 0
      ? `${hosts.map((host) => new URL(host).host).join(", ")} and your own machine`
      : "your own machine only";
  return `This page may reach ${may}. Whoever runs this server can add it: belljar serve --model-hosts ${[...hosts, url.origin].join(",")}`;
}
