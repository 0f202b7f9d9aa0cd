// Modules that only the bundler knows.

/** The worker bundle as text: the frame makes a blob: worker of it. */
declare module "belljar:worker" {
  const source: string;
  export default source;
}

/** Hash of all that lies in a snapshot's heap or decides what does: a snapshot of another belljar is none. */
declare module "belljar:stamp" {
  const stamp: string;
  export default stamp;
}
