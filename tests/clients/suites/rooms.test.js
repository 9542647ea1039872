// Making rooms, who may be in them and do what, and how they are found.
import assert from "node:assert/strict";
import { test } from "node:test";
import { path } from "../support/api.js";
import { person, refusal, start } from "../support/client.js";
import { inRoom, membership } from "../support/rooms.js";
import { serverOfThisFile } from "../support/suite.js";

const server = serverOfThisFile();

const outcome = ({ status, errcode }) => [status, errcode];
const forbidden = async (promise) => assert.deepEqual(outcome(await refusal(promise)), [403, "M_FORBIDDEN"]);
const make = async (client, options = {}) => (await client.createRoom(options)).room_id;
const memberIn = async (client, roomId, userId) => (await client.getStateEvent(roomId, "m.room.member", userId)).membership;

test("each preset sets who comes in, who reads and who is trusted", async () => {
  const [host, friend] = [await person(server, "host"), await person(server, "friend")];
  const expected = {
    private_chat: ["invite", "shared", "can_join"],
    trusted_private_chat: ["invite", "shared", "can_join"],
    public_chat: ["public", "shared", "forbidden"],
  };
  for (const [preset, wanted] of Object.entries(expected)) {
    const roomId = await make(host, { preset, invite: [friend.getSafeUserId()], room_version: "11" });
    const state = async (type) => host.getStateEvent(roomId, type, "");
    const found = [
      (await state("m.room.join_rules")).join_rule,
      (await state("m.room.history_visibility")).history_visibility,
      (await state("m.room.guest_access").catch(() => ({ guest_access: "forbidden" }))).guest_access,
    ];
    assert.deepEqual(found, wanted, preset);
    const { users } = await state("m.room.power_levels");
    assert.equal(users[host.getSafeUserId()], 100);
    assert.equal(users[friend.getSafeUserId()], preset === "trusted_private_chat" ? 100 : undefined, preset);
  }
});

test("the events of a new room come in the order of the specification", async () => {
  const host = await person(server, "host");
  const roomId = await make(host, {
    preset: "public_chat", room_alias_name: "ordered", name: "Ordered", topic: "In order", room_version: "10",
    initial_state: [{ type: "org.example.mine", state_key: "here", content: { yes: true } }], creation_content: { "m.federate": false },
  });
  const { chunk } = (await host.api.get(`rooms/${path(roomId)}/messages`, { dir: "f", limit: 50 })).ok();
  const types = chunk.map((event) => event.type).filter((type) => type !== "m.room.guest_access");
  assert.deepEqual(types, [
    "m.room.create", "m.room.member", "m.room.power_levels", "m.room.canonical_alias", "m.room.join_rules",
    "m.room.history_visibility", "org.example.mine", "m.room.name", "m.room.topic",
  ]);
  assert.equal(chunk[0].content["m.federate"], false);
  assert.equal(chunk[0].content.room_version, "10");
});

for (const version of ["10", "11", "12"]) {
  test(`a room of version ${version} is made, joined, written in and redacted`, async () => {
    const [host, guest] = [await person(server, "host"), await person(server, "guest")];
    const roomId = await make(host, { preset: "public_chat", room_version: version });
    assert.equal(roomId.includes(":"), version !== "12", "only version 12 names rooms by a hash");
    await guest.joinRoom(roomId);
    const { event_id: eventId } = await guest.sendTextMessage(roomId, "hello");
    const { event_id: redaction } = await host.redactEvent(roomId, eventId);
    const gone = await guest.fetchRoomEvent(roomId, eventId);
    assert.deepEqual(gone.content, {});
    const told = await guest.fetchRoomEvent(roomId, redaction);
    assert.equal(told.redacts, eventId, "clients of every version find what is redacted");
    const creation = (await host.roomState(roomId)).find((event) => event.type === "m.room.create");
    assert.equal(creation.content.creator, version === "10" ? host.getSafeUserId() : undefined);
    assert.equal(creation.sender, host.getSafeUserId());
  });
}

test("versions that do not exist are refused, version 12 is the default", async () => {
  const host = await person(server, "host");
  assert.deepEqual(outcome(await refusal(make(host, { room_version: "nonsense" }))), [400, "M_UNSUPPORTED_ROOM_VERSION"]);
  assert.equal((await host.getStateEvent(await make(host), "m.room.create", "")).room_version, "12");
});

test("an invitation is seen with the room's name, and can be declined", async () => {
  const [host, guest] = [await person(server, "host"), await start(await person(server, "guest"))];
  const roomId = await make(host, { name: "The party", topic: "Bring cake", invite: [guest.getSafeUserId()] });
  const room = await membership(guest, roomId, "invite");
  assert.equal(room.name, "The party");
  await guest.leave(roomId);
  await membership(guest, roomId, "leave");
  assert.equal(await memberIn(host, roomId, guest.getSafeUserId()), "leave");
  await forbidden(guest.joinRoom(roomId));
});

test("who is in a room may invite; a second invitation of a member is refused", async () => {
  const [host, guest, third] = [await person(server, "host"), await person(server, "guest"), await person(server, "third")];
  const roomId = await make(host, { preset: "private_chat", invite: [guest.getSafeUserId()] });
  await forbidden(third.joinRoom(roomId));
  await forbidden(third.invite(roomId, third.getSafeUserId()));
  await guest.joinRoom(roomId);
  await guest.invite(roomId, third.getSafeUserId(), "come in");
  const invitation = await host.getStateEvent(roomId, "m.room.member", third.getSafeUserId());
  assert.deepEqual([invitation.membership, invitation.reason], ["invite", "come in"]);
  await third.joinRoom(roomId);
  await forbidden(guest.invite(roomId, third.getSafeUserId()));
});

test("a kicked member may come back, a banned one may not until unbanned", async () => {
  const [host, guest] = [await person(server, "host"), await start(await person(server, "guest"))];
  const roomId = await make(host, { preset: "public_chat" });
  await guest.joinRoom(roomId);
  await host.kick(roomId, guest.getSafeUserId(), "too loud");
  const room = await membership(guest, roomId, "leave");
  assert.equal(room.getMember(guest.getSafeUserId()).events.member.getContent().reason, "too loud");
  await guest.joinRoom(roomId);
  await host.ban(roomId, guest.getSafeUserId(), "far too loud");
  await membership(guest, roomId, "ban");
  await forbidden(guest.joinRoom(roomId));
  await forbidden(host.invite(roomId, guest.getSafeUserId()));
  await host.unban(roomId, guest.getSafeUserId());
  assert.equal(await memberIn(host, roomId, guest.getSafeUserId()), "leave");
  await guest.joinRoom(roomId);
  await membership(guest, roomId, "join");
});

test("members without the power may not kick, ban, redact others or change the room", async () => {
  const [host, guest, third] = [await person(server, "host"), await person(server, "guest"), await person(server, "third")];
  const roomId = await make(host, { preset: "public_chat" });
  for (const client of [guest, third]) await client.joinRoom(roomId);
  const { event_id: eventId } = await third.sendTextMessage(roomId, "mine");
  await forbidden(guest.kick(roomId, third.getSafeUserId()));
  await forbidden(guest.ban(roomId, third.getSafeUserId()));
  await forbidden(guest.redactEvent(roomId, eventId));
  await forbidden(guest.setRoomName(roomId, "Taken over"));
  await forbidden(guest.setPowerLevel(roomId, guest.getSafeUserId(), 100));
});

test("a moderator is made by power levels, and cannot make more than itself", async () => {
  const [host, guest, third] = [await start(await person(server, "host")), await start(await person(server, "guest")), await person(server, "third")];
  const roomId = await make(host, { preset: "public_chat" });
  for (const client of [guest, third]) await client.joinRoom(roomId);
  await inRoom("the power levels", host, roomId, (room) => room.currentState.getStateEvents("m.room.power_levels", ""));
  await host.setPowerLevel(roomId, guest.getSafeUserId(), 50);
  await inRoom("a level of 50", guest, roomId, (room) => room.getMember(guest.getSafeUserId()).powerLevel === 50);
  await forbidden(guest.setPowerLevel(roomId, third.getSafeUserId(), 100));
  await guest.kick(roomId, third.getSafeUserId());
  assert.equal(await memberIn(host, roomId, third.getSafeUserId()), "leave");
  await forbidden(guest.kick(roomId, host.getSafeUserId()));
});

test("a left room is still listed until it is forgotten", async () => {
  const [host, guest] = [await person(server, "host"), await person(server, "guest")];
  const roomId = await make(host, { preset: "public_chat" });
  await guest.joinRoom(roomId);
  assert.deepEqual((await guest.getJoinedRooms()).joined_rooms, [roomId]);
  assert.equal((await refusal(guest.forget(roomId, false))).status, 400, "not while in it");
  await guest.leave(roomId);
  assert.deepEqual((await guest.getJoinedRooms()).joined_rooms, []);
  (await guest.api.get(`rooms/${path(roomId)}/messages`, { dir: "b" })).ok();
  await guest.forget(roomId, false);
  (await guest.api.get(`rooms/${path(roomId)}/messages`, { dir: "b" })).refused(403, "M_FORBIDDEN");
});

test("joined members come with their names, for members only", async () => {
  const [host, guest, third] = [await person(server, "host"), await person(server, "guest"), await person(server, "third")];
  await guest.setDisplayName("The guest");
  const roomId = await make(host, { preset: "public_chat" });
  await guest.joinRoom(roomId);
  const { joined } = await host.getJoinedRoomMembers(roomId);
  assert.deepEqual(Object.keys(joined).sort(), [guest.getSafeUserId(), host.getSafeUserId()].sort());
  assert.equal(joined[guest.getSafeUserId()].display_name, "The guest");
  await forbidden(third.getJoinedRoomMembers(roomId));
  const { chunk } = await host.members(roomId, "join");
  assert.equal(chunk.length, 2);
});

test("an alias leads to the room until its maker takes it away", async () => {
  const [host, guest] = [await person(server, "host"), await person(server, "guest")];
  const roomId = await make(host, { preset: "public_chat", room_alias_name: "lobby" });
  const [first, second] = [`#lobby:${server.name}`, `#foyer:${server.name}`];
  assert.equal((await host.getStateEvent(roomId, "m.room.canonical_alias", "")).alias, first);
  await host.createAlias(second, roomId);
  assert.deepEqual((await host.getLocalAliases(roomId)).aliases.sort(), [second, first]);
  assert.equal((await guest.joinRoom(second)).roomId, roomId);
  assert.equal((await refusal(host.createAlias(second, roomId))).status, 409);
  await forbidden(guest.deleteAlias(second));
  await host.deleteAlias(second);
  assert.deepEqual(outcome(await refusal(guest.getRoomIdForAlias(second))), [404, "M_NOT_FOUND"]);
  assert.deepEqual(outcome(await refusal(make(host, { room_alias_name: "lobby" }))), [400, "M_ROOM_IN_USE"]);
});

test("published rooms are in the directory, searched and paged", async () => {
  const host = await person(server, "host");
  const rooms = [];
  for (const name of ["Gardening", "Garden shed", "Astronomy"]) {
    rooms.push(await make(host, { preset: "public_chat", visibility: "public", name, topic: `About ${name}` }));
  }
  const hidden = await make(host, { preset: "public_chat", name: "Garden of secrets" });
  const found = await host.publicRooms({ filter: { generic_search_term: "garden" }, limit: 10 });
  assert.deepEqual(found.chunk.map((room) => room.name).sort(), ["Garden shed", "Gardening"]);
  assert.ok(!found.chunk.some((room) => room.room_id === hidden));
  const seen = new Set();
  let since;
  do {
    const page = await host.publicRooms({ limit: 1, since });
    page.chunk.forEach((room) => seen.add(room.room_id));
    since = page.next_batch;
  } while (since);
  assert.ok(rooms.every((roomId) => seen.has(roomId)), "paging loses none");
  await host.setRoomDirectoryVisibility(rooms[2], "private");
  assert.equal((await host.getRoomDirectoryVisibility(rooms[2])).visibility, "private");
  assert.ok(!(await host.publicRooms({ limit: 50 })).chunk.some((room) => room.room_id === rooms[2]));
});

test("a room may be knocked on, and the knock answered by an invitation", async () => {
  const [host, guest] = [await start(await person(server, "host")), await start(await person(server, "guest"))];
  const roomId = await make(host, { preset: "private_chat", initial_state: [{ type: "m.room.join_rules", state_key: "", content: { join_rule: "knock" } }] });
  await forbidden(guest.joinRoom(roomId));
  await guest.knockRoom(roomId, { reason: "May I?" });
  await inRoom("the knock", host, roomId, (room) => room.getMember(guest.getSafeUserId())?.membership === "knock");
  await host.invite(roomId, guest.getSafeUserId());
  await membership(guest, roomId, "invite");
  await guest.joinRoom(roomId);
  await membership(guest, roomId, "join");
});

test("members of one room may join another that trusts it", async () => {
  const [host, guest, third] = [await person(server, "host"), await person(server, "guest"), await person(server, "third")];
  const club = await make(host, { preset: "public_chat" });
  const content = { join_rule: "restricted", allow: [{ type: "m.room_membership", room_id: club }] };
  const roomId = await make(host, { initial_state: [{ type: "m.room.join_rules", state_key: "", content }] });
  await guest.joinRoom(club);
  await guest.joinRoom(roomId);
  assert.equal(await memberIn(host, roomId, guest.getSafeUserId()), "join");
  await forbidden(third.joinRoom(roomId));
});

test("state is set under its key, read back alone and whole, and reaches the others", async () => {
  const [host, guest] = [await person(server, "host"), await start(await person(server, "guest"))];
  const roomId = await make(host, { preset: "public_chat" });
  await guest.joinRoom(roomId);
  const { event_id: first } = await host.sendStateEvent(roomId, "org.example.board", { move: 1 }, "chess");
  const { event_id: same } = await host.sendStateEvent(roomId, "org.example.board", { move: 1 }, "chess");
  assert.equal(same, first, "what is said already is not said again");
  await host.sendStateEvent(roomId, "org.example.board", { move: 2 }, "chess");
  await inRoom("the second move", guest, roomId, (room) => room.currentState.getStateEvents("org.example.board", "chess")?.getContent().move === 2);
  assert.deepEqual(await guest.getStateEvent(roomId, "org.example.board", "chess"), { move: 2 });
  assert.deepEqual(outcome(await refusal(guest.getStateEvent(roomId, "org.example.board", "go"))), [404, "M_NOT_FOUND"]);
  await forbidden(host.sendStateEvent(roomId, "org.example.board", {}, guest.getSafeUserId()));
});

test("the same transaction sends once, whatever happens to the answer", async () => {
  const host = await person(server, "host");
  const roomId = await make(host);
  const send = () => host.api.put(`rooms/${path(roomId)}/send/m.room.message/once`, { msgtype: "m.text", body: "just once" });
  const ids = (await Promise.all(Array.from({ length: 8 }, send))).map((answer) => answer.ok().event_id);
  assert.equal(new Set(ids).size, 1);
  const { chunk } = (await host.api.get(`rooms/${path(roomId)}/messages`, { dir: "b", limit: 50 })).ok();
  assert.equal(chunk.filter((event) => event.type === "m.room.message").length, 1);
});
