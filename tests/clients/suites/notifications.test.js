// Push rules and unread counts: what counts, what rings, what is silent.
import assert from "node:assert/strict";
import { test } from "node:test";
import { path } from "../support/api.js";
import { anotherDevice, person, refusal } from "../support/client.js";
import { serverOfThisFile } from "../support/suite.js";
import { inTimeline, joined, now, sync, syncUntil } from "../support/sync.js";

const server = serverOfThisFile();

async function pair(options = {}) {
  const [host, guest] = [await person(server, "host"), await person(server, "guest")];
  const third = await person(server, "third");
  const { room_id: roomId } = await host.createRoom({ preset: "public_chat", ...options });
  for (const client of [guest, third]) await client.joinRoom(roomId);
  return { host, guest, roomId };
}

const counts = async (client, roomId, query = {}) => {
  const room = joined(await sync(client.api, { ...query, full_state: true, since: await now(client.api) }), roomId);
  return [room.unread_notifications.notification_count, room.unread_notifications.highlight_count];
};

const read = async (client, roomId, eventId, body = {}) => (await client.api.post(`rooms/${path(roomId)}/receipt/m.read/${path(eventId)}`, body)).ok();

test("messages of others count until they are read, one's own do not", async () => {
  const { host, guest, roomId } = await pair();
  const { event_id: first } = await host.sendTextMessage(roomId, "one");
  const { event_id: second } = await host.sendTextMessage(roomId, "two");
  assert.deepEqual(await counts(guest, roomId), [2, 0]);
  assert.deepEqual(await counts(host, roomId), [0, 0]);
  await read(guest, roomId, first);
  assert.deepEqual(await counts(guest, roomId), [1, 0]);
  await read(guest, roomId, second);
  assert.deepEqual(await counts(guest, roomId), [0, 0]);
});

test("a mention rings for the one who is meant", async () => {
  const { host, guest, roomId } = await pair();
  await host.sendMessage(roomId, { msgtype: "m.text", body: "you!", "m.mentions": { user_ids: [guest.getSafeUserId()] } });
  assert.deepEqual(await counts(guest, roomId), [1, 1]);
  await host.sendMessage(roomId, { msgtype: "m.text", body: "someone else", "m.mentions": { user_ids: [`@other:${server.name}`] } });
  assert.deepEqual(await counts(guest, roomId), [2, 1]);
});

test("a mention of the whole room rings when its sender may do that", async () => {
  const { host, guest, roomId } = await pair();
  const everyone = { msgtype: "m.text", body: "all of you", "m.mentions": { room: true } };
  await host.sendMessage(roomId, everyone);
  assert.deepEqual(await counts(guest, roomId), [1, 1]);
  await guest.sendMessage(roomId, everyone);
  assert.deepEqual(await counts(host, roomId), [1, 0]);
});

test("a muted room is silent, but mentions get through unless they are muted too", async () => {
  const { host, guest, roomId } = await pair();
  await guest.addPushRule("global", "room", roomId, { actions: [] });
  await host.sendTextMessage(roomId, "nothing");
  assert.deepEqual(await counts(guest, roomId), [0, 0]);
  const mention = { msgtype: "m.text", body: "you!", "m.mentions": { user_ids: [guest.getSafeUserId()] } };
  await host.sendMessage(roomId, mention);
  assert.deepEqual(await counts(guest, roomId), [1, 1]);
  await guest.addPushRule("global", "override", "org.example.mute", { actions: [], conditions: [{ kind: "event_match", key: "room_id", pattern: roomId }] });
  await host.sendMessage(roomId, mention);
  assert.deepEqual(await counts(guest, roomId), [1, 1]);
});

test("a keyword of one's own rings", async () => {
  const { host, guest, roomId } = await pair();
  await guest.addPushRule("global", "content", "cake", { pattern: "cake", actions: ["notify", { set_tweak: "highlight" }] });
  await host.sendTextMessage(roomId, "Who wants some Cake?");
  assert.deepEqual(await counts(guest, roomId), [1, 1]);
  await host.sendTextMessage(roomId, "cakes are all gone");
  assert.deepEqual(await counts(guest, roomId), [2, 1]);
});

test("edits, notices and reactions do not count", async () => {
  const { host, guest, roomId } = await pair();
  const { event_id: eventId } = await host.sendTextMessage(roomId, "counts");
  await host.sendNotice(roomId, "from a bot");
  await host.sendEvent(roomId, "m.reaction", { "m.relates_to": { rel_type: "m.annotation", event_id: eventId, key: "+" } });
  await host.sendMessage(roomId, {
    msgtype: "m.text", body: "* still", "m.new_content": { msgtype: "m.text", body: "still" },
    "m.relates_to": { rel_type: "m.replace", event_id: eventId },
  });
  assert.deepEqual(await counts(guest, roomId), [1, 0]);
});

test("threads have counts of their own when the client asks for them", async () => {
  const { host, guest, roomId } = await pair();
  const { event_id: root } = await host.sendTextMessage(roomId, "root");
  const reply = { msgtype: "m.text", body: "reply", "m.relates_to": { rel_type: "m.thread", event_id: root } };
  const { event_id: last } = await host.sendMessage(roomId, reply);
  assert.deepEqual(await counts(guest, roomId), [2, 0]);
  const filter = { room: { timeline: { unread_thread_notifications: true } } };
  const room = async () => joined(await sync(guest.api, { filter, full_state: true, since: await now(guest.api) }), roomId);
  const both = await room();
  assert.equal(both.unread_notifications.notification_count, 1);
  assert.equal(both.unread_thread_notifications[root].notification_count, 1);
  await read(guest, roomId, last, { thread_id: root });
  const after = await room();
  assert.equal(after.unread_notifications.notification_count, 1);
  assert.equal(after.unread_thread_notifications?.[root]?.notification_count ?? 0, 0);
});

test("everyone begins with the rules of the specification, the master rule off", async () => {
  const { guest } = await pair();
  const { global } = await guest.getPushRules();
  const rule = (kind, id) => global[kind].find((candidate) => candidate.rule_id === id);
  assert.ok(rule("override", ".m.rule.master").default && !rule("override", ".m.rule.master").enabled);
  for (const id of [".m.rule.suppress_notices", ".m.rule.invite_for_me", ".m.rule.is_user_mention", ".m.rule.is_room_mention", ".m.rule.reaction"]) {
    assert.ok(rule("override", id), id);
  }
  for (const id of [".m.rule.message", ".m.rule.encrypted", ".m.rule.room_one_to_one"]) assert.ok(rule("underride", id), id);
});

test("everything is silent once the master rule is on", async () => {
  const { host, guest, roomId } = await pair();
  await guest.setPushRuleEnabled("global", "override", ".m.rule.master", true);
  await host.sendMessage(roomId, { msgtype: "m.text", body: "you!", "m.mentions": { user_ids: [guest.getSafeUserId()] } });
  assert.deepEqual(await counts(guest, roomId), [0, 0]);
});

test("changed rules are told to the other devices", async () => {
  const { guest } = await pair();
  const tablet = await anotherDevice(server, guest.getSafeUserId());
  const since = await now(tablet.api);
  await guest.addPushRule("global", "content", "tea", { pattern: "tea", actions: ["notify"] });
  const { found } = await syncUntil("the new rule", tablet.api, since, (answer) => answer.account_data?.events.find((event) => event.type === "m.push_rules"));
  assert.equal(found.content.global.content[0].pattern, "tea");
  await guest.setPushRuleActions("global", "content", "tea", ["notify", { set_tweak: "sound", value: "default" }]);
  assert.deepEqual((await tablet.getPushRules()).global.content[0].actions, ["notify", { set_tweak: "sound", value: "default" }]);
  await guest.deletePushRule("global", "content", "tea");
  const gone = await refusal(guest.deletePushRule("global", "content", "tea"));
  assert.deepEqual([gone.status, gone.errcode], [404, "M_NOT_FOUND"]);
  const fixed = await refusal(guest.deletePushRule("global", "override", ".m.rule.master"));
  assert.ok([400, 403, 404].includes(fixed.status));
});

test("counts reach a waiting client with the message itself", async () => {
  const { host, guest, roomId } = await pair();
  const since = await now(guest.api);
  const waiting = guest.api.get("sync", { since, timeout: 55_000 });
  const { event_id: eventId } = await host.sendTextMessage(roomId, "ding");
  const answer = (await waiting).ok();
  assert.ok(inTimeline(answer, roomId, eventId));
  assert.equal(joined(answer, roomId).unread_notifications.notification_count, 1);
});
