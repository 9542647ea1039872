// Finding rooms and people of the other server: aliases, the room directory, spaces, profiles.
import assert from "node:assert/strict";
import { path } from "../../clients/support/api.js";
import { agree, scenario, sharedRoom, talk } from "../support/scenario.js";

scenario("a room is found and joined by its alias", async ({ a, b }) => {
  const [alice, bob] = [await a.user("alice"), await b.user("bob")];
  const local = `lounge-${alice.id.split(":")[0].slice(1)}`;
  const roomId = await alice.createRoom({ room_alias_name: local });
  const alias = `#${local}:${a.name}`;
  const found = (await bob.api.get(`directory/room/${path(alias)}`)).ok();
  assert.equal(found.room_id, roomId);
  assert.ok(found.servers.includes(a.name), JSON.stringify(found.servers));
  await bob.join(alias);
  await alice.seesMembership(bob, roomId, "join");
  await talk(roomId, alice, bob);
  await agree(roomId, alice, bob);
  (await alice.api.delete(`directory/room/${path(alias)}`)).ok();
  (await bob.api.get(`directory/room/${path(alias)}`)).refused(404, "M_NOT_FOUND");
});

scenario("an alias of the other server leads to a room of one's own", async ({ a, b }) => {
  const [alice, bob, carol] = [await a.user("alice"), await b.user("bob"), await a.user("carol")];
  const roomId = await sharedRoom(alice, bob);
  const alias = `#elsewhere-${bob.id.split(":")[0].slice(1)}:${b.name}`;
  (await bob.api.put(`directory/room/${path(alias)}`, { room_id: roomId })).ok();
  await alice.set(roomId, "m.room.canonical_alias", { alias });
  await bob.until("the alias", async () => (await bob.get(roomId, "m.room.canonical_alias"))?.alias === alias);
  assert.equal((await carol.api.get(`directory/room/${path(alias)}`)).ok().room_id, roomId);
  await carol.join(alias);
  await bob.seesMembership(carol, roomId, "join");
});

scenario("an alias that nobody made is not found", async ({ a, b }) => {
  const bob = await b.user("bob");
  (await bob.api.get(`directory/room/${path(`#nowhere:${a.name}`)}`)).refused(404, "M_NOT_FOUND");
});

scenario("the other server's public rooms are listed, searched and paged", async ({ a, b }) => {
  const [alice, bob] = [await a.user("alice"), await b.user("bob")];
  const word = `cheese${alice.id.split(":")[0].slice(1)}`;
  const rooms = [];
  for (let number = 0; number < 3; number += 1) {
    rooms.push(await alice.createRoom({ name: `${word} ${number}`, topic: "All about it", visibility: "public" }));
  }
  await alice.createRoom({ name: `${word} hidden`, visibility: "private" });
  const listed = (await bob.api.get("publicRooms", { server: a.name, limit: 500 })).ok();
  const mine = listed.chunk.filter((room) => room.name?.startsWith(word));
  assert.deepEqual(mine.map((room) => room.room_id).sort(), [...rooms].sort());
  for (const room of mine) assert.deepEqual([room.topic, room.num_joined_members, room.world_readable], ["All about it", 1, false]);

  const search = async (body) => (await bob.api.post("publicRooms", body, { server: a.name })).ok();
  const found = await search({ filter: { generic_search_term: word } });
  assert.deepEqual(found.chunk.map((room) => room.room_id).sort(), [...rooms].sort());
  const paged = [];
  let since;
  do {
    const page = await search({ limit: 2, since, filter: { generic_search_term: word } });
    paged.push(...page.chunk.map((room) => room.room_id));
    since = page.next_batch;
  } while (since);
  assert.deepEqual(paged.sort(), [...rooms].sort());
  await bob.join(rooms[0], alice);
});

const child = (user, space, room, owner) => user.set(space, "m.space.child", { via: [owner.server.name] }, room);

scenario("a space of one server leads to rooms of both", async ({ a, b }) => {
  const [alice, bob] = [await a.user("alice"), await b.user("bob")];
  const space = await alice.createRoom({ name: "The space", creation_content: { type: "m.space" } });
  const inner = await bob.createRoom({ name: "A space within", creation_content: { type: "m.space" } });
  const [here, there, deep] = [
    await alice.createRoom({ name: "A room of A" }), await bob.createRoom({ name: "A room of B" }), await bob.createRoom({ name: "Deep down" }),
  ];
  const secret = await bob.createRoom({ preset: "private_chat", name: "Not for all" });
  await child(alice, space, here, alice);
  await child(alice, space, there, bob);
  await child(alice, space, inner, bob);
  await child(alice, space, secret, bob);
  await child(bob, inner, deep, bob);
  const tree = async (user, query = {}) =>
    (await user.api.get(`/_matrix/client/v1/rooms/${path(space)}/hierarchy`, query)).ok().rooms;
  const seen = await tree(alice);
  assert.deepEqual(seen.map((room) => room.name).sort(), ["A room of A", "A room of B", "A space within", "Deep down", "The space"]);
  assert.deepEqual(seen.find((room) => room.room_id === inner).children_state.map((event) => event.state_key), [deep]);
  assert.equal(seen.find((room) => room.room_id === inner).room_type, "m.space");
  assert.ok(!seen.some((room) => room.room_id === secret), "a private room is told to nobody");

  await bob.join(space, alice);
  assert.deepEqual((await tree(bob)).map((room) => room.name).sort(),
    ["A room of A", "A room of B", "A space within", "Deep down", "Not for all", "The space"]);
});

scenario("the hierarchy of a space where nobody of one's own server is", async ({ a, b }) => {
  const [alice, bob] = [await a.user("alice"), await b.user("bob")];
  const space = await alice.createRoom({ name: "Far away", creation_content: { type: "m.space" } });
  const room = await alice.createRoom({ name: "Farther", join_rules: "public" });
  await child(alice, space, room, alice);
  const parent = await bob.createRoom({ name: "At home", creation_content: { type: "m.space" } });
  await child(bob, parent, space, alice);
  const { rooms } = (await bob.api.get(`/_matrix/client/v1/rooms/${path(parent)}/hierarchy`)).ok();
  assert.deepEqual(rooms.map((one) => one.name), ["At home", "Far away", "Farther"]);
  const summary = (await bob.api.get(`/_matrix/client/v1/room_summary/${path(room)}`, { via: a.name })).ok();
  assert.equal(summary.name, "Farther");
});

for (const [from, to] of [["a", "b"], ["b", "a"]]) {
  scenario(`profiles are looked up, from ${to.toUpperCase()} at ${from.toUpperCase()}`, async (pair) => {
    const [alice, bob] = [await pair[from].user("alice"), await pair[to].user("bob")];
    (await alice.api.put(`profile/${path(alice.id)}/displayname`, { displayname: "Alice of Afar" })).ok();
    (await alice.api.put(`profile/${path(alice.id)}/avatar_url`, { avatar_url: `mxc://${pair[from].name}/face` })).ok();
    const profile = (await bob.api.get(`profile/${path(alice.id)}`)).ok();
    assert.deepEqual([profile.displayname, profile.avatar_url], ["Alice of Afar", `mxc://${pair[from].name}/face`]);
    assert.deepEqual((await bob.api.get(`profile/${path(alice.id)}/displayname`)).ok(), { displayname: "Alice of Afar" });
    (await bob.api.get(`profile/${path(`@nobody:${pair[from].name}`)}`)).refused(404, "M_NOT_FOUND");
  });

  scenario(`a new name shows in shared rooms, from ${from.toUpperCase()} to ${to.toUpperCase()}`, async (pair) => {
    const [alice, bob] = [await pair[from].user("alice"), await pair[to].user("bob")];
    const roomId = await sharedRoom(alice, bob);
    (await alice.api.put(`profile/${path(alice.id)}/displayname`, { displayname: "Renamed" })).ok();
    await bob.until("the new name", async () => (await bob.get(roomId, "m.room.member", alice.id)).displayname === "Renamed");
  });
}
