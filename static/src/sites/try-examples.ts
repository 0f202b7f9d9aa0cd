// Try it: the button above the examples of a docstring, in pages that Sphinx wrote. Until it is pressed nothing of
// belljar is loaded but this. Stands beside embed.js, in a server and in an export.

/** What somebody may change in a folder of pages without a new build: jupyterlite-sphinx's try_examples.json. */
interface Switches {
  ignore: RegExp[];
  minHeight: number;
}

const EXAMPLES = ".belljar-examples";
const FAILED = "These examples can't be run here: the script that runs them could not be loaded.";

/** Of what was read only what has the form it must have. */
function switchesOf(read: unknown): Switches {
  const { ignore_patterns: patterns, global_min_height: height } = Object(read) as Record<string, unknown>;
  const ignore: RegExp[] = [];
  for (const pattern of Array.isArray(patterns) ? patterns : []) {
    try {
      ignore.push(new RegExp(String(pattern)));
    } catch {
      console.warn(`belljar: ${String(pattern)} in try_examples.json is no regular expression, and is left out.`);
    }
  }
  return { ignore, minHeight: pixels(height) };
}

/** The number of a height such as 400 or "400px"; 0 for anything else. */
function pixels(height: unknown): number {
  return Math.max(0, Number.parseInt(String(height ?? ""), 10) || 0);
}

async function switches(): Promise<Switches> {
  const address = document.querySelector<HTMLMetaElement>('meta[name="belljar-try-examples"]')?.content;
  if (!address) return switchesOf({});
  try {
    // Asked for anew, because it is there to be changed.
    const answer = await fetch(address, { cache: "no-cache" });
    return switchesOf(answer.ok ? await answer.json() : {});
  } catch {
    return switchesOf({});
  }
}

/** Code blocks with prompts. */
const prompted = (examples: Element) =>
  [...examples.querySelectorAll("pre")].filter((pre) => /^\s*>>>/.test(pre.textContent));

/** Puts a cell around a code block, and around what its theme puts around it. */
function around(pre: HTMLElement, attributes: Record<string, string>): HTMLElement {
  const block = pre.closest('div[class*="highlight-"]') ?? pre;
  const cell = document.createElement("bell-jar");
  for (const [name, value] of Object.entries(attributes)) cell.setAttribute(name, value);
  // What an element holds is there when it comes into the page.
  const place = document.createComment("");
  block.replaceWith(place);
  cell.append(block);
  place.replaceWith(cell);
  return cell;
}

let attempts = 0;

/** Defines the element. A browser may keep it that an address could not be had, so a second try has another one. */
async function load(): Promise<void> {
  const again = attempts++ > 0 ? `?again=${attempts}` : "";
  if (!customElements.get("bell-jar")) await import(new URL(`./embed.js${again}`, import.meta.url).href);
}

/** Makes cells of examples. They share their variables, and nobody else's. */
async function tried(examples: HTMLElement, session: string, minHeight: number): Promise<void> {
  await load();
  const { setup, height } = examples.dataset;
  const cells = prompted(examples).map((pre) => around(pre, { session, ...(setup ? { setup } : {}) }));
  const least = Math.max(minHeight, pixels(height));
  if (least) examples.style.minHeight = `${least}px`;
  for (const warning of examples.querySelectorAll<HTMLElement>(".belljar-warning")) warning.hidden = false;
  // Whoever came by the keyboard goes on there; and Python begins to be fetched.
  cells[0]?.shadowRoot?.querySelector("button")?.focus();
}

function offer(examples: HTMLElement, session: string, { minHeight }: Switches): void {
  const button = examples.querySelector<HTMLButtonElement>(".try_examples_button");
  if (!button || prompted(examples).length === 0) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await tried(examples, session, minHeight);
      button.hidden = true;
      examples.querySelector("[role=alert]")?.remove();
    } catch (error) {
      console.error(error);
      button.disabled = false;
      button.title = FAILED;
      if (!examples.querySelector("[role=alert]")) button.before(alert(FAILED));
    }
  });
}

function alert(text: string): HTMLElement {
  const line = document.createElement("small");
  line.setAttribute("role", "alert");
  line.textContent = `${text} `;
  return line;
}

const found = await switches();
if (!found.ignore.some((pattern) => pattern.test(location.pathname)))
  for (const [at, examples] of [...document.querySelectorAll<HTMLElement>(EXAMPLES)].entries())
    offer(examples, `examples-${at + 1}`, found);
