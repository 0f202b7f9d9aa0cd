// belljar's SDK, served as /sdk.js and packed for npm.
//
//   import { Sandbox } from "/sdk.js";
//   const sandbox = await Sandbox.open();
//   const { text } = await sandbox.execute("1 + 1");     // "2"

export type { Step } from "../common/timing";
export type { Limits } from "../protocol/limits";
export type { FileInfo, Inspection } from "../protocol/messages";
export type {
  AssetFile,
  PackageImage,
  Policy,
  PolicyPackage,
  PolicySnapshot,
  Profile,
} from "../protocol/policy";
export type {
  Blocked,
  Bundle,
  Cell,
  Chart,
  ErrorInfo,
  FileChange,
  Status,
  TableColumn,
  TableData,
} from "../protocol/results";
export type { CallOptions } from "./api/abort";
export type { Context, ContextOptions } from "./api/context";
export type { Listener } from "./api/emitter";
export { Execution, type Logs, Result } from "./api/execution";
export type { Files } from "./api/files";
export type {
  Completions,
  ExecuteOptions,
  FileData,
  FolderData,
  PackageState,
  Progress,
  SandboxEvents,
  SandboxInfo,
  SandboxOptions,
  SandboxState,
} from "./api/options";
export { Sandbox } from "./sandbox";
export type { Fetched } from "./supply/assets";
export type { PolicyOverride } from "./supply/choice";
