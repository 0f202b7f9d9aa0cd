// Code in an address: compressed, behind the "#", so that no server is sent it. UTF-8, deflated, in base64url.

/** The code as it stands in an address. */
export async function packedCode(code: string): Promise<string> {
  const packed = new Blob([code]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  const bytes = new Uint8Array(await new Response(packed).arrayBuffer());
  let binary = "";
  for (let at = 0; at < bytes.length; at += 0x8000) binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** The code of an address. Rejects for what is none, and for more than so many bytes: a short address can hold gigabytes. */
export async function unpackedCode(packed: string, longest: number): Promise<string> {
  const binary = atob(packed.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = Uint8Array.from(binary, (char) => char.charCodeAt(0));
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let code = "";
  let size = 0;
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return code + decoder.decode();
    size += value.length;
    if (size > longest) {
      await reader.cancel();
      throw new RangeError(`The code has more than ${longest} bytes.`);
    }
    code += decoder.decode(value, { stream: true });
  }
}
