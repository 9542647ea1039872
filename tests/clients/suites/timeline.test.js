// Reading what was said: pages, context, members, filters, and what history visibility hides.
import assert from "node:assert/strict";
import { test } from "node:test";
import { path } from "../support/api.js";
import { person, refusal, start } from "../support/client.js";
import { inRoom, received } from "../support/rooms.js";
import { EventTimeline } from "../support/sdk.js";
import { serverOfThisFile } from "../support/suite.js";

const server = serverOfThisFile();

const outcome = ({ status, errcode }) => [status, errcode];
const ids = (events) => events.map((event) => event.event_id);
const messagesOf = async (client, roomId, query) => (await client.api.get(`rooms/${path(roomId)}/messages`, query)).ok();
const bodies = (chunk) => chunk.filter((event) => event.type === "m.room.message").map((event) => event.content.body);

/** A public room in which the host says `count` numbered things. */
async function talk(host, count, options = {}) {
  const { room_id: roomId } = await host.createRoom({ preset: "public_chat", ...options });
  const events = [];
  for (let number = 1; number <= count; number += 1) events.push((await host.sendTextMessage(roomId, `${number}`)).event_id);
  return { roomId, events };
}

const visibility = (value) => ({ initial_state: [{ type: "m.room.history_visibility", state_key: "", content: { history_visibility: value } }] });

test("pages go back to the beginning and say when they are there", async () => {
  const host = await person(server, "host");
  const { roomId, events } = await talk(host, 23);
  const seen = [];
  let from;
  let pages = 0;
  do {
    const page = await messagesOf(host, roomId, { dir: "b", limit: 7, from });
    assert.ok(page.chunk.length <= 7);
    seen.push(...page.chunk);
    from = page.end;
    pages += 1;
  } while (from);
  assert.ok(pages >= 4);
  assert.deepEqual(ids(seen.filter((event) => event.type === "m.room.message")), [...events].reverse());
  assert.equal(seen.at(-1).type, "m.room.create");
});

test("pages go forward from any point, and meet those that go back", async () => {
  const host = await person(server, "host");
  const { roomId, events } = await talk(host, 12);
  const back = await messagesOf(host, roomId, { dir: "b", limit: 5 });
  const forth = await messagesOf(host, roomId, { dir: "f", limit: 5, from: back.end });
  assert.deepEqual(ids(forth.chunk), ids(back.chunk).reverse());
  const bounded = await messagesOf(host, roomId, { dir: "f", limit: 100, to: back.end });
  assert.deepEqual(bodies(bounded.chunk), ["1", "2", "3", "4", "5", "6", "7"]);
  assert.equal((await messagesOf(host, roomId, { dir: "f", from: forth.end ?? back.start })).chunk.length, 0);
  assert.equal(events.length, 12);
});

test("a client scrolls back from the few events that sync gave it", async () => {
  const [host, guest] = [await person(server, "host"), await person(server, "guest")];
  const { roomId, events } = await talk(host, 30);
  await guest.joinRoom(roomId);
  await start(guest, { initialSyncLimit: 5 });
  const room = await inRoom("the room", guest, roomId, (found) => found);
  assert.ok(room.getLiveTimeline().getEvents().length <= 5);
  while (await guest.paginateEventTimeline(room.getLiveTimeline(), { backwards: true, limit: 10 }));
  const shown = room.getLiveTimeline().getEvents().filter((event) => event.getType() === "m.room.message");
  assert.deepEqual(shown.map((event) => event.getId()), events);
});

test("a client jumps to an old event and reads on in both directions", async () => {
  const [host, guest] = [await person(server, "host"), await person(server, "guest")];
  const { roomId, events } = await talk(host, 40);
  await guest.joinRoom(roomId);
  await start(guest, { initialSyncLimit: 4, threadSupport: false });
  const room = await inRoom("the room", guest, roomId, (found) => found);
  const timeline = await guest.getEventTimeline(room.getUnfilteredTimelineSet(), events[15]);
  const shown = () => timeline.getEvents().filter((event) => event.getType() === "m.room.message").map((event) => event.getId());
  assert.ok(shown().includes(events[15]));
  await guest.paginateEventTimeline(timeline, { backwards: true, limit: 8 });
  await guest.paginateEventTimeline(timeline, { backwards: false, limit: 8 });
  const first = events.indexOf(shown()[0]);
  assert.deepEqual(shown(), events.slice(first, first + shown().length), "no gap, no repetition");
  assert.ok(shown().length >= 16);
  assert.ok(timeline.getPaginationToken(EventTimeline.BACKWARDS));
});

test("context shows what was said around an event, and the state there", async () => {
  const host = await person(server, "host");
  const { roomId, events } = await talk(host, 9, { name: "Before" });
  await host.setRoomName(roomId, "After");
  const around = (await host.api.get(`rooms/${path(roomId)}/context/${path(events[4])}`, { limit: 4 })).ok();
  assert.equal(around.event.event_id, events[4]);
  assert.deepEqual(ids(around.events_before), [events[3], events[2]]);
  assert.deepEqual(ids(around.events_after), [events[5], events[6]]);
  assert.equal(around.state.find((event) => event.type === "m.room.name").content.name, "Before");
  const before = await messagesOf(host, roomId, { dir: "b", from: around.start, limit: 2 });
  assert.deepEqual(ids(before.chunk), [events[1], events[0]]);
  const after = await messagesOf(host, roomId, { dir: "f", from: around.end, limit: 2 });
  assert.deepEqual(ids(after.chunk), [events[7], events[8]]);
});

test("filters choose by type, sender and URL", async () => {
  const [host, guest] = [await person(server, "host"), await person(server, "guest")];
  const { roomId } = await talk(host, 3);
  await guest.joinRoom(roomId);
  await guest.sendTextMessage(roomId, "from the guest");
  await host.sendMessage(roomId, { msgtype: "m.image", body: "picture", url: "mxc://hybrid.test/picture" });
  const filtered = async (filter) => (await messagesOf(host, roomId, { dir: "b", limit: 50, filter })).chunk;
  assert.deepEqual([...new Set((await filtered({ types: ["m.room.message"] })).map((event) => event.type))], ["m.room.message"]);
  assert.ok((await filtered({ types: ["m.room.*"], not_types: ["m.room.message"] })).every((event) => /^m\.room\.(?!message)/.test(event.type)));
  assert.deepEqual(bodies(await filtered({ senders: [guest.getSafeUserId()] })), ["from the guest"]);
  assert.deepEqual(bodies(await filtered({ contains_url: true })), ["picture"]);
  assert.ok(!bodies(await filtered({ not_senders: [host.getSafeUserId()] })).includes("1"));
  assert.deepEqual(await filtered({ rooms: [] }), []);
});

test("filters find events that others react to", async () => {
  const [host, guest] = [await person(server, "host"), await person(server, "guest")];
  const { roomId, events } = await talk(host, 4);
  await guest.joinRoom(roomId);
  await guest.sendEvent(roomId, "m.reaction", { "m.relates_to": { rel_type: "m.annotation", event_id: events[2], key: "!" } });
  const filter = { related_by_rel_types: ["m.annotation"], related_by_senders: [guest.getSafeUserId()] };
  assert.deepEqual(ids((await messagesOf(host, roomId, { dir: "b", limit: 50, filter })).chunk), [events[2]]);
});

test("lazily loaded pages bring the members who speak in them, no others", async () => {
  const host = await person(server, "host");
  const { roomId } = await talk(host, 2);
  const guests = [];
  for (const name of ["one", "two", "three"]) guests.push(await person(server, name));
  for (const guest of guests) await guest.joinRoom(roomId);
  await guests[1].sendTextMessage(roomId, "only two speaks");
  const page = await messagesOf(host, roomId, { dir: "b", limit: 1, filter: { lazy_load_members: true } });
  assert.deepEqual(page.state.map((event) => [event.type, event.state_key]), [["m.room.member", guests[1].getSafeUserId()]]);
});

test("a client with lazy loading knows a silent member when it asks for them", async () => {
  const [host, silent] = [await person(server, "host"), await person(server, "silent")];
  // A room without a name would be named after its members, and bring them for that.
  const { roomId } = await talk(host, 3, { name: "Named" });
  await silent.joinRoom(roomId);
  for (let number = 0; number < 6; number += 1) await host.sendTextMessage(roomId, "more");
  const guest = await person(server, "guest");
  await guest.joinRoom(roomId);
  await start(guest, { lazyLoadMembers: true, initialSyncLimit: 3 });
  const room = await inRoom("the room", guest, roomId, (found) => found);
  assert.equal(room.getJoinedMemberCount(), 3, "the summary counts all");
  assert.equal(room.getMember(silent.getSafeUserId()), null);
  await room.loadMembersIfNeeded();
  assert.equal(room.getMember(silent.getSafeUserId()).membership, "join");
});

test("members are those of the point in time that is asked for", async () => {
  const [host, guest] = [await person(server, "host"), await person(server, "guest")];
  const { roomId } = await talk(host, 1);
  const { start: at } = await messagesOf(host, roomId, { dir: "b", limit: 1 });
  await guest.joinRoom(roomId);
  const count = async (query) => (await host.api.get(`rooms/${path(roomId)}/members`, query)).ok().chunk.length;
  assert.equal(await count({}), 2);
  assert.equal(await count({ at }), 1);
  await guest.leave(roomId);
  assert.equal(await count({ membership: "join" }), 1);
  assert.equal(await count({ not_membership: "join" }), 1);
});

test("'joined' history hides what was said before and after one's stay", async () => {
  const [host, guest] = [await person(server, "host"), await person(server, "guest")];
  const { roomId, events } = await talk(host, 2, visibility("joined"));
  await guest.joinRoom(roomId);
  const { event_id: during } = await host.sendTextMessage(roomId, "during");
  await guest.leave(roomId);
  const { event_id: later } = await host.sendTextMessage(roomId, "later");
  assert.deepEqual(bodies((await messagesOf(guest, roomId, { dir: "b", limit: 50 })).chunk), ["during"]);
  assert.equal((await guest.fetchRoomEvent(roomId, during)).content.body, "during");
  for (const hidden of [events[0], later]) {
    assert.deepEqual(outcome(await refusal(guest.fetchRoomEvent(roomId, hidden))), [404, "M_NOT_FOUND"]);
    (await guest.api.get(`rooms/${path(roomId)}/context/${path(hidden)}`)).refused(404, "M_NOT_FOUND");
  }
});

test("'invited' history begins with the invitation", async () => {
  const [host, guest] = [await person(server, "host"), await person(server, "guest")];
  const { roomId } = await talk(host, 2, { preset: "private_chat", ...visibility("invited") });
  await host.invite(roomId, guest.getSafeUserId());
  await host.sendTextMessage(roomId, "since the invitation");
  await guest.joinRoom(roomId);
  assert.deepEqual(bodies((await messagesOf(guest, roomId, { dir: "b", limit: 50 })).chunk), ["since the invitation"]);
});

test("'shared' history is for all members, 'world_readable' for everyone", async () => {
  const [host, guest] = [await person(server, "host"), await person(server, "guest")];
  const shared = await talk(host, 2, visibility("shared"));
  const open = await talk(host, 2, visibility("world_readable"));
  (await guest.api.get(`rooms/${path(shared.roomId)}/messages`, { dir: "b" })).refused(403, "M_FORBIDDEN");
  assert.deepEqual(bodies((await messagesOf(guest, open.roomId, { dir: "b", limit: 50 })).chunk), ["2", "1"]);
  await guest.joinRoom(shared.roomId);
  assert.deepEqual(bodies((await messagesOf(guest, shared.roomId, { dir: "b", limit: 50 })).chunk), ["2", "1"]);
});

test("the closest event to a moment is found in both directions", async () => {
  const host = await person(server, "host");
  const { roomId, events } = await talk(host, 3);
  const middle = await host.fetchRoomEvent(roomId, events[1]);
  assert.ok([events[1], events[0]].includes((await host.timestampToEvent(roomId, middle.origin_server_ts, "b")).event_id));
  assert.equal((await host.timestampToEvent(roomId, 0, "f")).event_id, (await messagesOf(host, roomId, { dir: "f", limit: 1 })).chunk[0].event_id);
  assert.deepEqual(outcome(await refusal(host.timestampToEvent(roomId, 0, "b"))), [404, "M_NOT_FOUND"]);
});

test("the sender's own device gets its transaction ID back, no one else does", async () => {
  const [host, guest] = [await start(await person(server, "host")), await start(await person(server, "guest"))];
  const { roomId } = await talk(host, 1);
  await guest.joinRoom(roomId);
  const { event_id: eventId } = (await host.api.put(`rooms/${path(roomId)}/send/m.room.message/mine`, { msgtype: "m.text", body: "mine" })).ok();
  assert.equal((await received(host, roomId, eventId)).getUnsigned().transaction_id, "mine");
  const seen = await received(guest, roomId, eventId);
  assert.equal(seen.getUnsigned().transaction_id, undefined);
  assert.equal(typeof seen.getUnsigned().age, "number");
});
