// Keys as the server keeps them for clients: one-time and fallback keys, device lists, cross-signing, backups.
import assert from "node:assert/strict";
import { test } from "node:test";
import { path } from "../support/api.js";
import { anotherDevice, leave, passwordStage, person, proving, refusal, start, withEncryption } from "../support/client.js";
import { makeDevice } from "../support/device.js";
import { decrypted, encryption, inRoom, roomOfTwo } from "../support/rooms.js";
import { serverOfThisFile } from "../support/suite.js";
import { now, sync, syncUntil } from "../support/sync.js";

const server = serverOfThisFile();

const key = (name) => `signed_curve25519:${name}`;
const signedKey = (text) => ({ key: text, signatures: {} });
const upload = async (client, body) => (await client.api.post("keys/upload", body)).ok().one_time_key_counts;

async function claim(client, owner) {
  const wanted = { [owner.getSafeUserId()]: { [owner.getDeviceId()]: "signed_curve25519" } };
  const answer = (await client.api.post("keys/claim", { one_time_keys: wanted })).ok();
  return answer.one_time_keys[owner.getSafeUserId()]?.[owner.getDeviceId()] ?? {};
}

const uploadDevice = (client) => upload(client, { device_keys: makeDevice(client).deviceKeys() });

test("each one-time key is given away once", async () => {
  const [alice, bob] = [await person(server, "alice"), await person(server, "bob")];
  const counts = await upload(alice, { one_time_keys: { [key("a")]: signedKey("one"), [key("b")]: signedKey("two"), [key("c")]: signedKey("three") } });
  assert.equal(counts.signed_curve25519, 3);
  const claims = await Promise.all(Array.from({ length: 5 }, () => claim(bob, alice)));
  const names = claims.flatMap(Object.keys);
  assert.deepEqual(names.sort(), [key("a"), key("b"), key("c")]);
  assert.equal((await sync(alice.api)).device_one_time_keys_count.signed_curve25519 ?? 0, 0);
});

test("a key that is uploaded again must be the same", async () => {
  const alice = await person(server, "alice");
  await upload(alice, { one_time_keys: { [key("a")]: signedKey("one") } });
  assert.equal((await upload(alice, { one_time_keys: { [key("a")]: signedKey("one") } })).signed_curve25519, 1);
  const changed = await alice.api.post("keys/upload", { one_time_keys: { [key("a")]: signedKey("another") } });
  assert.equal(changed.status, 400);
});

test("the fallback key serves when the others are used up, and its use is told", async () => {
  const [alice, bob] = [await person(server, "alice"), await person(server, "bob")];
  await upload(alice, { one_time_keys: { [key("a")]: signedKey("one") }, fallback_keys: { [key("f")]: { ...signedKey("fallback"), fallback: true } } });
  const unused = async () => (await sync(alice.api)).device_unused_fallback_key_types;
  assert.deepEqual(await unused(), ["signed_curve25519"]);
  assert.deepEqual(Object.keys(await claim(bob, alice)), [key("a")]);
  assert.deepEqual(Object.keys(await claim(bob, alice)), [key("f")]);
  assert.deepEqual(Object.keys(await claim(bob, alice)), [key("f")], "again and again");
  assert.deepEqual(await unused(), []);
  await upload(alice, { fallback_keys: { [key("g")]: { ...signedKey("next"), fallback: true } } });
  assert.deepEqual(await unused(), ["signed_curve25519"]);
  assert.deepEqual(Object.keys(await claim(bob, alice)), [key("g")]);
});

test("a client keeps its store of one-time keys filled", async () => {
  const [alice, bob] = [await person(server, "alice"), await person(server, "bob")];
  await start(await withEncryption(alice));
  const count = (answer) => answer.device_one_time_keys_count?.signed_curve25519;
  const watcher = alice.api;
  const { found: full, since } = await syncUntil("fifty keys", watcher, undefined, (answer) => count(answer) >= 50 && count(answer));
  for (let number = 0; number < 12; number += 1) assert.equal(Object.keys(await claim(bob, alice)).length, 1);
  // The next sync tells the client how few are left; a message makes it come now.
  await bob.sendToDevice("org.example.ping", new Map([[alice.getSafeUserId(), new Map([[alice.getDeviceId(), {}]])]]));
  await syncUntil("the keys to be filled up again", watcher, since, (answer) => count(answer) >= full - 5);
  leave(alice);
});

test("device keys are queried, and those of strangers and unknown users too", async () => {
  const [alice, bob] = [await person(server, "alice"), await person(server, "bob")];
  const device = makeDevice(alice).deviceKeys();
  await upload(alice, { device_keys: device });
  await alice.setDeviceDetails(alice.getDeviceId(), { display_name: "Alice's typewriter" });
  const answer = await bob.downloadKeysForUsers([alice.getSafeUserId(), `@nobody:${server.name}`]);
  const found = answer.device_keys[alice.getSafeUserId()][alice.getDeviceId()];
  assert.deepEqual([found.keys, found.signatures], [device.keys, device.signatures]);
  assert.equal(found.unsigned?.device_display_name, "Alice's typewriter");
  assert.deepEqual(Object.keys(answer.device_keys[`@nobody:${server.name}`] ?? {}), []);
});

test("device keys of another device or user, and badly signed ones, are refused", async () => {
  const [alice, bob] = [await person(server, "alice"), await person(server, "bob")];
  const own = makeDevice(alice);
  const refused = [makeDevice(bob).deviceKeys(), own.deviceKeys({ device_id: "OTHER" }), { ...own.deviceKeys(), algorithms: ["m.changed.after.signing"] }];
  for (const wrong of refused) assert.equal((await alice.api.post("keys/upload", { device_keys: wrong })).status, 400);
  assert.deepEqual((await bob.downloadKeysForUsers([alice.getSafeUserId()])).device_keys[alice.getSafeUserId()] ?? {}, {});
});

test("those who share an encrypted room learn of new and of gone devices", async () => {
  const [alice, bob] = [await person(server, "alice"), await person(server, "bob")];
  const { room_id: roomId } = await alice.createRoom({ preset: "public_chat", initial_state: [encryption] });
  let since = await now(alice.api);
  const began = since;
  await bob.joinRoom(roomId);
  const changedFor = async (what) => {
    const step = await syncUntil(what, alice.api, since, (answer) => answer.device_lists?.changed?.includes(bob.getSafeUserId()));
    since = step.since;
  };
  await changedFor("Bob, who joined");
  await uploadDevice(bob);
  await changedFor("Bob's keys");
  const tablet = await anotherDevice(server, bob.getSafeUserId());
  await uploadDevice(tablet);
  await changedFor("Bob's tablet");
  await tablet.logout();
  await changedFor("the tablet's end");
  const between = await alice.getKeyChanges(began, since);
  assert.ok(between.changed.includes(bob.getSafeUserId()));
  await bob.leave(roomId);
  await syncUntil("Bob, who left", alice.api, since, (answer) => answer.device_lists?.left?.includes(bob.getSafeUserId()));
});

test("the first cross-signing keys are taken, others only with the password", async () => {
  const alice = await start(await withEncryption(await person(server, "alice")));
  let asked = 0;
  const bootstrap = () => alice.getCrypto().bootstrapCrossSigning({
    setupNewCrossSigning: true,
    authUploadDeviceSigningKeys: async (makeRequest) => {
      try {
        return await makeRequest(null);
      } catch (challenge) {
        asked += 1;
        return makeRequest(passwordStage(alice, challenge.data.session));
      }
    },
  });
  await bootstrap();
  const first = await alice.getCrypto().getCrossSigningKeyId("master_key");
  asked = 0;
  await bootstrap();
  assert.equal(asked, 1, "replacing them takes the password");
  assert.notEqual(await alice.getCrypto().getCrossSigningKeyId("master_key"), first);
  leave(alice);
});

test("a signature that names the wrong device is reported as failed", async () => {
  const [alice, bob] = [await person(server, "alice"), await person(server, "bob")];
  await uploadDevice(alice);
  const body = { [bob.getSafeUserId()]: { NOSUCHDEVICE: { user_id: bob.getSafeUserId(), device_id: "NOSUCHDEVICE", keys: {}, signatures: {} } } };
  const { failures } = (await alice.api.post("keys/signatures/upload", body)).ok();
  assert.ok(failures[bob.getSafeUserId()].NOSUCHDEVICE.errcode.startsWith("M_"));
});

const backupOf = (name) => ({ algorithm: "m.megolm_backup.v1.curve25519-aes-sha2", auth_data: { public_key: name, signatures: {} } });
const session = (index, more = {}) => ({ first_message_index: index, forwarded_count: 0, is_verified: true, session_data: { ciphertext: `at ${index}` }, ...more });

test("backup versions follow each other, and only the latest is written", async () => {
  const alice = await person(server, "alice");
  (await alice.api.get("room_keys/version")).refused(404, "M_NOT_FOUND");
  const make = async (name) => (await alice.api.post("room_keys/version", backupOf(name))).ok().version;
  const first = await make("first");
  const put = (version, index) => alice.api.put(`room_keys/keys/${path("!room:hybrid.test", "session")}`, session(index), version && undefined);
  const store = (version, index, more) => alice.api.request("PUT", `room_keys/keys/${path("!room:hybrid.test", "session")}`, { query: { version }, body: session(index, more) });
  assert.equal((await put(undefined, 0)).status, 400, "the version must be named");
  assert.equal((await store(first, 5)).ok().count, 1);
  const second = await make("second");
  assert.notEqual(second, first);
  const wrong = (await store(first, 4)).refused(403, "M_WRONG_ROOM_KEYS_VERSION");
  assert.equal(wrong.current_version, second);
  assert.equal((await alice.api.get("room_keys/version")).ok().version, second);
  assert.equal((await alice.api.get(`room_keys/version/${first}`)).ok().count, 1);
});

test("a backup keeps the better key and counts what it has", async () => {
  const alice = await person(server, "alice");
  const { version } = (await alice.api.post("room_keys/version", backupOf("only"))).ok();
  const at = `room_keys/keys/${path("!room:hybrid.test", "session")}`;
  const store = async (index, more) => (await alice.api.request("PUT", at, { query: { version }, body: session(index, more) })).ok();
  const kept = async () => (await alice.api.get(at, { version })).ok().first_message_index;
  const { etag } = await store(5);
  await store(9);
  assert.equal(await kept(), 5, "one that begins later does not replace it");
  await store(3);
  assert.equal(await kept(), 3);
  assert.notEqual((await alice.api.get("room_keys/version")).ok().etag, etag);
  await store(1, { is_verified: false });
  assert.equal(await kept(), 3, "an unverified one does not replace a verified one");
  const rooms = { "!a:hybrid.test": { sessions: { one: session(0), two: session(0) } }, "!b:hybrid.test": { sessions: { three: session(0) } } };
  assert.equal((await alice.api.request("PUT", "room_keys/keys", { query: { version }, body: { rooms } })).ok().count, 4);
  const all = (await alice.api.get("room_keys/keys", { version })).ok().rooms;
  assert.deepEqual(Object.keys(all).sort(), ["!a:hybrid.test", "!b:hybrid.test", "!room:hybrid.test"]);
  assert.equal((await alice.api.request("DELETE", `room_keys/keys/${path("!a:hybrid.test")}`, { query: { version } })).ok().count, 2);
});

test("a deleted backup is gone, and the one before it comes back into sight", async () => {
  const alice = await person(server, "alice");
  const make = async (name) => (await alice.api.post("room_keys/version", backupOf(name))).ok().version;
  const [first, second] = [await make("first"), await make("second")];
  (await alice.api.delete(`room_keys/version/${second}`)).ok();
  (await alice.api.get(`room_keys/version/${second}`)).refused(404, "M_NOT_FOUND");
  assert.equal((await alice.api.get("room_keys/version")).ok().version, first);
  (await alice.api.put(`room_keys/version/${first}`, { ...backupOf("changed"), version: first })).ok();
  assert.equal((await alice.api.get("room_keys/version")).ok().auth_data.public_key, "changed");
});

test("two strangers without cross-signing read each other at the first try", async () => {
  const people = [await person(server, "alice"), await person(server, "bob")];
  for (const client of people) await start(await withEncryption(client));
  const [alice, bob] = people;
  const roomId = await roomOfTwo(alice, bob, { initial_state: [encryption] });
  for (const [one, other] of [[alice, bob], [bob, alice]]) {
    const { event_id: eventId } = await one.sendTextMessage(roomId, `from ${one.name}`);
    assert.equal((await decrypted(other, roomId, eventId)).getContent().body, `from ${one.name}`);
  }
  people.forEach(leave);
});

test("one who left does not get the keys of what is said after", async () => {
  const people = [await person(server, "alice"), await person(server, "bob")];
  for (const client of people) await start(await withEncryption(client));
  const [alice, bob] = people;
  const roomId = await roomOfTwo(alice, bob, { initial_state: [encryption] });
  const before = (await alice.sendTextMessage(roomId, "before")).event_id;
  const session = (await decrypted(bob, roomId, before)).getWireContent().session_id;
  await alice.kick(roomId, bob.getSafeUserId());
  await inRoom("Bob to be out", alice, roomId, (room) => room.getJoinedMembers().length === 1);
  const after = (await alice.sendTextMessage(roomId, "after")).event_id;
  const sent = await alice.fetchRoomEvent(roomId, after);
  assert.notEqual(sent.content.session_id, session, "a new session");
  assert.equal((await refusal(bob.fetchRoomEvent(roomId, after))).status, 404);
  people.forEach(leave);
});

test("a deleted device is gone from the list of keys", async () => {
  const [alice, bob] = [await person(server, "alice"), await person(server, "bob")];
  const tablet = await anotherDevice(server, alice.getSafeUserId());
  for (const client of [alice, tablet]) await uploadDevice(client);
  const listed = async () => Object.keys((await bob.downloadKeysForUsers([alice.getSafeUserId()])).device_keys[alice.getSafeUserId()]).sort();
  assert.deepEqual(await listed(), [alice.getDeviceId(), tablet.getDeviceId()].sort());
  await proving(alice, (auth) => alice.deleteDevice(tablet.getDeviceId(), auth));
  assert.deepEqual(await listed(), [alice.getDeviceId()]);
  assert.deepEqual(await claim(bob, tablet), {});
});
