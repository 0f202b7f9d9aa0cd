// How the full editor looks. Colours are the tokens of tokens.css: custom properties reach into the shadow root, and both themes come for free.

import { HighlightStyle } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags as t } from "@lezer/highlight";

export const theme = EditorView.theme({
  "&": { color: "var(--ink)", backgroundColor: "transparent", fontSize: "var(--code-size)" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "var(--code-line)", overflowX: "auto" },
  ".cm-content": { padding: "var(--code-pad) 0", caretColor: "var(--accent)" },
  ".cm-line": { padding: "0 12px 0 0" },
  ".cm-gutters": { backgroundColor: "transparent", color: "var(--faint)", border: "none" },
  ".cm-lineNumbers .cm-gutterElement": {
    minWidth: "var(--code-gutter)",
    padding: "0 10px 0 4px",
    boxSizing: "border-box",
    fontSize: "11px",
    fontVariantNumeric: "tabular-nums",
  },
  ".cm-found": { backgroundColor: "var(--warn-wash)", outline: "1px solid var(--warn)" },
  ".cm-found-next": { backgroundColor: "var(--selection)", outline: "2px solid var(--accent)" },
  ".cm-failed-gutter": { color: "var(--bad)", fontWeight: "700" },
  ".cm-failed-line": { backgroundColor: "var(--bad-wash)" },
  ".cm-cursor": { borderLeftColor: "var(--accent)", borderLeftWidth: "2px" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "var(--selection)",
  },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--selection)", outline: "1px solid var(--line-strong)" },
  "&.cm-focused .cm-nonmatchingBracket": { backgroundColor: "var(--bad-wash)" },
  ".cm-tooltip": {
    backgroundColor: "var(--raised)",
    color: "var(--ink)",
    border: "1px solid var(--line-strong)",
    borderRadius: "var(--radius)",
    boxShadow: "var(--shadow)",
    overflow: "hidden",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--mono)", fontSize: "13px", maxHeight: "15em" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "3px 12px" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--accent)", color: "var(--on-accent)" },
  ".cm-completionIcon": { display: "none" },
  ".cm-docs": {
    display: "flex",
    flexDirection: "column",
    maxWidth: "min(44rem, calc(100vw - 40px))",
    maxHeight: "min(20rem, 45vh)",
  },
  ".cm-docs pre": {
    margin: "0",
    padding: "8px 12px",
    overflow: "auto",
    font: "12.5px/1.5 var(--mono)",
    whiteSpace: "pre-wrap",
    overflowWrap: "anywhere",
  },
  ".cm-docs pre:focus-visible": { outline: "2px solid var(--accent)", outlineOffset: "-2px" },
  // Half a line shows that there are more.
  ".cm-docs .cm-docs-signature": {
    flex: "none",
    maxHeight: "min(calc(7.5 * 1.5em + 8px), 20vh)",
    color: "var(--code-name)",
    fontWeight: "600",
  },
  ".cm-docs .cm-docs-text": { borderTop: "1px solid var(--line)" },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "700" },
});

export const highlighting = HighlightStyle.define([
  {
    tag: [t.keyword, t.operatorKeyword, t.controlKeyword, t.definitionKeyword, t.moduleKeyword],
    color: "var(--code-keyword)",
  },
  { tag: [t.string, t.special(t.string)], color: "var(--code-string)" },
  { tag: [t.number, t.bool, t.null], color: "var(--code-number)" },
  { tag: t.comment, color: "var(--code-comment)", fontStyle: "italic" },
  {
    tag: [t.function(t.definition(t.variableName)), t.definition(t.className), t.className],
    color: "var(--code-name)",
  },
  { tag: t.function(t.variableName), color: "var(--code-call)" },
  { tag: t.function(t.propertyName), color: "var(--code-call)" },
  { tag: t.meta, color: "var(--code-keyword)" },
  { tag: t.self, color: "var(--code-keyword)" },
]);
