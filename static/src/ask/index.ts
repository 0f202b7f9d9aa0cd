// Ask your data: a model writes, the reader's browser runs, and nothing leaves unseen. Served as /ask.js, and packed for npm.
//
//   import { Sandbox } from "/sdk.js";
//   import { ask, chat } from "/ask.js";
//   const model = chat({ base: "https://api.example/v1", model: "name", key });
//   const { text, ledger } = await ask(await Sandbox.open(), "Which region grows?", { model, files: { "sales.csv": file } });

export { type AgentOptions, type ModelContext, type Offer, offerToAgent } from "./agent";
export { type Answer, type AskOptions, type AskSandbox, ask, type Conversation } from "./ask";
export type { Why } from "./ending";
export type { Ledger, LedgerEntry } from "./ledger";
export { type AskLimits, LIMITS } from "./limits";
export { builtIn, builtInState } from "./models/builtin";
export { chat, type Endpoint } from "./models/chat";
export type { Found } from "./models/finding";
export { findLocal, type LocalEndpoint, type LocalServer, local } from "./models/local";
export { type MessagesEndpoint, messages } from "./models/messages";
export {
  type Call,
  type CallResult,
  type Message,
  type Model,
  ModelError,
  type Said,
  type Send,
  type ServerEvent,
  type ToolDefinition,
  type Trouble,
  type Turn,
} from "./models/model";
export { beginSignIn, finishSignIn, openrouter, signedIn } from "./models/openrouter";
export { type PlainMessage, type PlainModel, plain, type Writing } from "./models/plain";
export type { Prices } from "./models/prices";
export { type Offered, offered, proxied } from "./models/proxied";
export { responses } from "./models/responses";
export { demo, type Move, scripted } from "./models/scripted";
export type { Fetch, Posted, Reach } from "./models/wire/posting";
export type { Told } from "./outflow/differences";
export { MODES, type Mode, type OutflowOptions, type Proposed } from "./outflow/outflow";
export type { Column, Part, Probed, RowReader, Rows, Table } from "./schema/probe";
export type { Step, StepState } from "./steps";
