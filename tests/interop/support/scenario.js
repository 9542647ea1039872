// A scenario is a test of the pair that this process has started.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Pair } from "./pair.js";

let pair = null;

test("both servers start", { timeout: 360_000 }, async () => {
  pair = await Pair.start();
});
test("each shows its peer a certificate that the test authority signed, and says what it is", async () => {
  assert.ok(pair, "the servers did not start");
  for (const server of pair.both) {
    const { server: described } = await pair.asPeer(server, "/_matrix/federation/v1/version");
    assert.equal(described.name.toLowerCase(), server.program);
    assert.ok(described.version);
  }
});
after(() => pair?.stop());

const only = process.env.INTEROP_ONLY ? new RegExp(process.env.INTEROP_ONLY) : null;

/** Tells a story of the pair. */
export function scenario(name, work) {
  if (only && !only.test(name)) return;
  test(name, { timeout: 360_000 }, () => {
    assert.ok(pair, "the servers did not start");
    return work(pair);
  });
}

/** The room's state, by event IDs; sorted, for comparison. */
const stateIds = async (user, roomId) => [...await user.state(roomId)].map(([key, event]) => `${key} ${event.event_id}`).sort();

/** Waits until the servers of both users have the same state events for the room, and `settled`, if given, holds. */
export async function agree(roomId, first, second, settled = () => true) {
  let states;
  const same = async () => {
    states = [await stateIds(first, roomId), await stateIds(second, roomId)];
    return JSON.stringify(states[0]) === JSON.stringify(states[1]) && await settled();
  };
  try {
    await second.until("the same state on both servers", same);
  } catch (error) {
    assert.deepEqual(states[1], states[0], `${second.id} and ${first.id} have different states`);
    throw error;
  }
}

/** Sends a message each way, and waits until it has come over. */
export async function talk(roomId, first, second) {
  for (const [from, to] of [[first, second], [second, first]]) {
    const body = `${from.id} to ${to.id}`;
    const event = await to.sees(roomId, await from.send(roomId, body));
    assert.deepEqual({ sender: event.sender, body: event.content.body }, { sender: from.id, body });
  }
}

/** A room of `first`'s in which both are and which both see. */
export async function sharedRoom(first, second, options) {
  const roomId = await first.createRoom(options);
  await second.join(roomId, first);
  await first.seesMembership(second, roomId, "join");
  return roomId;
}
