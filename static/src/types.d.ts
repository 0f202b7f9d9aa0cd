// Modules that only the bundler knows.

/** The worker bundle as text: the frame makes a blob: worker of it. */
declare module "belljar:worker" {
  const source: string;
  export default source;
}

/** The harness: Python files by their path, e.g. "belljar_harness/session.py". */
declare module "belljar:harness" {
  const files: Record<string, string>;
  export default files;
}

/** Hash of all that lies in a snapshot's heap or decides what does: a snapshot of another belljar is none. */
declare module "belljar:stamp" {
  const stamp: string;
  export default stamp;
}
