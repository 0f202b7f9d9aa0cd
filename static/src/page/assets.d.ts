// Files that the bundler turns into modules: drawings and data become addresses, example cells become text.

declare module "*.svg" {
  /** Address relative to this module's own file. */
  const path: string;
  export default path;
}
declare module "*.csv" {
  const path: string;
  export default path;
}
declare module "*.txt" {
  const text: string;
  export default text;
}
declare module "*.py" {
  const text: string;
  export default text;
}
