// The page where a person asks a model about their files: puts conversation, sandbox, model and views together.

import { beginSignIn, finishSignIn, offered, signedIn } from "../ask/index";
import { loadFullEditor } from "../page/editor/loader";
import { ASKING, forgetAsking } from "../page/keep/forgetting";
import { bytes, plainName } from "../page/model/format";
import { openingCode } from "../page/model/opening";
import { Runner } from "../page/model/runner";
import { statusOf } from "../page/model/status";
import { browserStorage, Store } from "../page/model/store";
import { Traffic } from "../page/model/traffic";
import { siteName } from "../page/published";
import { Session } from "../page/session";
import { find, Stock } from "../page/stock";
import { banner } from "../page/view/banner";
import { openDialog } from "../page/view/dialogs";
import { byId, h, setText } from "../page/view/dom";
import { filesPanel } from "../page/view/files-panel";
import { download, safeName } from "../page/view/hand-out";
import { icon } from "../page/view/icons";
import { makeRoomForKeyboard } from "../page/view/keyboard";
import { notebooksDialog } from "../page/view/notebooks-dialog";
import { sheets } from "../page/view/sheets";
import { statusView } from "../page/view/status-view";
import { applyTheme } from "../page/view/theme";
import { toast } from "../page/view/toast";
import { offerDesk } from "./agent";
import { Asker } from "./asker";
import { GivenFiles } from "./files";
import { Archive, type Opened } from "./keep/archive";
import { ChoiceStore, DEMO } from "./model/choices";
import { Conversation } from "./model/conversation";
import type { StepEntry } from "./model/entries";
import { ipynbOf, pythonOf } from "./model/exported";
import { modelOf } from "./model/models";
import { reportOf } from "./model/report";
import { CellEngine } from "./running";
import { Composer } from "./view/composer";
import { CONVERSATIONS, keepingWord } from "./view/conversations";
import { deskMenu } from "./view/desk-menu";
import { ledgerView } from "./view/ledger-view";
import { limitsDialog } from "./view/limits-dialog";
import { modelDialog } from "./view/model-dialog";
import { outflowView, toldView } from "./view/outflow-view";
import type { StepActions } from "./view/step-view";
import { TurnsView } from "./view/turns-view";
import { welcome } from "./view/welcome";

/** Bytes of a file that tell how it is opened. */
const HEAD_BYTES = 64_000;
const NORMAL_LIMIT_MS = 30_000;
const EXAMPLE = "sales";
const FIRST_QUESTION = "How do the regions differ?";
/** Told once after everything was forgotten. */
const FORGOTTEN = "belljar.forgotten";
const VERIFIER = `${ASKING.choices}.verifier`;

const store = new Store(browserStorage(), document.documentElement.dataset.colours);
applyTheme(store.choices().theme);
void loadFullEditor();

/** Origins that this page may reach, as its operator has said. */
const hosts = (document.documentElement.dataset.modelHosts ?? "").split(" ").filter(Boolean);
/** This server asks models for its visitors. */
const offers = document.documentElement.dataset.offers === "true";
const choices = new ChoiceStore(browserStorage());
const session = new Session(new Traffic(location.origin));
const engine = new CellEngine(session);
const say = (text: string): void => toast(text, undefined, "keeping");
let archive = new Archive(choices.now.keep, say);

/** What belongs to the conversation that is open. */
interface Desk {
  conversation: Conversation;
  runner: Runner;
  asker: Asker;
  turns: TurnsView;
}
let desk: Desk | undefined;
let takeBack: () => void = () => undefined;
let know: (kept: ReadonlyMap<string, Blob>) => void = () => undefined;
const needs = new Promise<ReadonlyMap<string, Blob>>((resolve) => {
  know = resolve;
}).then((kept) => ({ example: undefined, files: {}, kept }));
const stock = new Stock(session, needs);
const given = new GivenFiles(() => archive, stock, session);

// ---------------------------------------------------------------- what is shown

const showStatus = statusView();
const notice = banner();
const unkept = banner("unkept");
const modelless = banner("modelless");
const drawWelcome = welcome({
  add: (files) => void given.add(files),
  example: () => void example(),
  show: () => void show(),
  model: chooseModel,
});
const drawLedger = ledgerView(byId("ledger-body"));
const drawMode = outflowView(byId("outflow-body"), (mode) => {
  choices.choose({ mode });
  drawChoices();
});
const composer = new Composer({
  ask: submit,
  model: chooseModel,
  mode: () => (narrow.matches ? document.querySelector<HTMLElement>("[data-sheet=outflow]")?.click() : focusMode()),
  limits: () => limitsDialog(choices.now.limits, (limits) => void choices.choose({ limits })),
});
const narrow = matchMedia("(max-width: 56rem)");
const files = filesPanel({
  add: (list) => void given.add(list),
  read: (path) => session.read(path),
  remove: (path) => given.remove(path),
  use: (path) => void useFile(path),
});

function drawStatus(): void {
  const { phase, progress, info } = session;
  const { busy = false, queued = 0, loading = [] } = desk?.runner ?? {};
  const now = busy && phase === "ready" ? "running" : phase;
  showStatus(statusOf({ phase: now, progress, queued, loading, python: info?.python, readyMs: info?.readyMs }));
  const { title = "" } = archive.open.conversation;
  setText(byId("notebook-name-text"), title);
  document.title = `${title} · ${siteName()}`;
}

/** The browser's agent is offered the sandbox as it is now. */
function offer(): void {
  takeBack();
  if (desk) takeBack = offerDesk({ ...desk, files: archive.open.files }, choices.now.mode);
}

function drawChoices(): void {
  const { now } = choices;
  offer();
  composer.choices(now);
  drawMode(now.mode);
  drawFirst();
  void drawTold();
  drawSent();
}

function drawFirst(): void {
  const { conversation, files } = archive.open;
  drawWelcome({
    empty: conversation.entries.length === 0,
    files: [...files.keys()],
    model: choices.now.model !== undefined,
  });
}

let telling = 0;
async function drawTold(): Promise<void> {
  const turn = ++telling;
  const told = await given.told(choices.now.mode).catch(() => []);
  if (turn !== telling) return;
  toldView(byId("told-body"), told, (path, has) => {
    const { headers } = archive.open.conversation;
    if (has === undefined) delete headers[path];
    else headers[path] = has;
    archive.touch();
    void drawTold();
  });
}

let offeredPaths = "";
function drawFiles(): void {
  // Code that writes files is no new offer; a file that the person gave is.
  const paths = [...given.all.keys()].join();
  if (paths !== offeredPaths) offer();
  offeredPaths = paths;
  files.update(session.files, stock.coming);
  drawFirst();
  void drawTold();
}

function drawSent(): void {
  const { conversation } = archive.open;
  drawLedger(
    conversation.questions.flatMap(({ ledger }) => ledger.filter(Boolean)),
    (conversation.questions.at(-1)?.to ?? null) === null && choices.now.model?.kind === "demo",
  );
}

const warn = (event: BeforeUnloadEvent): void => {
  if (archive.keeper.unsaved) event.preventDefault();
};

function drawKeeping(): void {
  const { state } = archive.keeper;
  // A page that listens for its end is kept less well by browsers, so it only does while there is a reason.
  const unsaved = archive.keeps && (state.state === "pending" || state.state === "failing");
  if (unsaved) addEventListener("beforeunload", warn);
  else removeEventListener("beforeunload", warn);
  const word = byId("keeping");
  word.dataset.state = state.state;
  setText(word, keepingWord(archive.keeps, state));
  if (state.state !== "failing") return unkept.hide();
  unkept.show({
    text: state.why,
    hint: "What you see is still here, and is lost with this tab. Download it, or forget conversations that you don’t need.",
    action: { label: "Download notebook", run: saveIpynb },
    other: { label: "Conversations", run: () => conversations() },
  });
}

function drawFailure(): void {
  if (session.phase !== "failed") return session.phase === "waiting" ? undefined : notice.hide();
  notice.show({
    text: session.failure ?? "Python could not start.",
    hint: "The conversation is safe. A current Chrome, Edge, Firefox or Safari runs this page; a blocked download is often a network filter.",
    action: { label: "Try again", run: () => session.open() },
  });
}

// ---------------------------------------------------------------- the conversation that is open

/** Shows the conversation that the archive has open. */
function lay(): Desk {
  void desk?.asker.end();
  desk?.turns.destroy();
  const { conversation, files } = archive.open;
  const most = () => session.policy?.limits.max_timeout_ms ?? NORMAL_LIMIT_MS;
  const runner = new Runner(conversation.notebook, engine, {
    timeLimit: () => session.policy?.limits.timeout_ms ?? NORMAL_LIMIT_MS,
    most,
    svg: () => store.choices().svg,
    now: () => performance.now(),
    goesOn: true,
  });
  const asker = new Asker({
    conversation,
    files,
    session,
    runner,
    engine,
    asked: () => {
      const { model, mode, limits } = choices.now;
      return { model: modelOf(model ?? DEMO), mode, limits };
    },
    keep: () => {
      if (archive.open.conversation === conversation) archive.touchApart();
    },
  });
  const turns = new TurnsView(byId("turns"), {
    conversation,
    asker,
    stepActions: (entry) => stepActions(entry, runner, conversation),
    again: (text) => void submit(text),
    chooseModel,
  });
  runner.changed.on(drawStatus);
  asker.sent.on(drawSent);
  asker.changed.on(() => document.body.classList.toggle("busy", asker.going !== undefined));
  conversation.changed.on(({ type }) => {
    if (type === "change") return;
    drawFirst();
    drawStatus();
  });
  composer.follow(asker);
  desk = { conversation, runner, asker, turns };
  drawChoices();
  drawStatus();
  drawKeeping();
  return desk;
}

/** Takes another conversation in the place of this one. Python starts anew, with the other one's files. */
async function turnTo(opened: Opened): Promise<Desk> {
  await desk?.asker.end();
  await archive.keeper.flush();
  archive.begin(opened);
  return relay();
}

function relay(): Desk {
  const laid = lay();
  stock.turn({ example: undefined, files: {}, kept: archive.open.files }, true);
  return laid;
}

function stepActions(entry: StepEntry, runner: Runner, conversation: Conversation): StepActions {
  const id = conversation.cellOf(entry)?.id ?? "";
  return {
    run: () => runner.run(id),
    stop: () => void runner.cancel(id),
    runLonger: (ms) => runner.runLonger(id, ms),
    runAbove: () => runner.runAbove(id),
    retry: () => {
      if (session.phase === "failed") session.open();
      runner.run(id);
    },
    source: (text) => conversation.notebook.setSource(id, text),
    branch: () => void branch(entry, conversation),
    readFile: (path) => session.read(path),
    askTable: {
      page: (ref, asked) => session.table(ref, asked),
      save: (ref, selection, name) => session.saveTable(ref, selection, name),
    },
    wantSvg: () => {
      store.choose({ svg: true });
      toast("From now on figures come as SVG too. Run the cell again to get this one.");
    },
    complete: (code, cursor) => session.complete(code, cursor),
  };
}

/** Goes on from a step: a conversation of its own, its cells run again in a fresh Python, of which nothing is sent. */
async function branch(entry: StepEntry, conversation: Conversation): Promise<void> {
  const source = conversation.cellOf(entry)?.source ?? entry.code;
  const made = conversation.until(entry);
  const { runner } = await turnTo({ conversation: made, files: new Map(archive.open.files) });
  runner.runAll();
  const changed = source !== entry.code;
  composer.begin(
    changed
      ? `I changed the code of step ${entry.number} to this:\n\`\`\`python\n${source}\n\`\`\`\nGo on from there. `
      : "",
  );
  toast(
    "A branch: its cells run again, and nothing of that is sent.",
    { label: "Conversations", run: () => conversations() },
    "branch",
  );
}

// ---------------------------------------------------------------- what a person does

function submit(text: string): boolean {
  const { model } = choices.now;
  if (!model) {
    modelless.show({
      text: "No model is set up yet.",
      hint: "Choose one, or let the demo model show how it goes: it follows a script in this page. Your question stays where it is.",
      action: { label: "Choose a model", run: chooseModel },
      other: { label: "Use the demo model", run: () => take(DEMO) },
    });
    byId("modelless").scrollIntoView({ block: "center" });
    return false;
  }
  desk?.asker.ask(text);
  return true;
}

function take(model: NonNullable<typeof choices.now.model>): void {
  choices.choose({ model });
  modelless.hide();
  drawChoices();
}

function chooseModel(): void {
  modelDialog({ now: choices.now.model, hosts, offers, choose: take, signIn: () => void signIn() });
}

/** Goes to OpenRouter; what proves that the same page has come back stays in this tab. */
async function signIn(): Promise<void> {
  try {
    const { url, verifier } = await beginSignIn({ callback: new URL("ask", document.baseURI) });
    await archive.keeper.flush();
    sessionStorage.setItem(VERIFIER, verifier);
    location.assign(url);
  } catch (error) {
    toast(error instanceof Error ? error.message : "This browser can’t sign in from here.");
  }
}

/** Back from there: the code is good once, and for this tab alone. */
async function signedBack(): Promise<void> {
  const back = signedIn(location.href);
  if (!back) return;
  history.replaceState(history.state, "", back.address);
  const verifier = sessionStorage.getItem(VERIFIER);
  sessionStorage.removeItem(VERIFIER);
  // Not asked for here: somebody else's code would make this page use somebody else's key.
  if (!verifier) return;
  try {
    const key = await finishSignIn({ code: back.code, verifier });
    const { model } = choices.now;
    const name = model?.kind === "openrouter" ? model.name : "";
    const now = { kind: "openrouter" as const, base: "", name, key, keepKey: false, images: false };
    modelDialog({ now, hosts, offers, choose: take, signIn: () => void signIn() });
  } catch (error) {
    toast(error instanceof Error ? error.message : "OpenRouter gave no key.");
  }
}

function focusMode(): void {
  byId("outflow-body").querySelector<HTMLElement>("input:checked")?.focus();
}

async function example(): Promise<void> {
  const found = await find(EXAMPLE);
  for (const [name, read] of Object.entries(found?.data ?? {})) {
    try {
      await given.put(name, await read());
    } catch (error) {
      toast(`${name} could not be fetched. ${error instanceof Error ? error.message : ""}`.trim());
    }
  }
}

/** The whole loop at once: example data where there is none, and the demo model where no other is chosen. */
async function show(): Promise<void> {
  if (given.all.size === 0) await example();
  if (!choices.now.model) take(DEMO);
  if (given.all.size > 0) submit(FIRST_QUESTION);
}

/** A cell of the person's own that opens a file, and runs. */
async function useFile(path: string): Promise<void> {
  try {
    const head = await (await session.read(path)).slice(0, HEAD_BYTES).arrayBuffer();
    ownCell(openingCode(path, new Uint8Array(head)), `opens ${plainName(path)}`, true);
  } catch {
    toast(`${plainName(path)} could not be read.`);
  }
}

function ownCell(code: string, title: string, run: boolean): void {
  if (!desk) return;
  const { conversation, runner } = desk;
  const cell = conversation.cellOf(conversation.step({ code, title }));
  if (cell && run) runner.run(cell.id);
  document.querySelector(".step:last-of-type")?.scrollIntoView({ block: "center" });
}

function saveAs(ending: string, text: string, type: string): void {
  download(`${safeName(archive.open.conversation.title)}.${ending}`, new Blob([text], { type }));
}

function saveIpynb(): void {
  saveAs("ipynb", ipynbOf(archive.open.conversation, session.info?.python ?? "3.14"), "application/x-ipynb+json");
}

function conversations(): void {
  notebooksDialog(
    {
      current: () => archive.keeper.id,
      name: () => archive.open.conversation.title,
      list: () => archive.list(),
      open: (id) => void openKept(id),
      fresh: () => void fresh(),
      rename: (name) => {
        archive.open.conversation.name = name.trim() === "" ? undefined : name.trim();
        archive.touch();
        drawStatus();
      },
      remove: (id) => archive.take(id),
      forget,
    },
    CONVERSATIONS,
  );
}

async function openKept(id: string): Promise<void> {
  await desk?.asker.end();
  await archive.keeper.flush();
  if (await archive.load(id)) relay();
  else toast("This conversation is not kept any more.");
}

async function fresh(): Promise<void> {
  await turnTo({ conversation: new Conversation(), files: new Map() });
  byId("question").focus();
}

async function keep(on: boolean): Promise<void> {
  choices.choose({ keep: on });
  const open = await archive.close();
  archive = new Archive(on, say);
  archive.changed.on(drawKeeping);
  archive.begin(open);
  drawKeeping();
  if (on) return toast("From now on conversations and files are kept in this browser.", undefined, "keeping");
  toast(
    "From now on nothing is kept. What is kept already stays until you forget it.",
    { label: "Forget it", run: () => ask() },
    "keeping",
  );
}

async function forget(): Promise<void> {
  await desk?.asker.end();
  await archive.close();
  await forgetAsking();
  sessionStorage.setItem(FORGOTTEN, "yes");
  location.reload();
}

function ask(): void {
  const dialog = openDialog(
    "Forget all conversations?",
    "forget",
    h(
      "p",
      { class: "lead" },
      "Conversations with their files and lists of what was sent, the chosen model and its key: all of it goes from this browser, in every tab. Notebooks stay.",
    ),
    h(
      "p",
      { class: "dialog-actions" },
      h(
        "button",
        { type: "button", class: "button primary", "data-testid": "forget-sure", on: { click: () => void forget() } },
        "Forget all",
      ),
      h("button", { type: "button", class: "button", on: { click: () => dialog.close() } }, "Cancel"),
    ),
  );
}

// ---------------------------------------------------------------- start

for (const holder of document.querySelectorAll<HTMLElement>("[data-icon]"))
  holder.prepend(icon(holder.dataset.icon as Parameters<typeof icon>[0]));
byId("fresh").addEventListener("click", () => void fresh());
byId("notebook-name").addEventListener("click", conversations);
deskMenu(
  {
    conversations,
    addCell: () => ownCell("", "", false),
    restart: () => {
      void desk?.runner.stop();
      session.restart().then(
        () => toast("Python restarted. Variables are gone, files are kept."),
        (error: Error) => toast(error.message),
      );
    },
    saveIpynb,
    savePy: () => saveAs("py", pythonOf(archive.open.conversation), "text/x-python"),
    saveReport: () => saveAs("html", reportOf(archive.open.conversation, new Date()), "text/html"),
    keep: (on) => void keep(on),
    forget: ask,
    theme: (theme) => {
      store.choose({ theme });
      applyTheme(theme);
    },
  },
  () => ({
    theme: store.choices().theme,
    keeps: choices.now.keep,
    empty: archive.open.conversation.entries.length === 0,
  }),
);
session.news.on((news) => {
  if (news === "phase" || news === "progress") drawStatus();
  if (news === "phase") drawFailure();
  if (news === "files") drawFiles();
});
stock.changed.on(drawFiles);
archive.changed.on(drawKeeping);
sheets();
makeRoomForKeyboard();

/** Who has chosen no model has the first one that this server asks for them. */
async function takeOffered(): Promise<void> {
  const [first] = await offered().catch(() => []);
  if (!first || choices.now.model) return;
  const { model: name, prices } = first;
  take({ kind: "server", base: "", name, key: "", keepKey: false, images: false, ...(prices && { prices }) });
}

async function start(): Promise<void> {
  const { model } = choices.now;
  try {
    if (model) modelOf(model);
  } catch {
    choices.choose({ model: undefined });
  }
  const kept = choices.now.keep ? await archive.last() : undefined;
  lay();
  know(archive.open.files);
  if (kept && kept.conversation.entries.length > 0)
    toast(`“${kept.conversation.title}” is as you left it.`, { label: "New", run: () => void fresh() }, "kept");
  if (sessionStorage.getItem(FORGOTTEN) !== null) toast("All conversations are forgotten, with their files and keys.");
  sessionStorage.removeItem(FORGOTTEN);
  void signedBack();
  if (offers && !choices.now.model) void takeOffered();
  const { connection } = navigator as Navigator & { connection?: { saveData?: boolean } };
  if (connection?.saveData !== true) return session.open();
  const size = await session.size().catch(() => undefined);
  if (session.phase !== "waiting") return;
  notice.show({
    text: `Python is ${size === undefined ? "large" : `about ${bytes(size)}`}, and this connection saves data.`,
    hint: "It is loaded when the first question is asked.",
    action: { label: "Load now", run: () => session.open() },
  });
}

void start();
