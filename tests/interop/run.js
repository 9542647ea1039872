// Tells every scenario with every pair of servers, and prints a table: node run.js [PAIR...]. A pair is two programs, and the
// database of the Hybrids if it is not SQLite: hybrid-synapse, hybrid-hybrid.postgres. The last line is "N passed, N failed".
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const results = path.join(here, "../../artifacts/interop/results");

const combinations = ["hybrid-hybrid", "hybrid-synapse", "synapse-hybrid"];
const standard = [...combinations, ...combinations.map((pair) => `${pair}.postgres`)];
const pairs = process.argv.length > 2 ? process.argv.slice(2) : standard;

// What ends this program early ends what it has started as well.
let running = null;
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => {
    running?.kill("SIGTERM");
    process.exit(1);
  });
}

/** Runs a program with our own outputs; gives its exit code. */
const ends = (command, words, environment = {}) => new Promise((resolve, reject) => {
  const child = spawn(command, words, { cwd: here, stdio: "inherit", env: { ...process.env, ...environment } });
  running = child;
  child.once("error", reject);
  child.once("close", (code) => resolve(code ?? 1));
});

/** Tells all scenarios with one pair. A run that ends badly without naming a failed scenario has a failure of its own. */
async function tell(pair) {
  console.log(`\n${pair}`);
  const [programs, database = "sqlite"] = pair.split(".");
  const report = path.join(results, `${pair}.jsonl`);
  rmSync(report, { force: true });
  const code = await ends(process.execPath, [
    "--test", "--test-force-exit", "--test-reporter=spec", "--test-reporter-destination=stdout",
    "--test-reporter=./support/reporter.js", `--test-reporter-destination=${report}`, "pair.test.js",
  ], { INTEROP_PAIR: programs, HYBRID_TEST_DATABASE: database });
  const lines = existsSync(report) ? readFileSync(report, "utf8").split("\n").filter(Boolean).map((line) => JSON.parse(line)) : [];
  const told = new Map(lines.map(({ name, outcome }) => [name, outcome]));
  const outcomes = [...told.values()];
  if (!outcomes.includes("failed") && (code !== 0 || !outcomes.includes("passed"))) told.set(`the run (exit code ${code})`, "failed");
  return told;
}

mkdirSync(results, { recursive: true });
if (pairs.some((pair) => pair.includes("synapse")) && await ends("synapse/install.sh", []) !== 0) {
  console.log("Synapse cannot be installed, and nothing passes without it.\n0 passed, 1 failed");
  process.exit(1);
}

const columns = new Map();
for (const pair of pairs) columns.set(pair, await tell(pair));

const names = new Set([...columns.values()].flatMap((told) => [...told.keys()]));
const width = Math.max(...[...names].map((name) => name.length));
console.log(`\n${" ".repeat(width)}  ${pairs.join("  ")}`);
for (const name of names) {
  const cells = pairs.map((pair) => (columns.get(pair).get(name) ?? "-").padEnd(pair.length));
  console.log(`${name.padEnd(width)}  ${cells.join("  ")}`.trimEnd());
}
const count = (wanted) => [...columns.values()].flatMap((told) => [...told.values()]).filter((outcome) => outcome === wanted).length;
const [passed, failed] = ["passed", "failed"].map(count);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
