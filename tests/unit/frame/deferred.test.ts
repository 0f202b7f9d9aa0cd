// What comes later, in the frame: who asks waits for it as long as it is on its way, and for nothing that never comes.

import { expect, test } from "vitest";
import { Deferred } from "../../../static/src/frame/deferred";
import { deferredOf, type Piece } from "../../../static/src/protocol/messages";
import { SNAPSHOT } from "../../../static/src/protocol/snapshot";
import { turns } from "../fakes/promised";

test("a part of the snapshot is waited for before it has come, and is known to be here afterwards", async () => {
  let come: ((part: Piece) => void) | undefined;
  const part = new Promise<Piece>((resolve) => {
    come = resolve;
  });
  const deferred = new Deferred(new Map([[SNAPSHOT.rest, part]]));
  const found = deferred.find(SNAPSHOT.rest);
  expect(found?.here).toBe(false);
  const blob = new Blob(["tail"]);
  come?.(blob);
  expect(await found?.blob).toBe(blob);
  expect(deferred.find(SNAPSHOT.rest)?.here).toBe(true);
  expect(deferred.find(SNAPSHOT.cold), "there is no snapshot with that").toBeUndefined();
});

test("a package's files are waited for once it was delivered; what could not be had is waited for anew", async () => {
  const deferred = new Deferred(new Map());
  expect(deferred.find(deferredOf("numpy"))).toBeUndefined();
  const first = deferred.of("numpy");
  deferred.put("numpy", null);
  expect(await first).toBeNull();
  const second = deferred.find(deferredOf("numpy"));
  const blob = new Blob(["sources"]);
  let settled = false;
  void second?.blob.then(() => {
    settled = true;
  });
  await turns();
  expect([second?.here, settled]).toEqual([false, false]);
  deferred.put("numpy", blob);
  expect(await second?.blob).toBe(blob);
  expect(await deferred.of("numpy")).toBe(blob);
});
