// The SDK's types as one file of declarations: what `/sdk.d.ts` and the npm package's `index.d.ts` are.

import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { rollup } from "rollup";
import { dts } from "rollup-plugin-dts";

const here = dirname(fileURLToPath(import.meta.url));

/** The declarations of all that the SDK exports, without what is marked @internal. */
export async function declarations() {
  const bundle = await rollup({
    input: join(here, "src/host/index.ts"),
    plugins: [dts({ tsconfig: join(here, "../tsconfig.json"), compilerOptions: { stripInternal: true } })],
    onwarn: ({ message }) => {
      throw new Error(message);
    },
  });
  const { output } = await bundle.generate({ format: "es", indent: "  " });
  await bundle.close();
  return `// The types of belljar's SDK: \`/sdk.js\` of a server, or \`import { Sandbox } from "belljar"\`.\n\n${output[0].code}`;
}
