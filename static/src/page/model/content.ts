// Contents of small files as JSON has them: text as it is, other bytes in base64.

import { isPlainPath } from "../../protocol/paths";

export type FileContent = string | { base64: string };

const MOST_FILES = 50;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

export function toContent(bytes: Uint8Array): FileContent {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    let binary = "";
    for (let at = 0; at < bytes.length; at += 0x8000) binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
    return { base64: btoa(binary) };
  }
}

export function toBlob(content: FileContent): Blob {
  if (typeof content === "string") return new Blob([content]);
  return new Blob([Uint8Array.from(atob(content.base64), (char) => char.charCodeAt(0))]);
}

/** Files by name out of JSON, rebuilt; what is none, or has no plain name, is left out. */
export function filesOf(value: unknown): Record<string, FileContent> {
  if (typeof value !== "object" || value === null) return {};
  const files: [string, FileContent][] = [];
  for (const [name, content] of Object.entries(value) as [string, unknown][]) {
    const known = contentOf(content);
    if (known !== undefined && isPlainPath(name) && files.length < MOST_FILES) files.push([name, known]);
  }
  return Object.fromEntries(files);
}

function contentOf(value: unknown): FileContent | undefined {
  if (typeof value === "string") return value;
  if (typeof value !== "object" || value === null || !("base64" in value)) return undefined;
  const { base64 } = value;
  if (typeof base64 !== "string" || !BASE64.test(base64)) return undefined;
  try {
    atob(base64);
  } catch {
    return undefined;
  }
  return { base64 };
}
