// The built server as a child process: its own folder, a free loopback port, an orderly end that is checked.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { createDatabase } from "./postgres.js";
import { within } from "./waiting.js";

const repository = fileURLToPath(new URL("../../../", import.meta.url));
const binary = path.resolve(process.env.HYBRID_BIN || path.join(repository, "artifacts/bin/hybrid"));

export const artifacts = path.join(repository, "artifacts/clients");

// A test process that is ended early leaves no server and no data behind.
const running = new Set();
const folders = new Set();
process.on("exit", () => {
  running.forEach((child) => child.kill("SIGKILL"));
  folders.forEach((folder) => rmSync(folder, { recursive: true, force: true }));
});
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));

/** Starts `hybrid` with arguments; the answer has its exit code, signal and what it wrote. */
function launch(args, environment, input = "") {
  assert.ok(existsSync(binary), `${binary} is missing: build it with ./build.sh, or name another with HYBRID_BIN`);
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("HYBRID_"));
  const child = spawn(binary, args, { env: { ...Object.fromEntries(inherited), ...environment }, stdio: ["pipe", "pipe", "pipe"] });
  running.add(child);
  const output = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"]) {
    child[stream].setEncoding("utf8");
    child[stream].on("data", (text) => {
      output[stream] += text;
    });
  }
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  const ended = new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      running.delete(child);
      resolve({ code, signal, ...output });
    });
  });
  return { child, output, ended };
}

/** One homeserver. Its data outlives `crash` and `restart`; `stop` removes it. */
export class HybridServer {
  name = "hybrid.test";
  #process = null;
  #listen = "http://127.0.0.1:0";
  #environment;

  static async start(settings = {}) {
    const server = new HybridServer();
    server.folder = await mkdtemp(path.join(tmpdir(), "hybrid-clients-"));
    folders.add(server.folder);
    server.#environment = {
      HYBRID_SERVER_NAME: server.name,
      HYBRID_DATA: path.join(server.folder, "data"),
      HYBRID_REGISTRATION: "open",
      HYBRID_RATE_LIMITS: "off",
      ...(process.env.HYBRID_TEST_DATABASE === "postgres" ? { HYBRID_DATABASE: createDatabase() } : {}),
      ...settings,
    };
    await server.#serve();
    return server;
  }

  get url() {
    return this.#listen;
  }

  /** Everything the running server has written. */
  get log() {
    return this.#process.output.stdout + this.#process.output.stderr;
  }

  async #serve() {
    const launched = launch(["serve"], { ...this.#environment, HYBRID_LISTEN: this.#listen });
    this.#process = launched;
    const listening = new Promise((resolve) => {
      launched.child.stdout.on("data", () => {
        const found = /Hybrid \S+ serves \S+ at (http:\/\/127\.0\.0\.1:\d+)/.exec(launched.output.stdout);
        if (found) resolve(found[1]);
      });
    });
    const gone = launched.ended.then(({ code, signal, stdout, stderr }) => {
      throw new Error(`hybrid serve ended with ${signal ?? code} before it listened:\n${stdout}${stderr}`);
    });
    gone.catch(() => {});
    this.#listen = await within("the server to listen", Promise.race([listening, gone]));
  }

  /** Runs another command of `hybrid` with this server's settings. */
  async command(args, input = "") {
    return within(`hybrid ${args.join(" ")}`, launch(args, this.#environment, input).ended);
  }

  /** Kills the server the hard way: nothing is flushed, closed or said. */
  async crash() {
    this.#process.child.kill("SIGKILL");
    const { signal } = await within("the killed server to be gone", this.#process.ended);
    assert.equal(signal, "SIGKILL");
  }

  /** Starts it again on the same folder and the same port. */
  async restart() {
    await this.#serve();
  }

  /** Asks the server to end, and checks that it did so cleanly. The folder stays. */
  async end() {
    this.#process.child.kill("SIGTERM");
    const { code, signal, stdout, stderr } = await within("the server to end after SIGTERM", this.#process.ended);
    assert.deepEqual({ code, signal, stderr }, { code: 0, signal: null, stderr: "" }, `the end was not clean:\n${stdout}${stderr}`);
    assert.doesNotMatch(stdout, / (ERR|FTL) /, "the server logged an error");
  }

  /** `end`, and the folder goes too. */
  async stop() {
    try {
      await this.end();
    } finally {
      this.#process.child.kill("SIGKILL");
      await rm(this.folder, { recursive: true, force: true });
      folders.delete(this.folder);
    }
  }
}
