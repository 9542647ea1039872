// Every room version: server A makes the room, the other server must manage.
import assert from "node:assert/strict";
import { agree, scenario, talk } from "../support/scenario.js";

for (let version = 1; version <= 12; version += 1) {
  scenario(`room version ${version}: join, messages, redaction, the same state`, async ({ a, b }) => {
    const [alice, bob] = [await a.user("alice"), await b.user("bob")];
    const roomId = await alice.createRoom({ room_version: String(version), name: `Version ${version}`, topic: "Old and new" });
    const early = await alice.send(roomId, "from before the join");
    await bob.join(roomId, alice);
    await alice.seesMembership(bob, roomId, "join");
    await talk(roomId, alice, bob);
    await bob.until("the earlier message", async () => (await bob.history(roomId)).some((event) => event.event_id === early));
    for (const [sender, other] of [[alice, bob], [bob, alice]]) {
      const eventId = await sender.send(roomId, "to be taken back");
      await other.sees(roomId, eventId);
      await sender.redact(roomId, eventId);
      assert.deepEqual((await other.seesRedacted(roomId, eventId)).content, {});
    }
    await alice.setPower(roomId, ({ users }) => ({ users: { ...users, [bob.id]: 50 } }));
    await bob.until("his power", async () => (await bob.get(roomId, "m.room.power_levels")).users[bob.id] === 50);
    await bob.set(roomId, "m.room.topic", { topic: "Set by bob" });
    await agree(roomId, alice, bob, async () => (await alice.get(roomId, "m.room.topic")).topic === "Set by bob");
    assert.equal((await bob.get(roomId, "m.room.create")).room_version ?? "1", String(version));
  });
}
