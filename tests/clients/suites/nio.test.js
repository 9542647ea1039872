// matrix-nio, a client of its own kind: Python, its own Olm sessions, the paths of older versions of the specification.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { serverOfThisFile } from "../support/suite.js";
import { within } from "../support/waiting.js";

const server = serverOfThisFile();
const scenario = fileURLToPath(new URL("../nio/scenario.py", import.meta.url));

// Debian's Python, for which Debian's matrix-nio is; another may come first in the path.
const python = process.env.PYTHON_BIN || "/usr/bin/python3";

const story = [
  "two people register and upload their keys",
  "an invitation is shown and taken",
  "two devices compare emoji and trust each other",
  "a message is encrypted, and decrypted by the other",
  "typing and receipts arrive",
  "what is redacted is gone from the history",
  "an encrypted file is uploaded, and only the other can read it",
  "names and topics change, and one leaves, forgets and logs out",
];

/** Runs the story; the steps that went well, and what ended it. */
async function tell() {
  const child = spawn(python, [scenario, server.url], { stdio: ["ignore", "pipe", "pipe"] });
  const output = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"]) child[stream].setEncoding("utf8").on("data", (text) => { output[stream] += text; });
  const ended = new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  try {
    const code = await within("the story of nio", ended);
    return { code, steps: output.stdout.split("\n").filter(Boolean).map((line) => JSON.parse(line).step), stderr: output.stderr };
  } finally {
    child.kill();
  }
}

test("matrix-nio", async (context) => {
  const { code, steps, stderr } = await tell();
  for (const [index, step] of story.entries()) {
    await context.test(step, () => assert.equal(steps[index], step, stderr));
  }
  assert.equal(code, 0, stderr);
});
