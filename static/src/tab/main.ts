// The page where a person lets a program run code in their tab.
//
//   code ──► joining ──► consent ──► connected ──► ended ──► code
//              └────────────┴── refused, wrong, gone ──┘

import { Drive } from "../headless/drive";
import { bytes, plainName, plural } from "../page/model/format";
import { statusOf } from "../page/model/status";
import { browserStorage, Store } from "../page/model/store";
import { beThePage, goToTwin } from "../page/twin";
import { announce } from "../page/view/announce";
import { byId, fill, setText } from "../page/view/dom";
import { icon } from "../page/view/icons";
import { applyTheme } from "../page/view/theme";
import { Answers } from "./answer";
import { Link } from "./link";
import { RunsView } from "./runs-view";
import { codeStep, consentStep, grouped, waitStep } from "./steps";
import { Watched } from "./watched";

/** Where this page is without isolation. */
const TWIN = "tab-plain";

beThePage(TWIN, "tab");
applyTheme(new Store(browserStorage()).choices().theme);

const step = byId("step");
const ended = byId("ended");
const stop = byId("stop") as HTMLButtonElement;
const disconnect = byId("disconnect");
const runs = new RunsView(byId("runs"), async (path) => {
  if (!watched) throw new Error("The sandbox is closed.");
  return watched.files.read(path);
});
let link: Link | undefined;
let watched: Watched | undefined;

for (const holder of document.querySelectorAll<HTMLElement>("[data-icon]")) {
  holder.prepend(icon(holder.dataset.icon as Parameters<typeof icon>[0]));
}
stop.addEventListener("click", () => void watched?.interrupt());
disconnect.addEventListener("click", () => link?.leave("disconnected", "You have disconnected the program."));

void goToTwin(TWIN).then((goes) => goes || begin());

function begin(): void {
  const token = grouped(location.hash);
  // The address is shown, shared and remembered; the code in it is nobody else's business.
  if (location.hash !== "") history.replaceState(null, "", location.pathname);
  if (token.length === 19) return join(token);
  const [entry] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  if (entry?.type === "reload") {
    tell("This page was reloaded, which ends every connection. The program can ask again with a new code.");
  }
  askForCode();
}

// A second link in the same tab changes the fragment only.
addEventListener("hashchange", () => {
  if (location.hash === "") return;
  link?.leave("disconnected", "You have opened another program’s link.");
  begin();
});

function askForCode(): void {
  fill(step, codeStep(join));
  show("quiet", "not connected");
}

function join(token: string): void {
  ended.hidden = true;
  fill(step, waitStep("Looking for the program…"));
  show("busy", "connecting");
  const current = new Link(token, {
    offered: (program) => {
      show("busy", "asks for consent");
      const name = plainName(program.name);
      announce(`${name || "A program"} wants to run Python in this tab`);
      const answers = {
        allow: () => connect(current, name),
        refuse: () => current.leave("refused", "You have refused. Nothing was run."),
      };
      fill(step, consentStep({ name, address: plainName(program.address) }, answers));
      // Not on "Allow": a key pressed by chance must not be consent.
      step.querySelector<HTMLElement>("#consent-title")?.focus();
    },
    call: (id, method, args) => void answers?.call(id, method, args),
    more: (id) => answers?.more(id),
    ended: (reason) => {
      if (link !== current) return;
      link = undefined;
      end(reason);
    },
  });
  link = current;
}

let answers: Answers | undefined;

function connect(current: Link, name: string): void {
  const label = name || "a program";
  step.replaceChildren();
  const drive = new Drive((options) => {
    // A program opens one sandbox; a second call would leave the first one running unseen.
    void watched?.sandbox.close();
    const own = new Watched(options, runs, {
      state: (state) => {
        if (watched !== own || state === "closed") return;
        stop.disabled = state !== "running";
        document.body.classList.toggle("busy", state === "running");
        const { tone, text } = statusOf({ phase: state, queued: 0, loading: [] });
        show(tone, `${state === "ready" ? "connected" : text} · ${label}`);
      },
      progress: (progress) => {
        if (watched !== own || own.sandbox.state !== "loading") return;
        show("busy", `${statusOf({ phase: "loading", progress, queued: 0, loading: [] }).text} · ${label}`);
      },
      files: (files) => {
        if (watched !== own) return;
        const names = files.slice(0, 5).map(({ path, size }) => `${plainName(path)} (${bytes(size)})`);
        const more = files.length - names.length;
        setText(
          byId("files"),
          `In the sandbox: ${names.join(", ")}${more > 0 ? ` and ${plural(more, "more file")}` : ""}`,
        );
        byId("files").hidden = files.length === 0;
      },
    });
    watched = own;
    return own;
  });
  answers = new Answers(drive, (reply) => current.send(reply));
  stop.hidden = disconnect.hidden = false;
  disconnect.focus();
  show("busy", `connected · ${label}`);
  announce(`${label} is connected`);
  current.agree();
}

function end(reason: string): void {
  const own = watched;
  answers = undefined;
  stop.hidden = disconnect.hidden = true;
  byId("files").hidden = true;
  document.body.classList.remove("busy");
  tell(reason);
  askForCode();
  void own?.sandbox.close();
}

function tell(reason: string): void {
  fill(ended, reason);
  ended.hidden = false;
}

function show(tone: "quiet" | "busy" | "ok" | "bad", text: string): void {
  byId("status").dataset.tone = tone;
  setText(byId("status-text"), text);
}
