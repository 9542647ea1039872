// Coming into rooms of the other server.
import assert from "node:assert/strict";
import { agree, scenario, sharedRoom, talk } from "../support/scenario.js";

scenario("an invited user accepts, from A to B", ({ a, b }) => acceptsInvite(a, b));

scenario("an invited user accepts, from B to A", ({ a, b }) => acceptsInvite(b, a));

async function acceptsInvite(home, away) {
  const [alice, bob] = [await home.user("alice"), await away.user("bob")];
  const roomId = await alice.createRoom({ preset: "private_chat", name: "An invitation" });
  await alice.invite(roomId, bob, "come in");
  const stripped = await bob.seesStripped(roomId);
  const of = (type, key = "") => stripped.find((event) => event.type === type && event.state_key === key)?.content;
  assert.equal(of("m.room.name")?.name, "An invitation", "the invited user is told the room's name");
  assert.equal(of("m.room.member", bob.id)?.membership, "invite");
  assert.equal(of("m.room.member", bob.id)?.reason, "come in");
  await bob.join(roomId);
  await alice.seesMembership(bob, roomId, "join");
  await talk(roomId, alice, bob);
  await agree(roomId, alice, bob);
}

scenario("a member invites people of the room's first server, whose server is there already", async ({ a, b }) => {
  const [alice, bob, dave] = [await a.user("alice"), await b.user("bob"), await a.user("dave")];
  const roomId = await alice.createRoom({ preset: "private_chat", name: "Friends of friends" });
  await alice.invite(roomId, bob);
  await bob.seesStripped(roomId);
  await bob.join(roomId);
  await bob.invite(roomId, dave, "you know her");
  const stripped = await dave.seesStripped(roomId);
  assert.equal(stripped.find((event) => event.type === "m.room.member" && event.state_key === dave.id)?.content.reason, "you know her");
  assert.equal(stripped.find((event) => event.type === "m.room.name")?.content.name, "Friends of friends");
  await dave.join(roomId);
  await bob.seesMembership(dave, roomId, "join");
  await talk(roomId, bob, dave);
  await agree(roomId, alice, bob);
});

scenario("an invited user declines", async ({ a, b }) => {
  const [alice, bob] = [await a.user("alice"), await b.user("bob")];
  const roomId = await alice.createRoom({ preset: "private_chat" });
  await alice.invite(roomId, bob);
  await bob.seesStripped(roomId);
  await bob.leave(roomId, "another time");
  const member = await alice.seesMembership(bob, roomId, "leave");
  assert.equal(member.reason, "another time");
  await bob.until("the invitation to be gone", async () => !(await bob.sync()).rooms?.invite?.[roomId]);
});

scenario("an invitation is withdrawn", async ({ a, b }) => {
  const [alice, bob] = [await a.user("alice"), await b.user("bob")];
  const roomId = await alice.createRoom({ preset: "private_chat" });
  await alice.invite(roomId, bob);
  await bob.seesStripped(roomId);
  await alice.kick(roomId, bob);
  await bob.until("the invitation to be gone", async () => !(await bob.sync()).rooms?.invite?.[roomId]);
  (await bob.tryJoin(roomId, alice)).refused(403, "M_FORBIDDEN");
});

scenario("a public room is joined by its ID, and left, and joined again", async ({ a, b }) => {
  const [alice, bob] = [await a.user("alice"), await b.user("bob")];
  const roomId = await sharedRoom(alice, bob);
  await talk(roomId, alice, bob);
  await bob.leave(roomId, "so long");
  assert.equal((await alice.seesMembership(bob, roomId, "leave")).reason, "so long");
  const missed = await alice.send(roomId, "said while he was away");
  await bob.join(roomId, alice);
  await alice.seesMembership(bob, roomId, "join");
  await bob.until("what he missed", async () => (await bob.history(roomId)).some((event) => event.event_id === missed));
  await talk(roomId, alice, bob);
  await agree(roomId, alice, bob);
});

scenario("a second user of a server joins a room where that server is already", async ({ a, b }) => {
  const [alice, bob, carol] = [await a.user("alice"), await b.user("bob"), await b.user("carol")];
  const roomId = await sharedRoom(alice, bob);
  await carol.join(roomId);
  await alice.seesMembership(carol, roomId, "join");
  await talk(roomId, alice, carol);
  await bob.leave(roomId);
  await alice.seesMembership(bob, roomId, "leave");
  await talk(roomId, alice, carol);
  await agree(roomId, alice, carol);
});

scenario("a private room is closed to those who were not invited", async ({ a, b }) => {
  const [alice, bob] = [await a.user("alice"), await b.user("bob")];
  const roomId = await alice.createRoom({ preset: "private_chat" });
  (await bob.tryJoin(roomId, alice)).refused(403, "M_FORBIDDEN");
  assert.equal(await alice.get(roomId, "m.room.member", bob.id), null);
});

scenario("a room that does not federate is closed to the other server", async ({ a, b }) => {
  const [alice, bob] = [await a.user("alice"), await b.user("bob")];
  const roomId = await alice.createRoom({ creation_content: { "m.federate": false } });
  const answer = await bob.tryJoin(roomId, alice);
  assert.notEqual(answer.status, 200, "nobody from elsewhere joins it");
  assert.equal(await alice.get(roomId, "m.room.member", bob.id), null);
});

scenario("a user is kicked, and comes back", async ({ a, b }) => {
  const [alice, bob] = [await a.user("alice"), await b.user("bob")];
  const roomId = await sharedRoom(alice, bob);
  await alice.kick(roomId, bob, "mind your words");
  const since = await bob.seesMembership(bob, roomId, "leave");
  assert.equal(since.reason, "mind your words");
  assert.ok(!(await bob.api.get("joined_rooms")).ok().joined_rooms.includes(roomId));
  (await bob.api.put(bob.nextTransaction(roomId, "m.room.message"), { msgtype: "m.text", body: "no" })).refused(403, "M_FORBIDDEN");
  await bob.join(roomId, alice);
  await alice.seesMembership(bob, roomId, "join");
  await agree(roomId, alice, bob);
});

scenario("a user is banned, kept out, and let in again", async ({ a, b }) => {
  const [alice, bob, carol] = [await a.user("alice"), await b.user("bob"), await b.user("carol")];
  const roomId = await sharedRoom(alice, bob);
  await carol.join(roomId);
  // A server that knows of no one else there hears of the ban, and of nothing after it.
  await alice.seesMembership(carol, roomId, "join");
  await alice.ban(roomId, bob, "enough");
  assert.equal((await carol.seesMembership(bob, roomId, "ban")).reason, "enough");
  assert.equal((await bob.tryJoin(roomId, alice)).status, 403);
  await alice.unban(roomId, bob);
  await carol.seesMembership(bob, roomId, "leave");
  await bob.join(roomId, alice);
  await alice.seesMembership(bob, roomId, "join");
  await agree(roomId, alice, bob);
});

scenario("a moderator kicks a user of the other server", async ({ a, b }) => {
  const [alice, bob, dave] = [await a.user("alice"), await b.user("bob"), await a.user("dave")];
  const roomId = await sharedRoom(alice, bob);
  await dave.join(roomId);
  await alice.setPower(roomId, ({ users }) => ({ users: { ...users, [bob.id]: 50 } }));
  await bob.until("his power", async () => (await bob.get(roomId, "m.room.power_levels")).users[bob.id] === 50);
  await bob.seesMembership(dave, roomId, "join");
  await bob.kick(roomId, dave, "out");
  assert.equal((await dave.seesMembership(dave, roomId, "leave")).reason, "out");
  await agree(roomId, alice, bob);
});
