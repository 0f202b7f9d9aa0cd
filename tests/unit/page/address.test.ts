import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openedAddress } from "../../../static/src/page/model/address";
import { Traffic } from "../../../static/src/page/model/traffic";
import { rasterPicture, svgPicture } from "../../../static/src/page/view/pictures";

describe("an address that code has written", () => {
  it("is shown whole, in letters that can't look like others", () => {
    expect(openedAddress("https://exаmple.com/a?b=c#d")?.address).toBe("https://xn--exmple-4nf.com/a?b=c#d");
    expect(openedAddress("http://here/\u202etxt")?.address).toBe("http://here/%E2%80%AEtxt");
    expect(openedAddress("http://here/x")?.carries).toBe("13 characters");
  });

  it("has no name before an @ that looks like the host", () => {
    expect(openedAddress("https://bank.example@evil.example/")).toMatchObject({
      address: "https://evil.example/",
      host: "evil.example",
    });
  });

  it("is of the web, or is none", () => {
    for (const href of ["javascript:alert(1)", "data:text/html,x", "blob:http://here/x", "file:///etc", "x", ""])
      expect(openedAddress(href)).toBeUndefined();
    expect(openedAddress(`http://here/${"x".repeat(10_000)}`)).toBeUndefined();
  });
});

describe("no address of this page's origin holds a document", () => {
  it("an SVG has none: it is data", () => {
    expect(svgPicture("<svg>ü</svg>").url).toBe(`data:image/svg+xml;base64,${btoa("<svg>\u00c3\u00bc</svg>")}`);
  });

  it("a type that can run is refused", () => {
    for (const type of ["image/svg+xml", "text/html", "application/xhtml+xml", "text/xml", "application/pdf", ""])
      expect(() => rasterPicture(new Blob(["x"], { type }))).toThrow(TypeError);
  });

  it("pages make such addresses in two places, which say of what type", () => {
    const sources = (folder: string): string[] =>
      readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
        entry.isDirectory() ? sources(join(folder, entry.name)) : [join(folder, entry.name)],
      );
    const makers = ["page", "tab", "host", "headless", "output"]
      .flatMap((room) => sources(`static/src/${room}`))
      .filter((path) => readFileSync(path, "utf8").includes("createObjectURL"));
    expect(makers.sort()).toEqual(["static/src/page/view/hand-out.ts", "static/src/page/view/pictures.ts"]);
  });

  it("nothing that code writes becomes a live link", () => {
    const view = readFileSync("static/src/page/view/markdown-view.ts", "utf8");
    expect(view).not.toMatch(/href:|"a"/);
  });
});

describe("what left the page", () => {
  it("is counted, and said in words", () => {
    const traffic = new Traffic("https://here");
    traffic.fetch("https://here/a", 1_000, false);
    expect(traffic.summary()).toBe("0 bytes left this page");
    traffic.opened("http://there/12345");
    traffic.asked("scipy");
    traffic.asked("scipy");
    expect(traffic.leftBytes).toBe(23);
    expect(traffic.summary()).toBe("23 bytes left this page (1 address opened, 1 package asked for)");
    traffic.fetch("https://there/c", 0, false, 80);
    traffic.block({ by: "csp", what: "fetch", target: "x" });
    expect(traffic.summary()).toBe(
      "38 bytes left this page (1 address opened, 1 package asked for, 1 file from other servers); 1 attempt blocked",
    );
  });
});
