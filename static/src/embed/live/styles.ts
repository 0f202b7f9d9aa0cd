// The style of all that is loaded with Python, as one sheet that every shadow root shares.

import answers from "../../page/styles/answers.css";
import base from "../../page/styles/base.css";
import controls from "../../page/styles/controls.css";
import dialogs from "../../page/styles/dialogs.css";
import editor from "../../page/styles/editor.css";
import outputs from "../../page/styles/outputs.css";
import overlays from "../../page/styles/overlays.css";
import prose from "../../page/styles/prose.css";
import table from "../../page/styles/table.css";
import text from "../../page/styles/text.css";
import tokens from "../../page/styles/tokens.css";
import own from "../styles/live.css";

let sheet: CSSStyleSheet | undefined;

/** Puts the sheet into a root, below what is there already. */
export function adopt(root: ShadowRoot): void {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    const parts = [tokens, base, controls, outputs, text, answers, prose, table, overlays, dialogs, editor, own];
    sheet.replaceSync(parts.join("\n"));
  }
  if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets = [sheet, ...root.adoptedStyleSheets];
}
