// Modules that only the bundler knows.

/** The worker bundle as text: the frame makes a blob: worker of it. */
declare module "belljar:worker" {
  const source: string;
  export default source;
}

/** The worker of visitors as text, where the one above is another. */
declare module "belljar:visitors-worker" {
  const source: string;
  export default source;
}

/** What makes a thread of Node look like a browser's worker, as text. */
declare module "belljar:realm" {
  const source: string;
  export default source;
}

/** The Python that a snapshot is used with before it is kept: files by their path. */
declare module "belljar:trials" {
  const files: Record<string, string>;
  export default files;
}

/** Hash of all that lies in a snapshot's heap or decides what does: a snapshot of another belljar is none. */
declare module "belljar:stamp" {
  const stamp: string;
  export default stamp;
}

/** Path of the part of embed.js that comes with the first intent, relative to embed.js. */
declare module "belljar:live" {
  const path: string;
  export default path;
}

/** A style sheet as text, where a script brings it. */
declare module "*.css" {
  const text: string;
  export default text;
}
