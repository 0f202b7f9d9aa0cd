// The page where a person asks a model about their files: puts conversation, sandbox, model and views together.

import { loadFullEditor } from "../page/editor/loader";
import { bytes, plainName } from "../page/model/format";
import { openingCode } from "../page/model/opening";
import { byId } from "../page/view/dom";
import { icon } from "../page/view/icons";
import { makeRoomForKeyboard } from "../page/view/keyboard";
import { sheets } from "../page/view/sheets";
import { applyTheme } from "../page/view/theme";
import { toast } from "../page/view/toast";
import { Bench } from "./bench";
import { Choosing } from "./choosing";
import { Keeping } from "./keeping";
import { Laying } from "./laying";
import { Showing } from "./showing";
import { TakingAway } from "./taking-away";
import { Composer } from "./view/composer";
import { deskMenu } from "./view/desk-menu";
import { limitsDialog } from "./view/limits-dialog";

/** Bytes of a file that tell how it is opened. */
const HEAD_BYTES = 64_000;

const bench = new Bench();
const { store, choices, session, given } = bench;
applyTheme(store.choices().theme);
void loadFullEditor();

const narrow = matchMedia("(max-width: 56rem)");
const choosing = new Choosing(bench);
const away = new TakingAway(bench);
const composer = new Composer({
  ask: choosing.submit,
  model: choosing.open,
  mode: () => (narrow.matches ? document.querySelector<HTMLElement>("[data-sheet=outflow]")?.click() : focusMode()),
  limits: () => limitsDialog(choices.now.limits, (limits) => void choices.choose({ limits })),
});
const showing = new Showing(bench, composer, {
  add: (files) => void given.add(files),
  example: () => void choosing.example(),
  show: () => void choosing.show(),
  chooseModel: choosing.open,
  useFile: (path) => void useFile(path),
});
const keeping: Keeping = new Keeping(bench, {
  open: (id) => laying.openKept(id),
  fresh: () => laying.fresh(),
  saveIpynb: away.ipynb,
});
const laying: Laying = new Laying(bench, composer, {
  submit: choosing.submit,
  chooseModel: choosing.open,
  conversations: keeping.conversations,
});

function focusMode(): void {
  byId("outflow-body").querySelector<HTMLElement>("input:checked")?.focus();
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
  if (!bench.desk) return;
  const { conversation, runner } = bench.desk;
  const cell = conversation.cellOf(conversation.step({ code, title }));
  if (cell && run) runner.run(cell.id);
  document.querySelector(".step:last-of-type")?.scrollIntoView({ block: "center" });
}

for (const holder of document.querySelectorAll<HTMLElement>("[data-icon]"))
  holder.prepend(icon(holder.dataset.icon as Parameters<typeof icon>[0]));
byId("fresh").addEventListener("click", () => void laying.fresh());
byId("notebook-name").addEventListener("click", keeping.conversations);
deskMenu(
  {
    conversations: keeping.conversations,
    addCell: () => ownCell("", "", false),
    restart: () => {
      void bench.desk?.runner.stop();
      session.restart().then(
        () => toast("Python restarted. Variables are gone, files are kept."),
        (error: Error) => toast(error.message),
      );
    },
    saveIpynb: away.ipynb,
    savePy: away.python,
    saveReport: away.report,
    keep: (on) => void keeping.keep(on),
    forget: keeping.ask,
    theme: (theme) => {
      store.choose({ theme });
      applyTheme(theme);
    },
  },
  () => ({
    theme: store.choices().theme,
    keeps: choices.now.keep,
    empty: bench.open.conversation.entries.length === 0,
  }),
);
sheets();
makeRoomForKeyboard();

async function start(): Promise<void> {
  choosing.check();
  const kept = choices.now.keep ? await bench.archive.last() : undefined;
  laying.lay();
  keeping.draw();
  bench.know();
  if (kept && kept.conversation.entries.length > 0) {
    const fresh = { label: "New", run: () => void laying.fresh() };
    toast(`“${kept.conversation.title}” is as you left it.`, fresh, "kept");
  }
  keeping.sayForgotten();
  choosing.begin();
  const { connection } = navigator as Navigator & { connection?: { saveData?: boolean } };
  if (connection?.saveData !== true) return session.open();
  const size = await session.size().catch(() => undefined);
  if (session.phase !== "waiting") return;
  showing.notice.show({
    text: `Python is ${size === undefined ? "large" : `about ${bytes(size)}`}, and this connection saves data.`,
    hint: "It is loaded when the first question is asked.",
    action: { label: "Load now", run: () => session.open() },
  });
}

void start();
