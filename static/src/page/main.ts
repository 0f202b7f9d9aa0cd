// The page: puts notebook, sandbox and views together. Everything that happens starts in one of the functions below.

import first from "../../examples/sales.py" with { type: "text" };
import { loadFullEditor } from "./editor/loader";
import { helpOf } from "./editor/python-help";
import { beginAnew, showFirst } from "./first-cells";
import { forgetAsking, forgetRuntime } from "./keep/forgetting";
import { Opened } from "./keep/opened";
import { places } from "./keep/places";
import { Leaving } from "./leaving";
import { forgetLink, Library } from "./library";
import { bytes } from "./model/format";
import { holdsNotebook } from "./model/link";
import { Notebook } from "./model/notebook";
import { Pace } from "./model/pace";
import { Runner } from "./model/runner";
import { fromPython } from "./model/script";
import { STOP_RESTARTS } from "./model/start";
import { statusOf } from "./model/status";
import { browserStorage, Store } from "./model/store";
import { Traffic } from "./model/traffic";
import { Offline } from "./offline";
import { siteName } from "./published";
import { Session } from "./session";
import { beThePage, goToTwin } from "./twin";
import { useFile } from "./use-file";
import { tellOpened } from "./view/address";
import { announce } from "./view/announce";
import { banner } from "./view/banner";
import { listenForCommands } from "./view/commands";
import { keysDialog, sealDialog } from "./view/dialogs";
import { Dock } from "./view/dock";
import { byId } from "./view/dom";
import { filesPanel } from "./view/files-panel";
import type { FindBar } from "./view/find-bar";
import { icon } from "./view/icons";
import { keepingView } from "./view/keeping-view";
import { makeRoomForKeyboard } from "./view/keyboard";
import { late } from "./view/late";
import { menu } from "./view/menu";
import { NotebookView } from "./view/notebook-view";
import { notebooksDialog } from "./view/notebooks-dialog";
import { packagesPanel } from "./view/packages-panel";
import { sealPanel } from "./view/seal-panel";
import { sheets } from "./view/sheets";
import { statusView } from "./view/status-view";
import { applyTheme } from "./view/theme";
import { toast } from "./view/toast";
import { watchTraffic } from "./view/watch-traffic";

const FIRST = "sales";
/** Where this page is without isolation. */
const TWIN = "plain";
const NORMAL_LIMIT_MS = 30_000;

beThePage(TWIN, "./");
const store = new Store(browserStorage(), document.documentElement.dataset.colours);
let choices = store.choices();
applyTheme(choices.theme);
void loadFullEditor();

const visited = places();
const notebook = new Notebook();
const traffic = new Traffic(location.origin);
const pace = new Pace();
const session = new Session(traffic);
const limits = () => {
  const limit = session.policy?.limits;
  return { normal: limit?.timeout_ms ?? NORMAL_LIMIT_MS, most: limit?.max_timeout_ms ?? NORMAL_LIMIT_MS };
};
const runner = new Runner(notebook, session, {
  timeLimit: () => Math.min(choices.timeLimit ?? limits().normal, limits().most),
  most: () => limits().most,
  svg: () => choices.svg,
  now: () => performance.now(),
});

const opened = new Opened(
  { notebook, session, stop: () => void runner.stop(), say: (text, action) => toast(text, action, "keeping") },
  { cells: fromPython(first), example: FIRST },
  visited ?? { current: undefined, former: undefined },
);
const library = new Library({ notebook, session, opened, use: (path) => use(path) });
const leaving = new Leaving({ notebook, session, opened, library });
const offline = new Offline();
const testSeal = async () => (await late(() => import("./view/self-test")))?.selfTestDialog();
const explainSeal = () => sealDialog(() => void library.openExample("escape"));
const showStatus = statusView();
const notice = banner();
const view = new NotebookView(byId("cells"), notebook, runner, {
  readFile: (path) => session.read(path),
  askTable: session.tables,
  wantSvg: () => {
    choices = store.choose({ svg: true });
    toast("From now on figures come as SVG too. Run the cell again to get this one.");
  },
  retry: () => {
    if (session.phase === "failed") session.open();
  },
  completion: helpOf(session),
});
const dock = new Dock(notebook, runner, view);
const use = (path: string) => void useFile(path, { notebook, session, runner, view });
let finder: FindBar | undefined;
async function find(replacing: boolean): Promise<void> {
  const found = finder ? undefined : await late(() => import("./view/find-bar"));
  if (found) finder ??= new found.FindBar(notebook, view);
  finder?.open(replacing);
}

// ---------------------------------------------------------------- what is shown about Python

function drawStatus(): void {
  const { phase, progress, info } = session;
  const busy = runner.busy;
  showStatus(
    statusOf({
      phase: busy && phase === "ready" ? "running" : phase,
      progress,
      left: progress && pace.left(progress.wire, performance.now()),
      queued: runner.queued,
      loading: runner.loading,
      python: info?.python,
      readyMs: info?.readyMs,
    }),
  );
  document.title = `${busy && phase === "running" ? "Running · " : ""}${opened.name} · ${siteName()}`;
  document.body.classList.toggle("busy", busy);
  const stop = byId("stop");
  stop.toggleAttribute("disabled", !busy);
  stop.title = info?.isolation === "plain" ? STOP_RESTARTS : "";
  dock.draw();
}

function drawFailure(): void {
  if (session.phase === "failed") {
    void goToTwin(TWIN);
    notice.show({
      text: session.failure ?? "Python could not start.",
      hint: "Your cells are safe. A current Chrome, Edge, Firefox or Safari runs this page; a blocked download is often a network filter.",
      action: { label: "Try again", run: () => session.open() },
    });
  } else if (session.phase !== "waiting") notice.hide();
}

const files = filesPanel({
  add: (list) => void library.add(list),
  addFolder: (name, list) => void library.addFolder(name, list),
  read: (path) => session.read(path),
  remove: (path) => library.remove(path),
  use,
});
const packages = packagesPanel((module) => session.load(module));
const seal = sealPanel(
  traffic,
  () => session.started,
  explainSeal,
  () => void testSeal(),
);
const drawFiles = () => files.update(session.files, opened.stock.coming);

/** What a visit needs is kept once, when its Python is up. */
let keeping = false;
session.news.on((news) => {
  if (news === "progress" && session.progress) pace.add(session.progress.received, performance.now());
  if (news === "phase" || news === "progress") drawStatus();
  if (news === "phase") drawFailure();
  if (news === "phase" && session.phase === "ready" && !keeping) {
    keeping = true;
    void (choices.offline ? offline.start() : offline.forget()).catch(() => undefined);
  }
  if (news === "files") drawFiles();
  if (news === "packages" || news === "policy") packages.update(session.packages, session.policy);
  if (news === "traffic" || news === "phase") seal.update();
});
session.restarted.on(() => {
  // Numbers in brackets say what Python has run: it has run nothing now.
  for (const cell of notebook.cells) if (cell.id !== runner.current) notebook.setRun(cell.id, { count: undefined });
});
opened.stock.changed.on(drawFiles);
opened.changed.on(drawStatus);
keepingView({ opened, saveIpynb: () => leaving.saveIpynb(), notebooks });
runner.changed.on(drawStatus);
runner.ended.on(({ cell, execution }) => {
  // Of a notebook that has made room meanwhile it is no news.
  if (!notebook.get(cell.id)) return;
  opened.ran(execution.files);
  const where = `Cell ${notebook.indexOf(cell.id) + 1}`;
  announce(execution.status === "ok" ? `${where} finished` : `${where}: ${execution.error?.name ?? execution.status}`);
});
watchTraffic(traffic, () => seal.update());
tellOpened((address) => {
  traffic.opened(address);
  seal.update();
});

// ---------------------------------------------------------------- controls

const act = listenForCommands({ notebook, runner, view, showKeys: keysDialog, save: () => leaving.save(), find });
const press = (id: string, run: () => void) => byId(id).addEventListener("click", run);
for (const holder of document.querySelectorAll<HTMLElement>("[data-icon]")) {
  holder.prepend(icon(holder.dataset.icon as Parameters<typeof icon>[0]));
}
press("run-all", () => runner.runAll());
press("stop", () => void runner.stop());
press("add-code", () => {
  notebook.select(notebook.cells.at(-1)?.id);
  act("insert-below");
  view.selected?.edit();
});
press("add-text", () => {
  const cell = notebook.insert(notebook.cells.length, { kind: "text", source: "" });
  notebook.select(cell.id);
  view.selected?.edit();
});
press("add-example", () => void library.chooseExample());
press("intro-more", explainSeal);
press("intro-close", () => {
  choices = store.choose({ introSeen: true });
  byId("intro").hidden = true;
});
byId("intro").hidden = choices.introSeen;
const guest = byId("guest");
press("guest-back", () => void library.bringBack());
press("guest-close", () => {
  guest.hidden = true;
});
let guests = false;
opened.changed.on(() => {
  if (guests && !opened.guest && opened.keeper.id !== undefined) forgetLink();
  if (guests !== opened.guest) guest.hidden = !opened.guest;
  guests = opened.guest;
  byId("guest-back").hidden = !opened.canGoBack;
});
addEventListener("hashchange", () => {
  if (holdsNotebook(location.hash)) void library.openLink(location.hash);
});
sheets();
makeRoomForKeyboard();

const opener = byId("open-notebook") as HTMLInputElement;
opener.addEventListener("change", () => {
  const [file] = opener.files ?? [];
  if (file) void library.openNotebook(file);
  opener.value = "";
});
menu(
  {
    restart: () => void restart(),
    clearOutputs: () => {
      const back = notebook.clearOutputs();
      toast("Outputs cleared.", { label: "Undo", run: back }, "cleared");
    },
    notebooks,
    startFresh: () => void library.startFresh(),
    bringBack: () => void library.bringBack(),
    find: () => void find(true),
    copyLink: () => void leaving.copyLink(),
    examples: () => void library.chooseExample(),
    open: () => opener.click(),
    saveIpynb: () => leaving.saveIpynb(),
    savePy: () => leaving.savePython(),
    theme: (theme) => {
      choices = store.choose({ theme });
      applyTheme(theme);
    },
    timeLimit: (timeLimit) => {
      choices = store.choose({ timeLimit });
    },
    svg: (svg) => {
      choices = store.choose({ svg });
    },
    offline: (on) => {
      choices = store.choose({ offline: on });
      if (on) void offline.start();
      else {
        const told = "Nothing is kept for offline use any more.";
        void offline.forget().then(
          () => toast(told),
          () => toast("The browser did not let go of what is kept. Its settings for this site can."),
        );
      }
    },
    keys: keysDialog,
    seal: explainSeal,
  },
  () => ({
    choices,
    limits: limits(),
    canBringBack: opened.canGoBack,
    offline: offline.offered ? { size: offline.size, full: offline.full } : undefined,
  }),
);

function notebooks(): void {
  notebooksDialog({
    current: () => opened.keeper.id,
    name: () => opened.name,
    list: () => opened.list(),
    open: (id) => {
      forgetLink();
      void opened.open(id).then((there) => there || toast("This notebook is not kept any more."));
    },
    fresh: () => void library.startFresh(),
    rename: (name) => opened.rename(name),
    remove: (id) => opened.remove(id),
    forget: async () => {
      await opened.forget();
      await offline.forget().catch(() => undefined);
      forgetRuntime();
      await forgetAsking();
      browserStorage()?.removeItem("belljar.choices");
      beginAnew();
    },
  });
}

async function restart(): Promise<void> {
  if (session.phase === "failed" || session.phase === "waiting") return session.open();
  void runner.stop();
  try {
    await session.restart();
    toast("Python restarted. Variables are gone, files are kept.");
  } catch (error) {
    toast(error instanceof Error ? error.message : "Python could not be restarted. Reload the page.");
  }
}

// ---------------------------------------------------------------- start

async function start(): Promise<void> {
  if (await goToTwin(TWIN)) return;
  drawStatus();
  void showFirst(opened, library, notebooks);
  if (metered()) {
    const size = await session.size().catch(() => undefined);
    if (session.phase !== "waiting") return;
    notice.show({
      text: `Python is ${size === undefined ? "large" : `about ${bytes(size)}`}, and this connection saves data.`,
      hint: "You can read and write now, and load it when you run a cell.",
      action: { label: "Load now", run: () => session.open() },
    });
    return;
  }
  session.open();
}

function metered(): boolean {
  const { connection } = navigator as Navigator & { connection?: { saveData?: boolean } };
  return connection?.saveData === true;
}

void start();
