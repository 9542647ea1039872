// Simplified sliding sync, as matrix-js-sdk does it: a person whose client never asks for /sync v3.
import assert from "node:assert/strict";
import { test } from "node:test";
import { SlidingSync } from "matrix-js-sdk/lib/sliding-sync.js";
import { anotherDevice, person, start, withEncryption } from "../support/client.js";
import { decrypted, encryption, inRoom, membership, received, roomOfTwo } from "../support/rooms.js";
import { ClientEvent } from "../support/sdk.js";
import { serverOfThisFile } from "../support/suite.js";
import { until } from "../support/waiting.js";

const server = serverOfThisFile();

const everything = { required_state: [["*", "*"]], timeline_limit: 20 };

/** Starts a client on sliding sync, with a list of its latest rooms. */
async function slide(client, last = 99) {
  const slidingSync = new SlidingSync(server.url, new Map([["all", { ranges: [[0, last]], ...everything }]]), everything, client, 20_000);
  await start(client, { slidingSync });
  return slidingSync;
}

test("two people meet, write encrypted messages and see each other read them", async () => {
  const [alice, bob] = [await withEncryption(await person(server, "alice")), await withEncryption(await person(server, "bob"))];
  await slide(alice);
  await start(bob);
  const roomId = await roomOfTwo(bob, alice, { name: "Sliding", initial_state: [encryption] });
  assert.equal(alice.getRoom(roomId).name, "Sliding");

  const { event_id: fromBob } = await bob.sendTextMessage(roomId, "can you read this?");
  assert.equal((await decrypted(alice, roomId, fromBob)).getClearContent().body, "can you read this?");
  const { event_id: fromAlice } = await alice.sendTextMessage(roomId, "every word");
  assert.equal((await decrypted(bob, roomId, fromAlice)).getClearContent().body, "every word");

  await bob.sendReadReceipt(await received(bob, roomId, fromAlice));
  await inRoom("Bob's receipt", alice, roomId, (room) => room.getEventReadUpTo(bob.getSafeUserId()) === fromAlice);
  await bob.sendTyping(roomId, true, 20_000);
  await inRoom("Bob's typing", alice, roomId, (room) => room.getMember(bob.getSafeUserId()).typing);
});

test("a device that slides reads what it is sent beside one that does not", async () => {
  const slider = await withEncryption(await person(server, "carol"));
  const plain = await withEncryption(await anotherDevice(server, slider.getSafeUserId()));
  const dave = await withEncryption(await person(server, "dave"));
  await slide(slider);
  await Promise.all([start(plain), start(dave)]);
  const roomId = await roomOfTwo(dave, slider, { initial_state: [encryption] });
  await membership(plain, roomId, "join");

  const { event_id: eventId } = await dave.sendTextMessage(roomId, "to both of you");
  for (const client of [slider, plain]) assert.equal((await decrypted(client, roomId, eventId)).getClearContent().body, "to both of you");
});

test("only the latest rooms are there at first, and a subscription brings another", async () => {
  const host = await person(server, "host");
  const guest = await person(server, "guest");
  const rooms = [];
  for (let number = 0; number < 3; number += 1) {
    rooms.push((await host.createRoom({ preset: "public_chat", name: `Room ${number}` })).room_id);
    await guest.joinRoom(rooms[number]);
  }
  const slidingSync = await slide(guest, 0);
  await inRoom("the latest room", guest, rooms[2], () => true);
  assert.equal(guest.getRoom(rooms[0]), null);
  assert.equal(slidingSync.getListData("all").joinedCount, 3);

  slidingSync.modifyRoomSubscriptions(new Set([rooms[0]]));
  await inRoom("the room subscribed to", guest, rooms[0], (room) => room.name === "Room 0");
  const { event_id: eventId } = await host.sendTextMessage(rooms[0], "over here");
  await received(guest, rooms[0], eventId);
});

test("account data and a membership that ends arrive", async () => {
  const [host, guest] = [await person(server, "host"), await person(server, "guest")];
  await slide(guest);
  await start(host);
  const roomId = await roomOfTwo(host, guest, { name: "For a while" });
  await guest.setAccountData("org.example.sliding", { yes: true });
  await until("the account data", guest, ClientEvent.AccountData, () => guest.getAccountData("org.example.sliding")?.getContent().yes);
  await guest.setRoomTag(roomId, "m.favourite", { order: 0.5 });
  await inRoom("the tag", guest, roomId, (room) => room.tags["m.favourite"]?.order === 0.5);
  await host.kick(roomId, guest.getSafeUserId(), "bye");
  await membership(guest, roomId, "leave");
});
