// The SDK's types, each module's as one file of declarations: what `/sdk.d.ts` and `/ask.d.ts` are, in the npm package
// `index.d.ts` and `ask.d.ts`.

import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { rollup } from "rollup";
import { dts } from "rollup-plugin-dts";

const here = dirname(fileURLToPath(import.meta.url));

/** The SDK's types as one text. */
export const declarations = () =>
  bundled("host/index.ts", 'belljar\'s SDK: `/sdk.js` of a server, or `import { Sandbox } from "belljar"`');

/** Those of `ask`, which name the SDK's by importing them, so that both speak of the same sandbox. */
export const askDeclarations = () =>
  bundled("ask/index.ts", '`ask`: `/ask.js` of a server, or `import { ask } from "belljar/ask"`');

/** The declarations of all that a module exports, without what is marked @internal. */
async function bundled(entry, what) {
  const bundle = await rollup({
    input: join(here, "src", entry),
    external: (id) => entry !== "host/index.ts" && /host\/index(?:\.ts)?$/.test(id),
    plugins: [dts({ tsconfig: join(here, "../tsconfig.json"), compilerOptions: { stripInternal: true } })],
    onwarn: ({ message }) => {
      throw new Error(message);
    },
  });
  const { output } = await bundle.generate({ format: "es", indent: "  ", paths: () => "./sdk.js" });
  await bundle.close();
  return `// The types of ${what}.\n\n${output[0].code}`;
}
