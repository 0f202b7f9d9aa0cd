// Light or dark: as the system says, or as the person chose.

import type { Theme } from "../model/store";

const dark = matchMedia("(prefers-color-scheme: dark)");

/** Sets the theme on the document; "auto" goes on following the system. */
export function applyTheme(theme: Theme): void {
  const root = document.documentElement;
  root.dataset.theme = theme === "auto" ? (dark.matches ? "dark" : "light") : theme;
  root.dataset.choice = theme;
}

dark.addEventListener("change", () => {
  if (document.documentElement.dataset.choice === "auto") applyTheme("auto");
});
