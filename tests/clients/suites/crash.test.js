// kill -9 in the middle of sends: what was acknowledged is there afterwards, once and in order, and clients go on where they were.
import assert from "node:assert/strict";
import { test } from "node:test";
import { path } from "../support/api.js";
import { person, start } from "../support/client.js";
import { inRoom } from "../support/rooms.js";
import { serverOfThisFile } from "../support/suite.js";
import { joined, now, sync } from "../support/sync.js";

const ROUNDS = 4;
const ACKNOWLEDGED_PER_ROUND = 120;
const SENDERS = 4;

const server = serverOfThisFile();

const everything = { room: { timeline: { limit: 10_000, types: ["m.room.message"] } } };

/** A client that sends one numbered message after the other until the connection breaks. */
class Sender {
  acknowledged = new Map();
  next = 0;

  constructor(client, roomId) {
    Object.assign(this, { client, roomId });
  }

  body = (number) => `${this.client.name} says ${number}`;

  put(number) {
    const at = `rooms/${path(this.roomId)}/send/m.room.message/n${number}`;
    return this.client.api.put(at, { msgtype: "m.text", body: this.body(number) });
  }

  async send() {
    const { event_id: eventId } = (await this.put(this.next)).ok();
    this.acknowledged.set(eventId, this.body(this.next));
    this.next += 1;
  }

  /** Sends until the server is gone; `told` is called after each acknowledgment. */
  async run(told) {
    try {
      for (;;) {
        await this.send();
        told();
      }
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error;
    }
  }
}

/** Lets all senders send, and kills the server when enough is acknowledged: in the middle of the sends that are under way. */
async function crashWhileSending(senders) {
  let acknowledged = 0;
  let enough;
  const reached = new Promise((resolve) => {
    enough = resolve;
  });
  const running = Promise.all(senders.map((sender) => sender.run(() => {
    acknowledged += 1;
    if (acknowledged === ACKNOWLEDGED_PER_ROUND) enough();
  })));
  await Promise.race([reached, running]);
  await server.crash();
  await running;
  assert.ok(acknowledged >= ACKNOWLEDGED_PER_ROUND, "the senders ended before the server did");
}

/** All messages of a room by pages, oldest first. */
async function history(client, roomId) {
  const events = [];
  let from;
  do {
    const page = (await client.api.get(`rooms/${path(roomId)}/messages`, { dir: "f", limit: 100, from, filter: { types: ["m.room.message"] } })).ok();
    events.push(...page.chunk);
    from = page.end;
  } while (from);
  return events;
}

const story = { senders: [] };

test("people are in two rooms, and one of them syncs all along", async () => {
  const host = await person(server, "host");
  const rooms = [];
  for (const name of ["one", "two"]) rooms.push((await host.createRoom({ preset: "public_chat", name })).room_id);
  for (let number = 0; number < SENDERS; number += 1) {
    const client = await person(server, "sender");
    const roomId = rooms[number % rooms.length];
    await client.joinRoom(roomId);
    story.senders.push(new Sender(client, roomId));
  }
  Object.assign(story, { host, rooms });
  story.follower = await start(await person(server, "follower"));
  for (const roomId of rooms) await story.follower.joinRoom(roomId);
  for (const roomId of rooms) await inRoom("the join", story.follower, roomId, (room) => room.getMyMembership() === "join");
});

for (let round = 1; round <= ROUNDS; round += 1) {
  test(`round ${round}: killed while ${SENDERS} clients send, it has every acknowledged event`, async () => {
    const { host, rooms, senders, follower } = story;
    story.since = await now(host.api, { filter: everything });
    const earlier = senders.map((sender) => new Set(sender.acknowledged.keys()));
    await crashWhileSending(senders);
    await server.restart();
    follower.retryImmediately();

    for (const [index, sender] of senders.entries()) {
      const fresh = [...sender.acknowledged].filter(([eventId]) => !earlier[index].has(eventId));
      const found = await Promise.all(fresh.map(([eventId]) => host.fetchRoomEvent(sender.roomId, eventId)));
      assert.deepEqual(found.map((event) => event.content.body), fresh.map(([, body]) => body));
    }

    const answer = await sync(host.api, { since: story.since, filter: everything });
    for (const roomId of rooms) {
      const { timeline } = joined(answer, roomId);
      assert.equal(timeline.limited ?? false, false, "no gap");
      const told = timeline.events.map((event) => event.event_id);
      assert.equal(new Set(told).size, told.length, "nothing twice");
      const stored = (await history(host, roomId)).map((event) => event.event_id);
      assert.deepEqual(told, stored.slice(stored.length - told.length), "as the room has it, to the end");
      const acknowledged = senders.flatMap((sender, index) =>
        sender.roomId === roomId ? [...sender.acknowledged.keys()].filter((eventId) => !earlier[index].has(eventId)) : []);
      assert.deepEqual(acknowledged.filter((eventId) => !told.includes(eventId)), [], "and nothing lost");
    }
  });

  test(`round ${round}: what was under way is sent again and stands there once`, async () => {
    const { host, rooms, senders } = story;
    for (const sender of senders) await sender.send();
    for (const roomId of rooms) {
      const bodies = (await history(host, roomId)).map((event) => event.content.body);
      assert.equal(new Set(bodies).size, bodies.length, "a retry with its transaction ID is no second message");
      for (const sender of senders.filter((one) => one.roomId === roomId)) {
        const said = bodies.filter((body) => body.startsWith(`${sender.client.name} `));
        assert.deepEqual(said, Array.from({ length: sender.next }, (_, number) => sender.body(number)), "in the order of sending");
      }
    }
  });
}

test("the client that synced through every crash has all of it in its timeline", async () => {
  const { rooms, senders, follower } = story;
  for (const sender of senders) {
    const last = [...sender.acknowledged.keys()].at(-1);
    await inRoom("the last message", follower, sender.roomId, (room) => room.findEventById(last));
  }
  for (const roomId of rooms) {
    const room = follower.getRoom(roomId);
    while (await follower.paginateEventTimeline(room.getLiveTimeline(), { backwards: true, limit: 200 }));
    const shown = room.getLiveTimeline().getEvents().filter((event) => event.getType() === "m.room.message").map((event) => event.getId());
    const stored = (await history(story.host, roomId)).map((event) => event.event_id);
    assert.deepEqual(shown, stored);
  }
});

test("accounts, devices, keys and account data survive as well", async () => {
  const { host } = story;
  await host.setAccountDataRaw("org.example.kept", { yes: true });
  const keys = { "signed_curve25519:a": { key: "one", signatures: {} } };
  (await host.api.post("keys/upload", { one_time_keys: keys })).ok();
  const newcomer = await person(server, "newcomer");
  await newcomer.joinRoom(story.rooms[0]);
  await newcomer.setDisplayName("Just arrived");
  await server.crash();
  await server.restart();
  assert.deepEqual(await host.getAccountDataFromServer("org.example.kept"), { yes: true });
  assert.equal((await sync(host.api)).device_one_time_keys_count.signed_curve25519, 1);
  assert.equal((await newcomer.whoami()).device_id, newcomer.getDeviceId());
  assert.equal((await host.getJoinedRoomMembers(story.rooms[0])).joined[newcomer.getSafeUserId()].display_name, "Just arrived");
});
