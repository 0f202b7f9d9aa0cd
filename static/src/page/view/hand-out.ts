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

export function safeName(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control and bidi characters are what is removed
  const clean = name.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069/\\:*?"<>|]+/g, "_");
  return clean.replace(/^\.+/, "").slice(0, 120) || "download";
}

export async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    toast("Copied.");
  } catch {
    toast("The browser did not allow copying. Use the download instead.");
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
