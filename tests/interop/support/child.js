// A server as a child process: started, waited for, ended in good order or at once.
import { spawn } from "node:child_process";
import { within } from "../../clients/support/waiting.js";

// A test process that is ended early leaves no server behind.
const running = new Set();
process.on("exit", () => running.forEach((child) => child.kill("SIGKILL")));
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));

const MOST_KEPT = 1_000_000;

/** A running program; `output` has the end of what it wrote to both its outputs. */
export class Child {
  output = "";
  #process;

  constructor(name, command, words, environment) {
    this.name = name;
    this.#process = spawn(command, words, { env: environment, stdio: ["ignore", "pipe", "pipe"] });
    running.add(this.#process);
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream.setEncoding("utf8");
      stream.on("data", (text) => {
        this.output = (this.output + text).slice(-MOST_KEPT);
      });
    }
    this.ended = new Promise((resolve) => {
      const end = (outcome) => {
        running.delete(this.#process);
        resolve(outcome);
      };
      this.#process.once("error", (error) => end({ error }));
      this.#process.once("close", (code, signal) => end({ code, signal }));
    });
  }

  /** Resolves when `url` answers; rejects when the program ends first. */
  async answers(url) {
    let over = null;
    this.ended.then((outcome) => {
      over = outcome;
    });
    const asked = async () => {
      while (over === null) {
        const response = await fetch(url).catch(() => null);
        if (response?.ok) return;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      throw new Error(`${this.name} ended (${JSON.stringify(over)}) before it answered:\n${this.output}`);
    };
    await within(`${this.name} to answer ${url}`, asked(), 120_000);
  }

  /** Asks it to end. The outcome has `code` and `signal`. */
  async end() {
    this.#process.kill("SIGTERM");
    return within(`${this.name} to end after SIGTERM`, this.ended);
  }

  async kill() {
    this.#process.kill("SIGKILL");
    await this.ended;
  }
}
