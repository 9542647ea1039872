// `/sync`: what it brings at first, what it brings next, what it waits for, and what a filter leaves out.
import assert from "node:assert/strict";
import { test } from "node:test";
import { path } from "../support/api.js";
import { anotherDevice, person } from "../support/client.js";
import { serverOfThisFile } from "../support/suite.js";
import { filterOf, inTimeline, joined, now, sync, syncUntil } from "../support/sync.js";

const server = serverOfThisFile();

const say = async (client, roomId, body) => (await client.sendTextMessage(roomId, body)).event_id;

async function pair(options = {}) {
  const [host, guest] = [await person(server, "host"), await person(server, "guest")];
  const { room_id: roomId } = await host.createRoom({ preset: "public_chat", ...options });
  await guest.joinRoom(roomId);
  return { host, guest, roomId };
}

test("the first sync has each room's state, last events and a way back", async () => {
  const { host, guest, roomId } = await pair({ name: "First" });
  const events = [];
  for (let number = 0; number < 15; number += 1) events.push(await say(host, roomId, `${number}`));
  const answer = await sync(guest.api);
  const room = joined(answer, roomId);
  assert.equal(room.timeline.limited, true);
  assert.deepEqual(room.timeline.events.map((event) => event.event_id), events.slice(-room.timeline.events.length));
  assert.ok(room.state.events.some((event) => event.type === "m.room.name" && event.content.name === "First"));
  assert.deepEqual(room.state.events.filter((event) => event.type === "m.room.member").length, 2);
  const { chunk } = (await guest.api.get(`rooms/${path(roomId)}/messages`, { dir: "b", from: room.timeline.prev_batch, limit: 1 })).ok();
  assert.equal(chunk[0].event_id, events[events.length - room.timeline.events.length - 1]);
});

test("the next sync has what is new, and nothing twice", async () => {
  const { host, guest, roomId } = await pair();
  let since = await now(guest.api);
  const sent = [];
  const seen = [];
  for (let number = 0; number < 5; number += 1) {
    sent.push(await say(host, roomId, `${number}`));
    const step = await syncUntil(`event ${number}`, guest.api, since, (answer) => inTimeline(answer, roomId, sent[number]));
    seen.push(...joined(step.answer, roomId).timeline.events.map((event) => event.event_id));
    since = step.since;
  }
  assert.deepEqual(seen, sent);
  assert.equal(joined(await sync(guest.api, { since }), roomId), undefined);
});

test("a waiting sync is answered by what happens, not by the clock", async () => {
  const { host, guest, roomId } = await pair();
  const since = await now(guest.api);
  const waiting = guest.api.get("sync", { since, timeout: 55_000 });
  const sent = await say(host, roomId, "wake up");
  assert.ok(inTimeline((await waiting).ok(), roomId, sent));
});

test("a sync that has nothing to tell ends empty with a token that goes on", async () => {
  const { host, guest, roomId } = await pair();
  const since = await now(guest.api);
  const quiet = await sync(guest.api, { since, timeout: 50 });
  assert.equal(quiet.rooms?.join?.[roomId], undefined);
  const sent = await say(host, roomId, "after the silence");
  assert.ok((await syncUntil("the event", guest.api, quiet.next_batch, (answer) => inTimeline(answer, roomId, sent))).found);
});

test("full state is given when asked for, even when nothing has happened", async () => {
  const { guest, roomId } = await pair({ topic: "State" });
  const since = await now(guest.api);
  const room = joined(await sync(guest.api, { since, full_state: true }), roomId);
  const types = room.state.events.map((event) => event.type);
  for (const type of ["m.room.create", "m.room.power_levels", "m.room.topic", "m.room.member"]) assert.ok(types.includes(type), type);
  assert.deepEqual(room.timeline.events, []);
});

test("after a gap the state is brought up to the start of the timeline", async () => {
  const { host, guest, roomId } = await pair({ name: "Old" });
  const since = await now(guest.api);
  await host.setRoomName(roomId, "New");
  for (let number = 0; number < 5; number += 1) await say(host, roomId, `${number}`);
  const filter = await filterOf(guest, { room: { timeline: { limit: 2 } } });
  const room = joined(await sync(guest.api, { since, filter }), roomId);
  assert.equal(room.timeline.limited, true);
  assert.equal(room.timeline.events.length, 2);
  assert.deepEqual(room.state.events.map((event) => [event.type, event.content.name]), [["m.room.name", "New"]]);
});

test("a stored filter chooses what sync brings, and is given back as it was", async () => {
  const { host, guest, roomId } = await pair();
  const definition = { presence: { types: [] }, room: { timeline: { types: ["m.room.message"], limit: 3 }, state: { types: ["m.room.create"] }, ephemeral: { types: [] } } };
  const filter = await filterOf(guest, definition);
  assert.deepEqual((await guest.api.get(`user/${path(guest.getSafeUserId())}/filter/${filter}`)).ok(), definition);
  await host.setRoomTopic(roomId, "not wanted");
  const sent = await say(host, roomId, "wanted");
  const room = joined(await sync(guest.api, { filter }), roomId);
  assert.deepEqual(room.timeline.events.map((event) => event.event_id), [sent]);
  assert.deepEqual(room.state.events.map((event) => event.type), ["m.room.create"]);
  const inline = await sync(guest.api, { filter: { room: { rooms: [] } } });
  assert.equal(joined(inline, roomId), undefined);
});

test("lazily loaded members come with the events they sent, once", async () => {
  const { host, guest, roomId } = await pair({ name: "Named" });
  const third = await person(server, "third");
  await third.joinRoom(roomId);
  for (let number = 0; number < 3; number += 1) await say(host, roomId, `${number}`);
  const filter = await filterOf(guest, { room: { timeline: { limit: 2 }, state: { lazy_load_members: true } } });
  const members = (room) => room.state.events.filter((event) => event.type === "m.room.member").map((event) => event.state_key);
  const first = await sync(guest.api, { filter });
  const known = members(joined(first, roomId));
  assert.ok(known.includes(host.getSafeUserId()) && !known.includes(third.getSafeUserId()), known.join(" "));
  assert.equal(joined(first, roomId).summary["m.joined_member_count"], 3);
  const sent = await say(third, roomId, "now I speak");
  const { answer, since } = await syncUntil("the third to speak", guest.api, first.next_batch, (next) => inTimeline(next, roomId, sent), { filter });
  assert.deepEqual(members(joined(answer, roomId)), [third.getSafeUserId()]);
  const again = await say(third, roomId, "and again");
  const next = await syncUntil("the third again", guest.api, since, (later) => inTimeline(later, roomId, again), { filter });
  assert.deepEqual(members(joined(next.answer, roomId)), []);
});

test("invited and left rooms have their own places", async () => {
  const { host, guest, roomId } = await pair();
  let since = await now(guest.api);
  const { room_id: other } = await host.createRoom({ name: "Other", invite: [guest.getSafeUserId()] });
  const invited = await syncUntil("the invitation", guest.api, since, (answer) => answer.rooms?.invite?.[other]);
  const { events } = invited.found.invite_state;
  assert.ok(events.some((event) => event.type === "m.room.name" && event.content.name === "Other"));
  assert.ok(events.some((event) => event.type === "m.room.member" && event.state_key === guest.getSafeUserId() && event.content.membership === "invite"));
  since = invited.since;
  await guest.leave(roomId);
  const left = await syncUntil("the leave", guest.api, since, (answer) => answer.rooms?.leave?.[roomId]);
  assert.equal(left.found.timeline.events.at(-1).content.membership, "leave");
  assert.equal((await sync(guest.api)).rooms?.leave?.[roomId], undefined, "a first sync leaves it out");
  const filter = { room: { include_leave: true } };
  assert.ok((await sync(guest.api, { filter })).rooms.leave[roomId], "unless it is asked for");
});

test("account data is set once and told to each device", async () => {
  const { guest, roomId } = await pair();
  const tablet = await anotherDevice(server, guest.getSafeUserId());
  const since = await now(tablet.api);
  await guest.setAccountDataRaw("org.example.theme", { color: "green" });
  await guest.setRoomAccountData(roomId, "org.example.note", { text: "nice room" });
  const global = await syncUntil("global account data", tablet.api, since, (answer) => answer.account_data?.events.find((event) => event.type === "org.example.theme"));
  assert.deepEqual(global.found.content, { color: "green" });
  const local = await syncUntil("room account data", tablet.api, since, (answer) => joined(answer, roomId)?.account_data.events.find((event) => event.type === "org.example.note"));
  assert.deepEqual(local.found.content, { text: "nice room" });
  assert.deepEqual(await tablet.getAccountDataFromServer("org.example.theme"), { color: "green" });
  (await guest.api.put(`user/${path(guest.getSafeUserId())}/account_data/m.fully_read`, {})).refused(405, "M_BAD_JSON");
  const other = await person(server, "other");
  (await other.api.get(`user/${path(guest.getSafeUserId())}/account_data/org.example.theme`)).refused(403, "M_FORBIDDEN");
});

test("tags are set, changed and taken away", async () => {
  const { guest, roomId } = await pair();
  let since = await now(guest.api);
  const tagsAfter = async (change, wanted) => {
    await change;
    const step = await syncUntil("the tags", guest.api, since, (answer) => joined(answer, roomId)?.account_data.events.find((event) => event.type === "m.tag"));
    since = step.since;
    assert.deepEqual(step.found.content.tags, wanted);
  };
  await tagsAfter(guest.setRoomTag(roomId, "m.favourite", { order: 0.5 }), { "m.favourite": { order: 0.5 } });
  await tagsAfter(guest.setRoomTag(roomId, "u.work", {}), { "m.favourite": { order: 0.5 }, "u.work": {} });
  await tagsAfter(guest.deleteRoomTag(roomId, "m.favourite"), { "u.work": {} });
  assert.deepEqual(await guest.getRoomTags(roomId), { tags: { "u.work": {} } });
});

test("presence reaches those who share a room, and only them", async () => {
  const { host, guest } = await pair();
  const stranger = await person(server, "stranger");
  const since = await now(host.api);
  await guest.setPresence({ presence: "unavailable", status_msg: "at lunch" });
  const { found } = await syncUntil("the guest's presence", host.api, since, (answer) =>
    answer.presence?.events.find((event) => event.sender === guest.getSafeUserId() && event.content.status_msg === "at lunch"));
  assert.equal(found.content.presence, "unavailable");
  assert.equal((await host.getPresence(guest.getSafeUserId())).presence, "unavailable");
  (await stranger.api.get(`presence/${path(guest.getSafeUserId())}/status`)).refused(403, "M_FORBIDDEN");
});

test("to-device messages come until their receipt is confirmed, then no more", async () => {
  const [host, guest] = [await person(server, "host"), await person(server, "guest")];
  const start = await now(guest.api);
  const send = (number) => host.sendToDevice("org.example.ping", new Map([[guest.getSafeUserId(), new Map([[guest.getDeviceId(), { number }]])]]));
  await send(1);
  await send(2);
  const numbers = (answer) => (answer.to_device?.events ?? []).map((event) => event.content.number);
  const first = await syncUntil("both messages", guest.api, start, (answer) => numbers(answer).length === 2);
  assert.deepEqual(numbers(first.answer), [1, 2]);
  assert.deepEqual(numbers(await sync(guest.api, { since: start })), [1, 2], "the same token brings them again");
  assert.deepEqual(numbers(await sync(guest.api, { since: first.since })), []);
  assert.deepEqual(numbers(await sync(guest.api, { since: start })), [], "confirmed ones are gone");
});

test("a token of another kind is refused", async () => {
  const { guest } = await pair();
  (await guest.api.get("sync", { since: "nonsense" })).refused(400, "M_INVALID_PARAM");
  (await guest.api.get("sync", { timeout: "soon" })).refused(400, "M_INVALID_PARAM");
  (await guest.api.as(null).get("sync")).refused(401, "M_MISSING_TOKEN");
});
