// belljar's SDK, served as /sdk.js and packed for npm.
//
//   import { Sandbox } from "/sdk.js";
//   const sandbox = await Sandbox.open();
//   const { text } = await sandbox.execute("1 + 1");     // "2"

export type { Limits } from "../protocol/limits";
export type { FileInfo } from "../protocol/messages";
export type {
  AssetFile,
  PackageImage,
  Policy,
  PolicyPackage,
  PolicySnapshot,
  Profile,
} from "../protocol/policy";
export type { Blocked, Bundle, Cell, ErrorInfo, FileChange, Status, TableColumn, TableData } from "../protocol/results";
export type { Step } from "../protocol/timing";
export type { CallOptions } from "./abort";
export type { Fetched } from "./assets";
export type { PolicyOverride } from "./choice";
export type { Context, ContextOptions } from "./context";
export type { Listener } from "./emitter";
export { Execution, type Logs, Result } from "./execution";
export type { Files } from "./files";
export type {
  Completions,
  ExecuteOptions,
  FileData,
  PackageState,
  Progress,
  SandboxEvents,
  SandboxInfo,
  SandboxOptions,
  SandboxState,
} from "./options";
export { Sandbox } from "./sandbox";
