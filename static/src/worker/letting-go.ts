// Lets go of bytes that were read from a blob once they are copied into Python's memory. A worker in which Python computes
// never rests, so what a read leaves behind is collected late: 750 MB of it lay about while two gigabytes were gone through.

/**
 * Gives a way to let go of a buffer at once: it is handed over to a port whose other end is closed. Taking its bytes away
 * in JavaScript (`transfer`) frees nothing, because the browser's own object for what it has read holds them, too.
 */
export function lettingGo(): (buffer: ArrayBuffer) => void {
  const { port1, port2 } = new MessageChannel();
  port2.close();
  const post = port1.postMessage.bind(port1);
  return (buffer) => {
    try {
      post(null, [buffer]);
    } catch {
      // It can't be handed over, and is collected some time.
    }
  };
}
