// The built Hybrid as one of the two servers, as an operator starts it: HTTPS for peers, HTTP for clients, the test authority trusted.
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createDatabase } from "../../clients/support/postgres.js";
import { Child } from "./child.js";
import { Homeserver, logs, repository } from "./homeserver.js";
import { freePort } from "./line.js";

const binary = path.resolve(process.env.HYBRID_BIN || path.join(repository, "artifacts/bin/hybrid"));
const folders = new Set();
process.on("exit", () => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

export class HybridServer extends Homeserver {
  #process = null;
  #environment;
  #log = "";

  /** Lays out its folder and database; `up` starts it. */
  static async make(name, line, { authority, certificate, key }) {
    assert.ok(existsSync(binary), `${binary} is missing: build it with ./build.sh, or name another with HYBRID_BIN`);
    const server = new HybridServer("hybrid", name, line);
    server.folder = mkdtempSync(path.join(tmpdir(), "hybrid-interop-"));
    folders.add(server.folder);
    const [clientPort, federationPort] = [await freePort(), await freePort()];
    line.leadTo(federationPort);
    server.url = `http://127.0.0.1:${clientPort}`;
    const inherited = Object.entries(process.env).filter(([variable]) => !variable.startsWith("HYBRID_"));
    server.#environment = {
      ...Object.fromEntries(inherited),
      HYBRID_SERVER_NAME: name,
      HYBRID_LISTEN: `https://127.0.0.1:${federationPort},${server.url}`,
      HYBRID_PUBLIC_BASE_URL: server.url,
      HYBRID_TLS_CERT: certificate,
      HYBRID_TLS_KEY: key,
      HYBRID_FEDERATION_CA: authority,
      HYBRID_ALLOW_PRIVATE_ADDRESSES: "on",
      HYBRID_PUBLIC_ROOMS_OVER_FEDERATION: "on",
      // What is down comes back in seconds here.
      HYBRID_FEDERATION_RETRY_INTERVAL: "1",
      HYBRID_DATA: path.join(server.folder, "data"),
      HYBRID_REGISTRATION: "open",
      HYBRID_REGISTRATION_SHARED_SECRET: "interop shared secret",
      HYBRID_RATE_LIMITS: "off",
      ...(process.env.HYBRID_TEST_DATABASE === "postgres" ? { HYBRID_DATABASE: createDatabase() } : {}),
    };
    return server;
  }

  async up() {
    this.#process = new Child(`Hybrid ${this.name}`, binary, ["serve"], this.#environment);
    await this.#process.answers(`${this.url}/_matrix/client/versions`);
  }

  /** Ends it, and checks that it ended well; the data stays. */
  async down() {
    const { code, signal } = await this.#process.end();
    this.#log += this.#process.output;
    assert.deepEqual({ code, signal }, { code: 0, signal: null }, `Hybrid ${this.name} did not end cleanly:\n${this.#process.output}`);
    assert.doesNotMatch(this.#process.output, / (ERR|FTL) /, `Hybrid ${this.name} logged an error`);
  }

  async remove() {
    await this.#process?.kill();
    writeFileSync(path.join(logs, `${this.label}.log`), this.#log || this.#process?.output || "");
    rmSync(this.folder, { recursive: true, force: true });
    folders.delete(this.folder);
  }
}
