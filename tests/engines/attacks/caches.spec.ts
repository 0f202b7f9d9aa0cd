// Cache Storage in a worker of an opaque origin: WebKit lets such a worker use it, by the engine (the sandbox takes the name
// away, so these attempts are in a worker that was never scrubbed). What one frame puts there no other gets to see: not
// another sandbox, not another tab, not the next visit, not another origin, not the page itself.

import { freshLabel } from "../../browser/attacks/probe";
import { plant } from "../../browser/attacks/rig/planted";
import { expect, test } from "./fixtures";
import { Plain } from "./plain";
import { emptied, Sealed } from "./sealed";

test.describe.configure({ retries: 0 });

const put = (label: string): string =>
  `const c=await g.caches.open("${label}");await c.put("http://kept.test/${label}",new g.Response("${label}"));return "put"`;
/** By the list of what there is, and by its name. */
const look = (label: string): string => `const all=[];
  const one=await (await g.caches.open("${label}")).match("http://kept.test/${label}");if(one)all.push(await one.text());for(const name of await g.caches.keys())
  for(const {url} of await (await g.caches.open(name)).keys())all.push(name,url);return all.filter((each)=>each!=="${label}"||one).join(" ")||"nothing"`;
const PUT = { realm: "bare", at: 0 };
const SEE = { realm: "bare", at: 1 };

test("what a frame puts into Cache Storage crosses to no other frame, visit, origin or page", async ({ field }) => {
  test.setTimeout(180_000);
  const { engine, witness, plain } = field;
  const label = freshLabel();
  const [here, elsewhere] = [await field.place("served"), await field.place("served")];
  const attackers = plant([
    { realm: "bare", code: put(label) },
    { realm: "bare", code: look(label) },
  ]);
  for (const { fault } of [here, elsewhere])
    fault((path, body, headers) => emptied(path, attackers(path, body, headers), headers));
  const open = (page: string): Promise<Sealed> => Sealed.open(engine, page, witness);
  const seenBy = (at: Sealed, nth = 0): Promise<string> => at.attack([SEE], nth).then(([said = ""]) => said);

  const first = await open(here.page);
  const [kept = ""] = await first.attack([PUT]);
  const own = await seenBy(first);
  test.info().annotations.push({ type: "said", description: `${kept}; ${own}` });
  // It is refused, or it is this worker's.
  if (kept === "put") expect(own).toContain(label);
  else expect(kept).toMatch(/Error|NS_ERROR/);

  await first.another();
  const seen = { sibling: await seenBy(first, 1), tab: "", origin: "", visit: "", page: "" };
  const tab = await open(here.page);
  seen.tab = await seenBy(tab);
  await tab.close();
  const other = await open(elsewhere.page);
  seen.origin = await seenBy(other);
  await other.close();
  seen.page = await first.tab.evaluate(async () => (await caches.keys()).join(" "));
  await first.close();
  const next = await open(here.page);
  seen.visit = await seenBy(next);
  await next.close();
  expect(Object.values(seen).join(" ")).not.toContain(label);

  // The control: what an ordinary origin keeps, a second tab of it sees. (The next visit of it does not in every engine: a
  // session that a driver began keeps such things only while somebody has them open.)
  const code = (body: string): string => `(async (g) => {${body}\n})(globalThis)`;
  const theirs = freshLabel();
  expect(await plain.attack([{ where: "script", code: code(put(theirs)) }])).toEqual(["put"]);
  const second = await Plain.open(engine, witness);
  const [found = ""] = await second.attack([{ where: "script", code: code(look(theirs)) }]);
  await second.close();
  expect(found).toContain(theirs);
});
