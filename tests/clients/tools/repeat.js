// Runs the scenario again and again: npm run test:repeat [-- TIMES]. The last line says how often it passed.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const times = Number(process.argv[2] ?? 10);
const scenario = fileURLToPath(new URL("../suites/scenario.test.js", import.meta.url));

let passed = 0;
for (let run = 1; run <= times; run += 1) {
  const began = Date.now();
  const { status, stdout } = spawnSync(process.execPath, ["--test", "--test-reporter=spec", "--test-force-exit", scenario], { encoding: "utf8" });
  if (status === 0) passed += 1;
  else console.log(stdout);
  console.log(`run ${run}: ${status === 0 ? "passed" : "failed"} in ${((Date.now() - began) / 1000).toFixed(1)} s`);
}
console.log(`${passed} of ${times}`);
process.exitCode = passed === times ? 0 : 1;
