// Server access control lists, and rooms that move on to a new version.
import assert from "node:assert/strict";
import { path } from "../../clients/support/api.js";
import { agree, scenario, sharedRoom, talk } from "../support/scenario.js";

const host = (server) => server.name.replace(/:\d+$/, "");

// Synapse matches a server's name with its port, the specification without: both are denied.
const denying = (server) => ({ allow: ["*"], deny: [host(server), `${host(server)}:*`], allow_ip_literals: true });

scenario("a server that the access control list denies takes part no longer", async ({ a, b }) => {
  const [alice, bob, carol] = [await a.user("alice"), await b.user("bob"), await b.user("carol")];
  const roomId = await sharedRoom(alice, bob);
  await talk(roomId, alice, bob);
  await alice.set(roomId, "m.room.server_acl", denying(b));
  // Whether the server that is shut out lets its users speak is its own affair: nobody hears them.
  const said = await bob.api.put(bob.nextTransaction(roomId, "m.room.message"), { msgtype: "m.text", body: "can you hear me?" });
  await carol.tryJoin(roomId, alice);

  // A room without such a list shows that everything sent meanwhile has come over.
  const other = await sharedRoom(alice, bob);
  await talk(other, alice, bob);
  if (said.status === 200) assert.equal((await alice.api.get(`rooms/${path(roomId, "event", said.body.event_id)}`)).status, 404);
  assert.ok(!(await alice.history(roomId)).some((event) => event.content?.body === "can you hear me?"));
  assert.equal(await alice.get(roomId, "m.room.member", carol.id), null);
});

scenario("a server that the access control list denies does not come in, until it is lifted", async ({ a, b }) => {
  const [alice, bob] = [await a.user("alice"), await b.user("bob")];
  const roomId = await alice.createRoom();
  await alice.set(roomId, "m.room.server_acl", denying(b));
  (await bob.tryJoin(roomId, alice)).refused(403, "M_FORBIDDEN");
  await alice.set(roomId, "m.room.server_acl", { allow: ["*"], deny: [], allow_ip_literals: true });
  await bob.join(roomId, alice);
  await alice.seesMembership(bob, roomId, "join");
  await talk(roomId, alice, bob);
  await agree(roomId, alice, bob);
});

scenario("a list that allows no addresses of machines shuts out a server that is named by one", async ({ a, b }) => {
  const [alice, bob] = [await a.user("alice"), await b.user("bob")];
  const roomId = await alice.createRoom();
  const list = { allow: ["*"], deny: [], allow_ip_literals: false };
  await alice.set(roomId, "m.room.server_acl", list);
  (await bob.tryJoin(roomId, alice)).refused(403, "M_FORBIDDEN");
  const other = await bob.createRoom();
  await bob.set(other, "m.room.server_acl", { allow: ["localhost", "localhost:*", "127.0.0.1", "127.0.0.1:*"] });
  await alice.join(other, bob);
  await talk(other, alice, bob);
});

scenario("a room is upgraded, and its members of both servers move", async ({ a, b }) => {
  const [alice, bob] = [await a.user("alice"), await b.user("bob")];
  const [from, to] = ["10", "11"];
  const local = `moving-${alice.id.split(":")[0].slice(1)}`;
  const roomId = await sharedRoom(alice, bob, { room_version: from, name: "On the move", room_alias_name: local });
  await talk(roomId, alice, bob);
  const { replacement_room: replacement } = (await alice.api.post(`rooms/${path(roomId)}/upgrade`, { new_version: to })).ok();
  await bob.until("the tombstone", async () => (await bob.get(roomId, "m.room.tombstone"))?.replacement_room === replacement);
  await bob.join(replacement, alice);
  await alice.seesMembership(bob, replacement, "join");
  assert.equal((await bob.get(replacement, "m.room.create")).predecessor.room_id, roomId);
  assert.equal((await bob.get(replacement, "m.room.create")).room_version, to);
  assert.equal((await bob.get(replacement, "m.room.name")).name, "On the move");
  assert.equal((await bob.api.get(`directory/room/${path(`#${local}:${a.name}`)}`)).ok().room_id, replacement);
  await talk(replacement, alice, bob);
  await agree(replacement, alice, bob);
  (await bob.api.put(bob.nextTransaction(roomId, "m.room.message"), { msgtype: "m.text", body: "still here?" })).refused(403, "M_FORBIDDEN");
});

scenario("a room is upgraded to version 12", async ({ a, b }) => {
  const [alice, bob] = [await a.user("alice"), await b.user("bob")];
  const roomId = await sharedRoom(alice, bob, { room_version: "11" });
  const { replacement_room: replacement } = (await alice.api.post(`rooms/${path(roomId)}/upgrade`, { new_version: "12" })).ok();
  await bob.until("the tombstone", async () => (await bob.get(roomId, "m.room.tombstone"))?.replacement_room === replacement);
  await bob.join(replacement, alice);
  await alice.seesMembership(bob, replacement, "join");
  await talk(replacement, alice, bob);
  await agree(replacement, alice, bob);
});

scenario("a moderator of the other server upgrades the room", async ({ a, b }) => {
  const [alice, bob] = [await a.user("alice"), await b.user("bob")];
  const roomId = await sharedRoom(alice, bob, { room_version: "10", name: "Handed over" });
  await alice.setPower(roomId, ({ users }) => ({ users: { ...users, [bob.id]: 100 } }));
  await bob.until("his power", async () => (await bob.get(roomId, "m.room.power_levels")).users[bob.id] === 100);
  const { replacement_room: replacement } = (await bob.api.post(`rooms/${path(roomId)}/upgrade`, { new_version: "11" })).ok();
  await alice.until("the tombstone", async () => (await alice.get(roomId, "m.room.tombstone"))?.replacement_room === replacement);
  await alice.join(replacement, bob);
  await bob.seesMembership(alice, replacement, "join");
  assert.equal((await alice.get(replacement, "m.room.create")).predecessor.room_id, roomId);
  assert.equal((await alice.get(replacement, "m.room.name")).name, "Handed over");
  // What power she had there she has here.
  assert.equal((await alice.get(replacement, "m.room.power_levels")).users[alice.id], 100);
  await talk(replacement, alice, bob);
  await agree(replacement, alice, bob);
});

scenario("the power of the other server's users is respected", async ({ a, b }) => {
  const [alice, bob, carol] = [await a.user("alice"), await b.user("bob"), await b.user("carol")];
  const roomId = await sharedRoom(alice, bob);
  await carol.join(roomId, alice);
  await alice.seesMembership(carol, roomId, "join");
  (await bob.trySet(roomId, "m.room.topic", { topic: "mine" })).refused(403, "M_FORBIDDEN");
  await alice.setPower(roomId, ({ users }) => ({ users: { ...users, [bob.id]: 100 } }));
  await bob.until("his power", async () => (await bob.get(roomId, "m.room.power_levels")).users[bob.id] === 100);
  await bob.setPower(roomId, ({ users }) => ({ users: { ...users, [carol.id]: 50 } }));
  await carol.until("her power", async () => (await carol.get(roomId, "m.room.power_levels")).users[carol.id] === 50);
  await carol.set(roomId, "m.room.topic", { topic: "Carol's" });
  await alice.until("the topic", async () => (await alice.get(roomId, "m.room.topic"))?.topic === "Carol's");
  await agree(roomId, alice, carol);
});
