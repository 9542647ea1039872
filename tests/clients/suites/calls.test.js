// What calls ask of a server, and what else is there beside talking: upgrades, reports, looking in, proving who one is.
import assert from "node:assert/strict";
import { test } from "node:test";
import { person, refusal, start } from "../support/client.js";
import { RoomEvent } from "../support/sdk.js";
import { serverOfThisFile } from "../support/suite.js";
import { until } from "../support/waiting.js";

const focus = "https://rtc.hybrid.test/livekit/jwt";
const server = serverOfThisFile({
  HYBRID_TURN_URIS: "turn:turn.hybrid.test:3478?transport=udp", HYBRID_TURN_SHARED_SECRET: "open sesame", HYBRID_LIVEKIT_SERVICE_URL: focus,
});

const hour = { delay: 3_600_000 };
const make = async (client, options = {}) => (await client.createRoom(options)).room_id;

test("an event is sent later, or never, or at once", async () => {
  const host = await person(server, "host");
  const roomId = await make(host);
  await start(host);
  const room = host.getRoom(roomId);

  const { delay_id: soon } = await host._unstable_sendDelayedStateEvent(roomId, { delay: 100 }, "m.room.name", { name: "later" });
  await until("the room's new name", host, RoomEvent.Name, () => room.name === "later");
  const [never, now] = [
    await host._unstable_sendDelayedEvent(roomId, hour, null, "m.room.message", { msgtype: "m.text", body: "never" }),
    await host._unstable_sendDelayedEvent(roomId, hour, null, "m.room.message", { msgtype: "m.text", body: "now" }),
  ];
  await host._unstable_restartScheduledDelayedEvent(never.delay_id);
  await host._unstable_cancelScheduledDelayedEvent(never.delay_id);
  await host._unstable_sendScheduledDelayedEvent(now.delay_id);
  await until("the message", host, RoomEvent.Timeline, () => room.getLiveTimeline().getEvents().some((event) => event.getContent().body === "now"));

  const { scheduled, finalised } = await host._unstable_getDelayedEvents();
  assert.deepEqual(scheduled, []);
  const outcomes = Object.fromEntries(finalised.map((entry) => [entry.delayed_event.delay_id, [entry.outcome, entry.reason]]));
  assert.deepEqual(outcomes, { [soon]: ["send", "delay"], [never.delay_id]: ["cancel", "action"], [now.delay_id]: ["send", "action"] });
  const { data } = await refusal(host._unstable_sendDelayedStateEvent(roomId, { delay: 1e9 }, "m.room.name", { name: "x" }));
  assert.equal(data["org.matrix.msc4140.errcode"], "M_MAX_DELAY_EXCEEDED");
});

test("clients learn of TURN servers and of the LiveKit server", async () => {
  const host = await person(server, "host");
  const turn = await host.turnServer();
  assert.deepEqual(turn.uris, ["turn:turn.hybrid.test:3478?transport=udp"]);
  assert.ok(turn.username.endsWith(`:${host.getSafeUserId()}`) && turn.password && turn.ttl === 3600);
  assert.deepEqual(await host._unstable_getRTCTransports(), [{ type: "livekit", livekit_service_url: focus }]);
});

test("a room is upgraded and leads to its replacement", async () => {
  const host = await person(server, "host");
  const roomId = await make(host, { room_version: "10", name: "Old", room_alias_name: "upgraded" });
  const { replacement_room: replacement } = await host.upgradeRoom(roomId, "12");
  await start(host);
  assert.equal(host.getRoom(roomId).currentState.getStateEvents("m.room.tombstone", "").getContent().replacement_room, replacement);
  assert.equal(host.getRoom(replacement).findPredecessor().roomId, roomId);
  assert.equal((await host.getRoomIdForAlias(`#upgraded:${server.name}`)).room_id, replacement);
  assert.deepEqual(host.getRoomUpgradeHistory(replacement).map((room) => room.roomId), [roomId, replacement]);
});

test("rooms and events are reported, looked into, and found in common", async () => {
  const [host, guest] = [await person(server, "host"), await person(server, "guest")];
  const roomId = await make(host, {
    preset: "public_chat", initial_state: [{ type: "m.room.history_visibility", state_key: "", content: { history_visibility: "world_readable" } }],
  });
  const { event_id: eventId } = await host.sendTextMessage(roomId, "hello");

  const peeked = await guest.peekInRoom(roomId);
  assert.ok(peeked.getLiveTimeline().getEvents().some((event) => event.getId() === eventId));
  guest.stopPeeking();
  assert.equal((await refusal(guest.reportEvent(roomId, eventId, -50, "rude"))).errcode, "M_NOT_FOUND");
  await guest.joinRoom(roomId);
  await guest.reportEvent(roomId, eventId, -50, "rude");
  await guest.reportRoom(roomId, "rude");
  assert.deepEqual(await guest._unstable_getSharedRooms(host.getSafeUserId()), [roomId]);
  const token = await guest.getOpenIdToken();
  assert.equal(token.matrix_server_name, server.name);
});
