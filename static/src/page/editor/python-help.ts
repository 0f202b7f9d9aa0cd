// What Python tells an editor of the code at its caret: nothing while it can't answer without waiting.

import type { Session } from "../session";
import type { CompletionSource } from "./editor";

export const helpOf = (session: Session): CompletionSource => ({
  get complete() {
    return session.phase === "ready" ? (code: string, cursor: number) => session.complete(code, cursor) : undefined;
  },
  get inspect() {
    return session.phase === "ready" ? (code: string, cursor: number) => session.inspect(code, cursor) : undefined;
  },
});
