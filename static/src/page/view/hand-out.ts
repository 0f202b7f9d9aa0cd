// Giving things to the person: downloads and the clipboard. Both start from a press.

import { h } from "./dom";
import { toast } from "./toast";

/**
 * Saves a blob under a name. The name loses everything that a file system or a reader could stumble over. Its type is
 * gone, too: opened from the list of downloads' addresses, a document would run as one of this page's origin.
 */
export function download(name: string, blob: Blob): void {
  const url = URL.createObjectURL(new Blob([blob], { type: "application/octet-stream" }));
  const link = h("a", { href: url, download: safeName(name) });
  document.body.append(link);
  link.click();
  link.remove();
  // The download has its own reference by then; a URL kept for ever would keep the bytes.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** What no name on any disk has: control and invisible characters, and those with a meaning to some system. */
const UNSAFE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control and bidi characters are what is removed
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{d800}-\u{dfff}\u{e0000}-\u{e007f}/\\\u2044\u2215\u2216\u29f5\u29f8\u29f9\ufe68\uff0f\uff3c:*?"<>|]+/gu;
/** Devices that Windows finds in every folder, whatever follows the first dot. */
const DEVICE = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?=[ .]|$)/i;

export function safeName(name: string): string {
  const clean = [...name.replace(UNSAFE, "_").replace(/^[.\u2024-\u2026\u3002\ufe52\uff0e\uff61 ~-]+/, "")]
    .slice(0, 120)
    .join("");
  return clean.replace(/(?<![. ])[. ]+$/, "").replace(DEVICE, "_$&") || "download";
}

export async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    toast("Copied.");
  } catch {
    toast("The browser did not allow copying. Use the download instead.");
  }
}

/** Copies text that may still be on its way, so that the press's permission isn't lost. Whether the browser let us. */
export async function copyComing(text: Promise<string>): Promise<boolean> {
  try {
    const blob = text.then((found) => new Blob([found], { type: "text/plain" }));
    await navigator.clipboard.write([new ClipboardItem({ "text/plain": blob })]);
    return true;
  } catch {
    return false;
  }
}

/** Copies a PNG; the blob may still be on its way, so that the press's permission isn't lost. */
export async function copyImage(png: Blob | Promise<Blob>): Promise<void> {
  try {
    await navigator.clipboard.write([new ClipboardItem({ "image/png": png })]);
    toast("Copied.");
  } catch {
    toast("The browser did not allow copying the image. Use the download instead.");
  }
}

/** Base64 of bytes; in pieces, because arguments of a call are few. */
export function base64(bytes: Uint8Array): string {
  let binary = "";
  for (let at = 0; at < bytes.length; at += 0x8000) {
    binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  }
  return btoa(binary);
}

/** Bytes of a base64 text. */
export function fromBase64(base64: string): Uint8Array<ArrayBuffer> {
  const binary = atob(base64);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}
