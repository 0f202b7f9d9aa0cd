// The self-test in front of the reader: a second sandbox, sealed like theirs, tries to get out; each attempt and what
// held it is shown as it happens. Their own session is not touched.

import { Sandbox } from "../../host/index";
import { plural } from "../model/format";
import { PROBES, type Probe } from "../model/probes";
import { openDialog } from "./dialogs";
import { h, setText } from "./dom";
import { icon } from "./icons";

interface Row {
  dom: HTMLElement;
  show(state: "running" | "held" | "open", detail: string): void;
}

function row(title: string): Row {
  const mark = h("span", { class: "probe-mark", "aria-hidden": "true" });
  const detail = h("span", { class: "probe-detail", dir: "auto" });
  const dom = h(
    "li",
    { class: "probe", "data-testid": "probe" },
    mark,
    h("span", { class: "probe-title" }, title),
    detail,
  );
  return {
    dom,
    show(state, text) {
      dom.dataset.state = state;
      mark.replaceChildren(
        state === "running" ? h("span", { class: "spinner" }) : icon(state === "held" ? "check" : "blocked"),
      );
      setText(detail, text);
    },
  };
}

/** Whether this page itself reaches the server: if it did not, a refusal inside would prove nothing. */
async function control(server: string): Promise<boolean> {
  return fetch(server, { cache: "no-store" }).then(
    (response) => response.ok,
    () => false,
  );
}

async function attempt(sandbox: Sandbox, probe: Probe, server: string): Promise<string | undefined> {
  const code = probe.code.replaceAll("{server}", server);
  const { status, text, error, note } = await sandbox.execute(code, { timeout: probe.timeout ?? 5_000 });
  return probe.held({ status, text, error, note });
}

export async function selfTestDialog(): Promise<void> {
  const server = new URL(`${document.documentElement.dataset.base ?? ""}healthz`, document.baseURI).href;
  const line = h(
    "p",
    { class: "lead", role: "status", "data-testid": "self-test-result" },
    "Opening a second sandbox …",
  );
  const first = row("This page can reach its server (so a refusal below means something)");
  const rows = PROBES.map((probe) => row(probe.title));
  const list = h("ol", { class: "probes" }, first.dom, ...rows.map(({ dom }) => dom));
  const dialog = openDialog("Self-test", "self-test", line, list);
  const sandbox = Sandbox.create({ packages: [], spare: false, standby: false });
  dialog.addEventListener("close", () => void sandbox.close());
  try {
    first.show("running", "");
    const reaches = await control(server);
    first.show(reaches ? "held" : "open", reaches ? "yes, as it should" : "no: the server does not answer");
    await sandbox.ready;
    let held = 0;
    for (const [at, probe] of PROBES.entries()) {
      if (!dialog.open) return;
      setText(line, `Attempt ${at + 1} of ${PROBES.length} …`);
      rows[at]?.show("running", "");
      const by = await attempt(sandbox, probe, server);
      rows[at]?.show(by === undefined ? "open" : "held", by ?? "this was not refused");
      if (by !== undefined) held += 1;
    }
    const all = held === PROBES.length && reaches;
    setText(
      line,
      all
        ? `All ${PROBES.length} attempts were refused. Nothing left this tab.`
        : `${plural(PROBES.length - held, "attempt")} not refused: don't trust this browser with private data, and please tell whoever runs this site.`,
    );
  } catch (error) {
    setText(line, `The self-test could not run: ${(error as Error).message}`);
  } finally {
    void sandbox.close();
  }
}
