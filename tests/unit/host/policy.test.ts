// The server's policy, checked before anything in it is believed.

import { describe, expect, test } from "vitest";
import { checkPolicy, closure } from "../../../static/src/host/supply/policy";
import type { Policy } from "../../../static/src/protocol/policy";
import { ONE as limits } from "../fakes/limits";
import { HEAD } from "../fakes/policy";

const hash = "0".repeat(64);

const pack = (name: string, depends: string[] = []) => ({
  name,
  version: "1",
  depends,
  imports: [name],
  file: { name: `${name}.whl`, url: `assets/${hash}/${name}.whl`, size: 1, sha256: hash },
  image: null,
});

const policy: Policy = {
  ...HEAD,
  core: [],
  packages: { pandas: pack("pandas", ["numpy", "six"]), numpy: pack("numpy"), six: pack("six") },
  profile: { name: "data", load: ["pandas"] },
  profiles: { core: { load: [] }, data: { load: ["pandas"] } },
  snapshots: [],
  limits,
};

describe("policy", () => {
  test("a good policy passes and comes out as it went in", () => {
    expect(checkPolicy(JSON.parse(JSON.stringify(policy)))).toEqual(policy);
  });

  test("a bad one is refused with the field's name", () => {
    const bad = { ...policy, core: [{ name: "x", url: "x", size: 1, sha256: "no" }] };
    expect(() => checkPolicy(bad)).toThrow("policy.core[0].sha256 must be a SHA-256 in lower-case hex");
    expect(() => checkPolicy({ ...policy, profile: { name: "x", load: ["torch"] } })).toThrow(/names torch/);
    const profiles = { mine: { load: ["torch"] } };
    expect(() => checkPolicy({ ...policy, profiles })).toThrow("policy.profiles.mine.load names torch");
    expect(() => checkPolicy({ ...policy, version: 2 })).toThrow("policy.version must be 1");
  });

  test("dependencies come before what needs them, each once", () => {
    expect(closure(policy, ["pandas", "six"]).map(({ name }) => name)).toEqual(["numpy", "six", "pandas"]);
    expect(() => closure(policy, ["constructor"])).toThrow("constructor is not on the allowlist.");
  });
});
