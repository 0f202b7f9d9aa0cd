// What a page chooses from a server's policy, and how it finds the server.

import { describe, expect, test } from "vitest";
import { type Choice, checkChoice, choose } from "../../../static/src/host/supply/choice";
import { offered, policyUrl } from "../../../static/src/host/supply/server";
import type { Limits } from "../../../static/src/protocol/limits";
import type { Policy } from "../../../static/src/protocol/policy";
import { HEAD } from "../fakes/policy";

const hash = (digit: string): string => digit.repeat(64);
const file = (name: string, digit: string) => ({
  name,
  url: `assets/${hash(digit)}/${name}`,
  size: 1,
  sha256: hash(digit),
});
const pack = (name: string, depends: string[], digit: string) => ({
  name,
  version: "1",
  depends,
  imports: [name],
  file: file(`${name}.whl`, digit),
  image: name === "numpy" ? null : { code: file(`${name}.bin`, digit), deferred: file(`${name}-rest.bin`, digit) },
});
const part = file("snapshot-state.json", "5");

const policy: Policy = {
  ...HEAD,
  core: [file("pyodide.mjs", "1")],
  packages: {
    numpy: pack("numpy", [], "2"),
    pandas: pack("pandas", ["numpy"], "3"),
    scipy: pack("scipy", ["numpy"], "4"),
  },
  profile: { name: "data", load: ["numpy", "pandas"] },
  profiles: {
    core: { load: [] },
    data: { load: ["numpy", "pandas"] },
    science: { load: ["numpy", "pandas", "scipy"] },
  },
  snapshots: [
    { load: ["numpy", "pandas"], script: part, state: part, heap: [part], hot: part, cold: part, rest: part },
  ],
  limits: {
    timeout_ms: 30_000,
    max_timeout_ms: 600_000,
    grace_ms: 1_000,
    load_timeout_ms: 60_000,
    memory_bytes: 2 ** 31,
    code_chars: 100_000,
    stream_chars: 1_000_000,
    displays: 100,
    display_bytes: 10_000_000,
    flood_messages: 1_000,
    flood_bytes: 1_000_000,
    file_bytes: 1_000_000,
    files: 100,
    disk_bytes: 1_000_000_000,
    disk_files: 1_000,
  },
};
const base = new URL("https://sandbox.example/tools/policy.json");
const chosen = (choice: Choice): Policy => choose({ policy, base }, choice).policy;

describe("a profile", () => {
  test("is loaded by its name", () => {
    expect(chosen({ profile: "science" }).profile).toEqual({ name: "science", load: ["numpy", "pandas", "scipy"] });
    expect(chosen({ profile: "core" }).profile).toEqual({ name: "core", load: [] });
    expect(chosen({})).toEqual(policy);
  });

  test("that isn't there is refused with those that are", () => {
    for (const profile of ["dtaa", "constructor", "__proto__"]) {
      const told = `There is no profile "${profile}" here. There are core, data and science.`;
      expect(() => chosen({ profile })).toThrow(new RangeError(told));
    }
  });

  test("and a list of packages at once are refused", () => {
    expect(() => checkChoice({ profile: "core", packages: [] })).toThrow(/name one of them/);
  });
});

describe("a narrower policy", () => {
  test("keeps the packages it names with those they need, and what can be made of these", () => {
    const less = chosen({ policy: { packages: ["scipy"] } });
    expect(Object.keys(less.packages)).toEqual(["numpy", "scipy"]);
    expect(less.profile.load).toEqual(["numpy"]);
    expect(Object.keys(less.profiles)).toEqual(["core"]);
    expect(less.snapshots).toEqual([]);
    expect(() => chosen({ policy: { packages: ["scipy"] }, profile: "data" })).toThrow(/There are core/);
  });

  test("lowers limits, and the default timeout with the longest one", () => {
    const { limits } = chosen({ policy: { limits: { max_timeout_ms: 5_000, files: 0 } } });
    expect(limits).toEqual({ ...policy.limits, max_timeout_ms: 5_000, timeout_ms: 5_000, files: 0 });
  });

  test("never widens what the server allows", () => {
    const limits = Object.keys(policy.limits) as (keyof Limits)[];
    for (const name of limits) {
      for (const value of [policy.limits[name] + 1, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, "1" as never]) {
        const ask = (): Policy => chosen({ policy: { limits: { [name]: value } } });
        expect(ask, `${name} ${value}`).toThrow(RangeError);
        expect(ask).toThrow(`must be a whole number up to the server's ${policy.limits[name]}.`);
      }
    }
    expect(() => chosen({ policy: { packages: ["numpy", "torch"] } })).toThrow(
      new RangeError("policy.packages names torch, which this server doesn't allow."),
    );
    expect(() => chosen({ policy: { limits: { speed: 1 } as never } })).toThrow(/There is no limit speed/);
  });

  test("says nothing of what isn't a page's to say", () => {
    expect(() => checkChoice({ policy: { core: [], frame: {} } as never })).toThrow(
      new TypeError("policy can narrow limits and packages, not core, frame."),
    );
    expect(() => checkChoice({ policy: 5 as never })).toThrow(/must be the address of a policy, or an object/);
    expect(() => checkChoice({ policy: null as never })).toThrow(TypeError);
  });

  test("leaves the server's own as it was", () => {
    const before = structuredClone(policy);
    chosen({ policy: { packages: ["numpy"], limits: { files: 1 } }, profile: "core", assets: "https://cdn.example/" });
    expect(policy).toEqual(before);
  });
});

describe("assets", () => {
  test("come from another place by hash and name, and are what they were", () => {
    const moved = chosen({ assets: "https://cdn.example/belljar" });
    const at = (digit: string, name: string): string => `https://cdn.example/belljar/${hash(digit)}/${name}`;
    expect(moved.core).toEqual([{ ...policy.core[0], url: at("1", "pyodide.mjs") }]);
    expect(moved.packages.scipy?.file).toEqual({ ...policy.packages.scipy?.file, url: at("4", "scipy.whl") });
    const image = moved.packages.scipy?.image;
    expect([image?.code.url, image?.deferred?.url]).toEqual([at("4", "scipy.bin"), at("4", "scipy-rest.bin")]);
    expect(moved.packages.numpy?.image).toBeNull();
    const [snapshot] = moved.snapshots;
    const parts = [snapshot?.state, snapshot?.hot, snapshot?.rest, ...(snapshot?.heap ?? [])];
    expect(parts.map((one) => one?.url)).toEqual(Array(4).fill(at("5", "snapshot-state.json")));
    expect(moved.frame).toEqual(policy.frame);
  });

  test("of a relative address lie beside the policy", () => {
    expect(chosen({ assets: "files/" }).core[0]?.url).toBe(
      `https://sandbox.example/tools/files/${hash("1")}/pyodide.mjs`,
    );
  });
});

describe("the server", () => {
  const served = "https://sandbox.example/tools/sdk.js";
  const found = (wanted: Parameters<typeof policyUrl>[0], module: string | undefined = served): string =>
    policyUrl(wanted, module).href;

  test("is where the module came from, or what base says", () => {
    expect(found({})).toBe("https://sandbox.example/tools/policy.json");
    expect(found({ base: "/" })).toBe("https://sandbox.example/policy.json");
    expect(found({ base: "https://other.example/box" })).toBe("https://other.example/box/policy.json");
    expect(found({ base: new URL("https://other.example/box") })).toBe("https://other.example/box/policy.json");
    expect(found({ policy: "course.json" })).toBe("https://sandbox.example/tools/course.json");
    expect(found({ policy: "https://a.example/p.json" })).toBe("https://a.example/p.json");
    expect(found({ policy: { packages: [] } })).toBe("https://sandbox.example/tools/policy.json");
  });

  test("has to be named where a bundler has hidden where the module came from", () => {
    for (const module of ["file:///home/me/node_modules/belljar/index.js", "", "webpack://app/x.js"]) {
      expect(() => found({}, module)).toThrow(/Sandbox\.open\(\{ base: "https:\/\/your\.server\/" \}\)/);
      expect(found({ base: "https://other.example" }, module)).toBe("https://other.example/policy.json");
    }
    expect(() => policyUrl({}, undefined)).toThrow(/no telling where the belljar server is/);
  });

  test("with an address that can't be is refused with what is needed", () => {
    expect(() => found({ base: "https://" })).toThrow(
      'base must be an address as "https://your.server/", not "https://".',
    );
    expect(() => found({ policy: "https://" })).toThrow(/^policy must be an address/);
  });
});

describe("a policy that was read before", () => {
  const server = { base: "https://sandbox.example/tools/" };
  const { signal } = new AbortController();

  test("is not fetched again, and is chosen from like any other", async () => {
    const found = await offered({ ...server, policy, profile: "core" }, signal);
    expect(found.base.href).toBe(base.href);
    expect(found.policy).toMatchObject({ profile: { name: "core", load: [] }, packages: { numpy: { version: "1" } } });
  });

  test("is checked: what is none is refused", async () => {
    const damaged = { ...policy, core: "pyodide.mjs" } as unknown as Policy;
    await expect(offered({ ...server, policy: damaged }, signal)).rejects.toThrow("policy.core");
  });
});
