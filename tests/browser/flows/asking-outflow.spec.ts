// What leaves /ask: nothing of a planted row under "schema", by whatever road; what was approved; what an agent hears.

import { endServers, following, modelServer } from "../../unit/ask/servers";
import { type Agents, call, expect, SECRET, same, test } from "../desk";

test.describe.configure({ mode: "serial" });
test.beforeAll(({ desk }) => desk.home());
test.afterAll(endServers);

/** The last of the person's rows, as code gets hold of it. */
const PLANTED =
  "import pandas as pd\nframe = pd.read_csv('people.csv')\nsecret = frame.person.iloc[-1]\nword = secret.replace(' ', '_')";

/** Real Python takes the planted row down every road that there is, each cell another one. */
const ROADS: Record<string, string> = {
  "printed output": "import sys\nprint(secret)\nprint(secret.encode().hex(), file=sys.stderr)",
  "names of columns": "frame.pivot_table(index='region', columns='person', values='revenue')",
  "the last value": "[secret, secret[::-1]]",
  "an error's message": "{}[secret]",
  "an error's class": "raise type(word, (Exception,), {})(secret)",
  "an error in code that was made of it": "exec(f'{word} = = 1')",
  "a figure and its title": "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.title(secret)\nplt.show()",
  "names of packages": "import importlib\nimportlib.import_module(word)",
  "a shape and time":
    "import time\ntime.sleep(ord(secret[0]) / 1000)\npd.DataFrame(0, index=range(ord(secret[1])), columns=range(ord(secret[2]) % 12))",
  "names of files": "open(f'{word}.csv', 'w').write('x')\nopen('people.csv', 'w').write(f'{secret},a\\nn,1\\n')\n1",
};

/** What of the planted row stands in a text: as it is, backwards, in other codes. */
const found = (text: string): string[] =>
  [...SECRET.split(" "), "4711"].flatMap((word) =>
    [word, [...word].reverse().join(""), Buffer.from(word).toString("hex"), Buffer.from(word).toString("base64")]
      .map((code) => code.replace(/=+$/, "").toLowerCase())
      .filter((code) => text.toLowerCase().includes(code)),
  );

test("a planted row leaves by no road under “schema only”: 0 bytes of it; under “everything” each road carries it", async ({
  desk,
}) => {
  test.slow();
  const names = Object.keys(ROADS);
  const told = async (mode: string): Promise<string[]> => {
    await desk.fresh();
    await desk.data();
    const moves = [
      ...Object.values(ROADS).map((code) => call(`${PLANTED}\n${code}`)),
      { say: "Nothing." },
      { say: "Still." },
    ];
    const { base, heard } = await modelServer(following("chat", moves));
    await desk.model(base);
    await desk.mode(mode);
    await desk.ask("Who is in it?");
    const answer = await desk.answer();
    await expect(answer).toHaveAttribute("data-why", "answered");
    // What code has made of the file is not read for the question that follows, either.
    await desk.ask("And now?");
    await desk.answer(1);
    same(await desk.ledger(), heard);
    if (mode === "schema") expect(found(Buffer.concat(heard.map(({ body }) => body)).toString())).toEqual([]);
    const { messages } = JSON.parse(heard.at(-1)?.body.toString() ?? "{}") as {
      messages: { role: string; content: string }[];
    };
    return messages.filter(({ role }) => role === "tool").map(({ content }) => content);
  };
  const closed = await told("schema");
  expect(closed).toHaveLength(names.length);
  for (const text of closed) expect(text).toMatch(/^(ok: value: |error: )/);
  const open = await told("everything");
  // A figure's title is in its pixels, and a shape and a time are numbers: no text of theirs has it.
  const texts = names.filter((name) => !/figure|shape/.test(name));
  expect(texts.filter((name) => found(open[names.indexOf(name)] ?? "").length === 0)).toEqual([]);
});

test("under “what I approve” the text is shown, changed or struck out, and then sent as it stands", async ({
  desk,
}) => {
  await desk.fresh();
  await desk.data();
  const moves = [call("print(open('people.csv').read()[-30:])"), call("1 / 0"), { say: "Enough." }];
  const { base, heard } = await modelServer(following("chat", moves));
  await desk.model(base);
  await desk.get("outflow-approve").check();
  await desk.ask("What is in it?");
  await expect(desk.get("approval")).toContainText("told about your files");
  await desk.get("approval-send").click();
  await expect(desk.get("approval")).toContainText("step 1");
  await expect(desk.get("approval-text")).toHaveValue(new RegExp(SECRET.slice(-6)));
  expect(heard).toHaveLength(1);
  await desk.get("approval-text").fill("It printed thirty characters.");
  await desk.get("approval-send").click();
  await expect(desk.get("approval")).toContainText("step 2");
  await desk.get("approval-deny").click();
  await desk.answer();
  await expect(desk.get("step-line").nth(1)).toContainText("nothing sent");
  const sent = Buffer.concat(heard.map(({ body }) => body)).toString();
  expect(sent).toContain("It printed thirty characters.");
  expect(sent).not.toContain("Quillfeather");
  expect(sent).not.toContain("ZeroDivisionError");
  same(await desk.ledger(), heard);
  await desk.get("outflow-schema").check();
});

test("the browser's agent runs Python behind the same choice, and what it was told is on the list", async ({
  desk,
}) => {
  const { page } = desk;
  await desk.fresh();
  await desk.data();
  await expect.poll(() => page.evaluate(() => [...(document as Agents).tools.keys()])).toEqual(["execute_python"]);
  const answer = await page.evaluate(async (code) => {
    const tool = (document as Agents).tools.get("execute_python");
    return (await tool?.execute({ code, title: "reads" }))?.content[0]?.text;
  }, "print(open('people.csv').read()[-30:])");
  expect(answer).toMatch(/^ok: value: no value; .*printed something/);
  await expect(desk.get("step-line").last()).toContainText(/1 · reads.*bytes sent/);
  await expect(desk.get("step").last()).toContainText(SECRET);
  const ledger = await desk.ledger();
  expect(ledger.entries.at(-1)?.body).toBe(answer);
  expect(JSON.stringify(ledger)).toContain("people.csv");
  expect(JSON.stringify(ledger)).not.toContain("Quillfeather");
});
