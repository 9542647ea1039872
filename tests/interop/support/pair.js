// The two servers of a test process: which programs they are, INTEROP_PAIR says ("hybrid-synapse").
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import https from "node:https";
import { tmpdir } from "node:os";
import path from "node:path";
import { leaveAll } from "../../clients/support/client.js";
import { makeAuthority } from "./authority.js";
import { HybridServer } from "./hybrid.js";
import { Line } from "./line.js";
import { SynapseServer } from "./synapse.js";

const programs = { hybrid: HybridServer, synapse: SynapseServer };
const description = process.env.INTEROP_PAIR ?? "synapse-synapse";
const names = description.split("-");
assert.ok(names.length === 2 && names.every((name) => programs[name]), `'${description}' is no pair of ${Object.keys(programs).join(" and ")}`);

/** Which program is server `a`, and which is server `b`. */
export const kinds = { a: names[0], b: names[1] };

/** Server `a` and server `b`, which reach each other only through their lines. */
export class Pair {
  #authority;

  /** Starts both. One of them is named by the host's name and one by its address: access control lists cannot tell ports apart. */
  static async start() {
    const pair = new Pair();
    pair.folder = mkdtempSync(path.join(tmpdir(), "interop-"));
    const certificates = makeAuthority(pair.folder);
    pair.#authority = readFileSync(certificates.authority);
    for (const [side, host] of [["a", "localhost"], ["b", "127.0.0.1"]]) {
      const line = await Line.lay();
      pair[side] = await programs[kinds[side]].make(`${host}:${line.port}`, line, certificates);
      pair[side].label = [description, process.env.HYBRID_TEST_DATABASE, side].filter(Boolean).join(".");
    }
    await Promise.all(pair.both.map((server) => server.up()));
    return pair;
  }

  get both() {
    return [this.a, this.b];
  }

  /** The JSON that a server answers on the line that its peer takes; only the test authority is trusted. */
  async asPeer(server, path) {
    const answer = await new Promise((resolve, reject) => {
      https.get(`https://${server.name}${path}`, { ca: this.#authority, agent: false }, resolve).once("error", reject);
    });
    const text = (await answer.setEncoding("utf8").toArray()).join("");
    assert.equal(answer.statusCode, 200, text);
    return JSON.parse(text);
  }

  /** Carries out `work` while neither server reaches the other; afterwards each of these users has the other's server asked something. */
  async apart([first, second], work) {
    await Promise.all(this.both.map((server) => server.line.cut()));
    try {
      await work();
    } finally {
      await Promise.all(this.both.map((server) => server.line.mend()));
    }
    await Promise.all([contact(first, second), contact(second, first)]);
  }

  /** Ends both; they must end well. */
  async stop() {
    leaveAll();
    try {
      const ends = await Promise.allSettled(this.both.map((server) => server.down()));
      for (const { reason } of ends) if (reason) throw reason;
    } finally {
      for (const server of this.both) {
        await server.remove();
        await server.line.cut();
      }
      rmSync(this.folder, { recursive: true, force: true });
    }
  }
}

let questions = 0;

/**
 * Someone asks for the other server's public rooms until there is an answer: servers that have been out of reach notice that they are
 * back. Both programs ask even where they have had no answer lately; no question is like another, for they keep answers.
 */
export async function contact(user, other) {
  let answer;
  await user.until(`an answer of ${other.server.name}`, async () => {
    questions += 1;
    answer = await user.api.get("publicRooms", { server: other.server.name, limit: questions });
    return answer.status === 200;
  }).catch((error) => {
    throw new Error(`${error.message}, but ${answer?.status} ${JSON.stringify(answer?.body)}`, { cause: error });
  });
}
