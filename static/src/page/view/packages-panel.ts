// Packages: what is loaded, what is being loaded, and what an import would bring.

import type { PackageState, Policy } from "../../host/index";
import { bytes, plural } from "../model/format";
import { byId, fill, h } from "./dom";
import { icon } from "./icons";
import { toast } from "./toast";

export interface PackagesPanel {
  update(packages: readonly PackageState[], policy: Policy | undefined): void;
}

/** `load` imports a module; false when that failed. */
export function packagesPanel(load: (module: string) => Promise<boolean>): PackagesPanel {
  const loaded = h("ul", { class: "package-list", "aria-label": "Loaded packages" });
  const filter = h("input", {
    type: "search",
    class: "field",
    placeholder: "Find a package",
    "aria-label": "Find a package on demand",
  });
  const available = h("ul", { class: "package-list", "aria-label": "Packages on demand" });
  const summary = h("summary", {});
  const more = h(
    "details",
    { class: "on-demand" },
    summary,
    h("p", { class: "hint" }, "An import loads them. Nothing else can be installed."),
    filter,
    available,
  );
  const empty = h("p", { class: "muted" }, "come with Python");
  fill(byId("packages-body"), loaded, empty, more);
  more.hidden = true;

  let state: { packages: readonly PackageState[]; policy: Policy | undefined } = { packages: [], policy: undefined };
  let shown = "";
  filter.addEventListener("input", () => draw());

  const row = ({ name, version, state: now }: PackageState) => {
    const file = state.policy?.packages[name];
    const module = file?.imports[0];
    const press = async () => {
      if (module === undefined) return;
      if (!(await load(module))) toast(`${name} could not be loaded.`);
    };
    return h(
      "li",
      { class: `package ${now}`, "data-testid": "package-item", "data-state": now },
      h("span", { class: "package-name" }, name),
      h("span", { class: "version" }, version),
      now === "loading" && h("span", { class: "spinner", role: "img", "aria-label": "loading" }),
      now === "available" && file !== undefined && h("span", { class: "size" }, bytes(file.file.size)),
      now === "available" &&
        module !== undefined &&
        h(
          "button",
          {
            type: "button",
            class: "icon-button",
            "aria-label": `Load ${name}`,
            title: `Load ${name}`,
            on: { click: () => void press() },
          },
          icon("download"),
        ),
    );
  };

  function draw(): void {
    const { packages } = state;
    const wanted = filter.value.trim().toLowerCase();
    const key = JSON.stringify([packages, wanted, state.policy !== undefined]);
    if (key === shown) return;
    shown = key;
    const here = packages.filter((one) => one.state !== "available");
    const there = packages.filter((one) => one.state === "available");
    // What people import by name comes first; what those need is folded into the count.
    const first = here.filter(({ name }) => !isSupport(name));
    const rest = here.length - first.length;
    fill(loaded, first.map(row), rest > 0 && h("li", { class: "muted" }, `and ${plural(rest, "package")} these need`));
    empty.hidden = here.length > 0;
    more.hidden = there.length === 0;
    fill(summary, `+ ${there.length} on demand`);
    const found = there.filter(({ name }) => name.toLowerCase().includes(wanted));
    fill(available, found.map(row), found.length === 0 && h("li", { class: "muted" }, "None of that name."));
  }

  /** Needed by another loaded package, and not a thing that people name themselves. */
  function isSupport(name: string): boolean {
    const all = state.policy?.packages ?? {};
    return (
      !/^(numpy|pandas|matplotlib|scipy|scikit-learn)$/.test(name) &&
      state.packages.some((one) => one.state !== "available" && all[one.name]?.depends.includes(name))
    );
  }

  return {
    update(packages, policy) {
      state = { packages, policy };
      draw();
    },
  };
}
