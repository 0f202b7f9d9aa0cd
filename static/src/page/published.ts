// What a publisher shows: a notebook of this site, or an example, by the page's address or as the server says.

/** Parameters of the page's address. */
const NOTEBOOK = "notebook";
const EXAMPLE = "example";

/** Bytes. A larger one is none that a page opens by itself. */
const LARGEST = 30e6;

export type Published = { example: string } | { notebook: URL };

/** How the publisher calls the page. */
export const siteName = (): string => document.getElementById("brand")?.textContent || "belljar";

/** What the address asks for. Throws a sentence for a notebook of another site. */
export function asked(address: string): Published | undefined {
  const { searchParams, origin } = new URL(address);
  const example = searchParams.get(EXAMPLE);
  if (example) return { example };
  const named = searchParams.get(NOTEBOOK);
  if (!named) return undefined;
  let notebook: URL | undefined;
  try {
    notebook = new URL(named, address);
  } catch {}
  if (notebook?.origin === origin) return { notebook };
  throw new Error(`Only notebooks of ${origin} are opened here. Download that one, and open the file.`);
}

/** What the server's operator has chosen for everybody. */
export function chosen(): Published | undefined {
  const { notebook } = document.documentElement.dataset;
  return notebook ? { notebook: new URL(notebook, document.baseURI) } : undefined;
}

/** Fetches a published notebook. Rejects with a sentence. */
export async function fetchPublished(url: URL): Promise<File> {
  const name = decodeURIComponent(url.pathname.split("/").at(-1) || "notebook.ipynb");
  const answer = await fetch(url, { credentials: "omit" }).catch(() => undefined);
  if (!answer) throw new Error(`${name} could not be fetched. Check the connection, then reload the page.`);
  if (!answer.ok) throw new Error(`${name} could not be fetched: the server answered ${answer.status}.`);
  const body = await answer.blob();
  if (body.size > LARGEST)
    throw new Error(`${name} is larger than ${LARGEST / 1e6} MB: download it and open the file.`);
  return new File([body], name);
}

/** What was asked for has become somebody's own, and a reload shows that. */
export function forgetAsked(): void {
  const url = new URL(location.href);
  if (!url.searchParams.has(NOTEBOOK) && !url.searchParams.has(EXAMPLE)) return;
  url.searchParams.delete(NOTEBOOK);
  url.searchParams.delete(EXAMPLE);
  history.replaceState(history.state, "", url);
}
