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
