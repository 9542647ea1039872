// matrix-bot-sdk, as bots use it: events by /sync with a stored token, replies, power levels, spaces, account data, uploads.
import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { createRequire } from "node:module";
import { after, test } from "node:test";
import { person } from "../support/client.js";
import { serverOfThisFile } from "../support/suite.js";
import { until } from "../support/waiting.js";

// A package of the older kind, which speaks of its own progress.
const { AutojoinRoomsMixin, LogService, MatrixAuth, MatrixClient, MemoryStorageProvider, RichReply } = createRequire(import.meta.url)("matrix-bot-sdk");
const silent = () => {};
LogService.setLogger({ info: silent, warn: silent, error: silent, debug: silent, trace: silent });

// Before the server ends, whose end they would take for a failure.
const started = new Set();
after(() => started.forEach((client) => client.stop()));
const server = serverOfThisFile();

/** A bot that is logged in and follows what happens; `seen` tells of it. */
async function bot(name, storage = new MemoryStorageProvider()) {
  const client = await new MatrixAuth(server.url).passwordRegister(name, "correct horse battery staple", name);
  const own = new MatrixClient(server.url, client.accessToken, storage);
  own.seen = new EventEmitter();
  own.events = [];
  own.on("room.event", (roomId, event) => {
    own.events.push({ roomId, event });
    own.seen.emit("event");
  });
  return own;
}

async function run(client) {
  started.add(client);
  await client.start();
  return client;
}

const seen = (client, what, find) => until(what, client.seen, "event", () => client.events.find(find));

test("a bot joins where it is invited and answers what it is asked", async () => {
  const helper = await bot("helper");
  AutojoinRoomsMixin.setupOnClient(helper);
  helper.on("room.message", async (roomId, event) => {
    if (event.content?.body === "!ping") await helper.sendMessage(roomId, RichReply.createFor(roomId, event, "pong", "pong"));
  });
  await run(helper);
  const asker = await run(await bot("asker"));
  const roomId = await asker.createRoom({ name: "Questions", invite: [await helper.getUserId()] });
  const id = await helper.getUserId();
  await seen(asker, "the bot's join", ({ event }) => event.type === "m.room.member" && event.state_key === id && event.content.membership === "join");

  const asked = await asker.sendText(roomId, "!ping");
  const { event } = await seen(asker, "the answer", (found) => found.event.sender === id && found.event.content?.body?.endsWith("pong"));

  assert.equal(event.content["m.relates_to"]["m.in_reply_to"].event_id, asked);
  assert.deepEqual((await asker.getJoinedRoomMembers(roomId)).sort(), [await asker.getUserId(), id].sort());
  assert.deepEqual(await helper.getJoinedRooms(), [roomId]);
});

test("a bot that was away goes on where it was", async () => {
  const storage = new MemoryStorageProvider();
  const client = await bot("away", storage);
  const roomId = await client.createRoom({ preset: "public_chat" });
  await run(client);
  await client.sendText(roomId, "before");
  await seen(client, "its own message", ({ event }) => event.content?.body === "before");
  client.stop();
  const friend = await person(server, "friend");
  await friend.joinRoom(roomId);
  await friend.sendTextMessage(roomId, "meanwhile");

  const again = new MatrixClient(server.url, client.accessToken, storage);
  again.seen = new EventEmitter();
  again.events = [];
  again.on("room.event", (room, event) => {
    again.events.push({ roomId: room, event });
    again.seen.emit("event");
  });
  await run(again);
  await seen(again, "what was said meanwhile", ({ event }) => event.content?.body === "meanwhile");

  assert.ok(!again.events.some(({ event }) => event.type === "m.room.create"));
});

test("a bot moderates: power, kicks, bans and redactions", async () => {
  const moderator = await run(await bot("moderator"));
  const rude = await person(server, "rude");
  const roomId = await moderator.createRoom({ preset: "public_chat" });
  await rude.joinRoom(roomId);
  const { event_id: eventId } = await rude.sendTextMessage(roomId, "rude words");

  assert.equal(await moderator.userHasPowerLevelForAction(rude.getSafeUserId(), roomId, "ban"), false);
  await moderator.setUserPowerLevel(rude.getSafeUserId(), roomId, 50);
  assert.equal(await moderator.userHasPowerLevelForAction(rude.getSafeUserId(), roomId, "ban"), true);
  await moderator.setUserPowerLevel(rude.getSafeUserId(), roomId, 0);
  await moderator.redactEvent(roomId, eventId, "rude");
  await moderator.kickUser(rude.getSafeUserId(), roomId, "out");
  await rude.joinRoom(roomId);
  await moderator.banUser(rude.getSafeUserId(), roomId, "and stay out");
  await assert.rejects(rude.joinRoom(roomId), (error) => error.errcode === "M_FORBIDDEN");

  assert.deepEqual((await moderator.getEvent(roomId, eventId)).content, {});
  assert.equal((await moderator.getRoomStateEvent(roomId, "m.room.member", rude.getSafeUserId())).membership, "ban");
  await moderator.unbanUser(rude.getSafeUserId(), roomId);
  await rude.joinRoom(roomId);
});

test("a bot keeps data, files, aliases and spaces", async () => {
  const keeper = await bot("keeper");
  const roomId = await keeper.createRoom({ name: "Kept" });
  await keeper.setAccountData("org.example.bot", { level: 3 });
  await keeper.setRoomAccountData("org.example.bot", roomId, { level: 4 });
  assert.deepEqual(await keeper.getAccountData("org.example.bot"), { level: 3 });
  assert.deepEqual(await keeper.getRoomAccountData("org.example.bot", roomId), { level: 4 });
  assert.equal(await keeper.getSafeAccountData("org.example.none", "nothing"), "nothing");

  const bytes = Buffer.from("what a bot has to show");
  const uri = await keeper.uploadContent(bytes, "text/plain", "note.txt");
  const [, media] = /^mxc:\/\/[^/]+\/(.+)$/.exec(uri);
  const answer = await keeper.doRequest("GET", `/_matrix/client/v1/media/download/${server.name}/${media}`, null, null, 60_000, true);
  assert.equal(Buffer.from(answer.body).toString(), bytes.toString());

  await keeper.createRoomAlias(`#kept:${server.name}`, roomId);
  assert.equal(await keeper.resolveRoom(`#kept:${server.name}`), roomId);
  // Its own way names the creator among the powers, which rooms of version 12 refuse.
  const space = await keeper.getSpace(await keeper.createRoom({ name: "A space", room_version: "11", creation_content: { type: "m.space" } }));
  await space.addChildRoom(roomId);
  assert.deepEqual(Object.keys(await space.getChildEntities()), [roomId]);
  await keeper.setDisplayName("The keeper");
  assert.equal((await keeper.getUserProfile(await keeper.getUserId())).displayname, "The keeper");
  await keeper.setTyping(roomId, true, 1000);
  await keeper.sendReadReceipt(roomId, await keeper.sendNotice(roomId, "read"));
});
