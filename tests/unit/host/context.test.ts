// Contexts: variables of their own, in one sandbox.

import { describe, expect, test, vi } from "vitest";
import { Context } from "../../../static/src/host/api/context";
import { Execution } from "../../../static/src/host/api/execution";
import type { ExecuteOptions } from "../../../static/src/host/api/options";
import { Asked } from "../../../static/src/host/tenancy/cell";

describe("contexts", () => {
  test("a context runs under its name, also where an option says another", async () => {
    const execute = vi.fn(async (_code: string, _options: ExecuteOptions) => new Execution({ status: "ok" }));
    const context = new Context("ada", execute);
    await context.execute("1", { timeout: 5, context: "eve" } as never);
    expect(execute).toHaveBeenCalledWith("1", { timeout: 5, context: "ada" });
    expect(new Asked("1", { context }).context).toBe("ada");
  });
});
