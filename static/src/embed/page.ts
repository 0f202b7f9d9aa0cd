// The page that holds nothing but the cells of its address: /embed?code=…, for places that take a frame and no script.
// Nothing runs by itself: whoever made the address is not who reads it.

import { attach } from "./embed";
import { unpackedCode } from "./packed";

/** What an address may say besides the code. Neither hidden code nor files: the reader sees all that will run. */
const OPTIONS = ["packages", "theme", "label", "timeout", "readonly", "editor"] as const;
const LONGEST = 200_000;
const MOST = 20;

async function codes(): Promise<string[]> {
  const packed = new URLSearchParams(location.hash.slice(1)).getAll("code");
  if (packed.length > 0) return Promise.all(packed.slice(0, MOST).map((one) => unpackedCode(one, LONGEST)));
  return new URLSearchParams(location.search).getAll("code").slice(0, MOST);
}

function say(sentence: string): void {
  const line = document.createElement("p");
  line.textContent = sentence;
  document.getElementById("cells")?.replaceChildren(line);
}

async function show(): Promise<void> {
  const query = new URLSearchParams(location.search);
  const options: Record<string, string> = {};
  for (const name of OPTIONS) {
    const value = query.get(name);
    if (value !== null) options[name] = value;
  }
  if (options.theme === "dark" || options.theme === "light") document.documentElement.dataset.theme = options.theme;
  let all: string[];
  try {
    all = await codes();
  } catch {
    return say("The code in this address is damaged: it is the end that gets lost most often. Copy the address again.");
  }
  const found = all.filter((code) => code.trim() !== "" && code.length <= LONGEST);
  if (found.length === 0)
    return say("There is no code in this address. It belongs behind ?code=, or packed behind #code=.");
  const pres = found.map((code) => {
    const pre = document.createElement("pre");
    pre.textContent = code;
    return pre;
  });
  document.getElementById("cells")?.replaceChildren(...pres);
  for (const pre of pres) attach(pre, options);
}

addEventListener("hashchange", () => void show());
void show();
