// The life of a sandbox, drawn in host/lifecycle.ts and host/tenancy/tenancy.ts: each end at each place.

import { describe, expect, test } from "vitest";
import type { Sandbox } from "../../../static/src/host/index";
import { pass } from "../fakes/page";
import { turns } from "../fakes/promised";
import { chatter, GONE, MS, PLACES, page, promised, type Scene, silence, staged, started } from "../fakes/sandbox";

staged();

/** How it can end. */
const ENDS: Record<string, { state: Sandbox["state"]; reason: string; end(scene: Scene): void }> = {
  "close()": {
    state: "closed",
    reason: "The sandbox was closed.",
    end: ({ sandbox }) => void promised.given("close", sandbox.close()),
  },
  "its signal": {
    state: "closed",
    reason: "The sandbox was closed.",
    end: ({ controller }) => controller.abort(),
  },
  "its frame, which is navigated away": { state: "failed", reason: GONE, end: () => page.frame.load() },
  "its frame, which gives up": {
    state: "failed",
    reason: "Python could not start: it is broken.",
    end: () => page.frame.say({ type: "failed", reason: "Python could not start: it is broken." }),
  },
};

const ENDINGS = Object.keys(PLACES).flatMap((place) =>
  Object.keys(ENDS).flatMap((end) => ["at once", "later"].map((when) => ({ place, end, when }))),
);

describe("every promise is settled", () => {
  /** A frame can only speak, or be navigated, once it has loaded. */
  const possible = ({ place, end }: (typeof ENDINGS)[number]): boolean => {
    if (end === "its frame, which gives up") return !/policy|loads/.test(place);
    return end !== "its frame, which is navigated away" || !/policy|loads/.test(place);
  };

  test.each(ENDINGS.filter(possible))("when $place and $end ends it, $when", async ({ place, end, when }) => {
    const scene = await (PLACES[place] as (typeof PLACES)[string]).go();
    expect(scene.sandbox.state, "where it should be").toBe(PLACES[place]?.state);
    const { execution, filed } = scene.ask();
    if (when === "later") await turns();
    const { state, reason, end: act } = ENDS[end] as (typeof ENDS)[string];
    act(scene);
    await turns();
    expect(scene.sandbox.state).toBe(state);
    const unavailable = { status: "unavailable", ran: false, error: { value: reason } };
    expect(await execution).toMatchObject(unavailable);
    expect(await filed).toMatchObject(unavailable);
    expect(page.living).toEqual([]);
    // And nothing changes any more, whoever speaks.
    const told = scene.told.length;
    for (const frame of page.frames) await chatter(frame);
    await pass(120_000);
    expect([scene.sandbox.state, scene.told.slice(told)]).toEqual([state, []]);
  });

  test("when a listener closes it just as a cell gets its turn", async () => {
    const { sandbox } = await started({ pings: false });
    const cell = promised.given("execute", sandbox.execute("1", { files: { "a.txt": "a" } }));
    await turns();
    sandbox.on("blocked", () => void sandbox.close());
    page.frame.reply("file_write", { path: "a.txt", size: 1 });
    page.frame.say({ type: "blocked", blocked: { by: "csp", what: "fetch", target: "" } });
    expect(await cell).toMatchObject({ status: "unavailable", note: "The sandbox was closed." });
  });

  test("when a listener closes it because its frame is being replaced, and no other frame comes", async () => {
    for (const event of ["state", "restarted"] as const) {
      const { sandbox } = await started();
      sandbox.on(event, () => void sandbox.close());
      silence(page.frame);
      promised.given("write", sandbox.files.write("a.txt", "a")).catch(() => {});
      await pass(MS.answer);
      expect([sandbox.state, page.living]).toEqual(["closed", []]);
    }
  });

  test("what is asked after the end is answered at once, with the reason", async () => {
    const { sandbox } = await started();
    await sandbox.close();
    const closed = "The sandbox was closed.";
    expect(await sandbox.execute("1")).toMatchObject({ status: "unavailable", note: closed });
    expect(await sandbox.complete("a", 1)).toEqual({ matches: [], start: 1 });
    await expect(sandbox.reset()).rejects.toThrow(closed);
    await expect(sandbox.files.write("a", "b")).rejects.toThrow(closed);
    await sandbox.interrupt();
    await sandbox.close();
  });
});
