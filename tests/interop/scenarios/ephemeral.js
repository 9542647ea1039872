// What is no event: typing, receipts, presence, messages for devices, device lists and their keys.
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { path } from "../../clients/support/api.js";
import { passwordStage } from "../../clients/support/client.js";
import { makeDevice } from "../../clients/support/device.js";
import { scenario, sharedRoom } from "../support/scenario.js";

const ephemeral = (answer, roomId, type) =>
  answer.rooms?.join?.[roomId]?.ephemeral?.events.find((event) => event.type === type)?.content;

/** Alice of A and bob of B, and the other way round. */
const bothWays = (name, work) => {
  scenario(`${name}, from A to B`, (pair) => work(pair.a, pair.b, pair));
  scenario(`${name}, from B to A`, (pair) => work(pair.b, pair.a, pair));
};

bothWays("typing is seen, and its end", async (home, away) => {
  const [alice, bob] = [await home.user("alice"), await away.user("bob")];
  const roomId = await sharedRoom(alice, bob);
  const since = await bob.now();
  const type = (typing) => alice.api.put(`rooms/${path(roomId, "typing", alice.id)}`, { typing, ...(typing ? { timeout: 30_000 } : {}) });
  (await type(true)).ok();
  await bob.syncs("typing", since, (answer) => ephemeral(answer, roomId, "m.typing")?.user_ids.includes(alice.id));
  const typed = await bob.now();
  (await type(false)).ok();
  await bob.syncs("the end of typing", typed, (answer) => ephemeral(answer, roomId, "m.typing")?.user_ids.length === 0);
});

bothWays("receipts are seen, private ones are not", async (home, away) => {
  const [alice, bob] = [await home.user("alice"), await away.user("bob")];
  const roomId = await sharedRoom(alice, bob);
  const [first, second] = [await bob.send(roomId, "read me"), await bob.send(roomId, "and me")];
  await alice.sees(roomId, second);
  const since = await bob.now();
  const receipt = (kind, eventId, body) => alice.api.post(`rooms/${path(roomId, "receipt", kind, eventId)}`, body);
  (await receipt("m.read.private", first, {})).ok();
  (await receipt("m.read", second, { thread_id: "main" })).ok();
  const told = {};
  await bob.syncs("the receipt", since, (answer) => {
    Object.assign(told, ephemeral(answer, roomId, "m.receipt"));
    return told[second]?.["m.read"]?.[alice.id];
  });
  assert.equal(told[second]["m.read"][alice.id].thread_id, "main");
  assert.equal(told[first]?.["m.read.private"], undefined, "nobody else hears of a private receipt");
});

bothWays("presence is seen by those who share a room", async (home, away) => {
  const [alice, bob] = [await home.user("alice"), await away.user("bob")];
  await sharedRoom(alice, bob);
  const since = await bob.now();
  (await alice.api.put(`presence/${path(alice.id)}/status`, { presence: "online", status_msg: "Out fishing" })).ok();
  await bob.syncs("the presence", since, (answer) => answer.presence?.events.some((event) =>
    event.sender === alice.id && event.content.presence === "online" && event.content.status_msg === "Out fishing"));
});

bothWays("messages reach devices, each its own", async (home, away) => {
  const [alice, bob] = [await home.user("alice"), await away.user("bob")];
  await sharedRoom(alice, bob);
  const since = await bob.now();
  const send = (transaction, devices) =>
    alice.api.put(`sendToDevice/org.example.hello/${transaction}`, { messages: { [bob.id]: devices } });
  (await send("one", { [bob.device]: { text: "to this device" } })).ok();
  (await send("one", { [bob.device]: { text: "to this device" } })).ok();
  (await send("two", { "*": { text: "to all devices" } })).ok();
  (await send("three", { NOSUCHDEVICE: { text: "to no device" } })).ok();
  (await send("four", { [bob.device]: { text: "the end" } })).ok();
  const got = [];
  await bob.syncs("the messages", since, (answer) => {
    for (const event of answer.to_device?.events ?? []) {
      if (event.type === "org.example.hello") got.push([event.sender, event.content.text]);
    }
    return got.some(([, text]) => text === "the end");
  });
  assert.deepEqual(got, ["to this device", "to all devices", "the end"].map((text) => [alice.id, text]));
});

/** What the key helpers want of a client. */
const owner = (user, device = user.device) => ({ getSafeUserId: () => user.id, getDeviceId: () => device });

const uploadKeys = async (user, api = user.api, device = user.device) => {
  const { deviceKeys, signed } = makeDevice(owner(user, device));
  const keys = deviceKeys();
  const oneTime = { "signed_curve25519:AAAA": signed({ key: "F4hKPmRwwTPuEIFN/tv4uhwRPnNd5cyv0Qy8g+Yl1k4" }) };
  (await api.post("keys/upload", { device_keys: keys, one_time_keys: oneTime })).ok();
  return { keys, oneTime };
};

const query = async (user, other) =>
  (await user.api.post("keys/query", { device_keys: { [other.id]: [] }, timeout: 10_000 })).ok().device_keys[other.id] ?? {};

bothWays("keys of devices are found and claimed", async (home, away) => {
  const [alice, bob] = [await home.user("alice"), await away.user("bob")];
  const { keys, oneTime } = await uploadKeys(alice);
  await sharedRoom(alice, bob);
  const found = (await query(bob, alice))[alice.device];
  for (const key of ["keys", "algorithms", "user_id", "device_id", "signatures"]) assert.deepEqual(found[key], keys[key], key);
  const claim = async () => (await bob.api.post("keys/claim", {
    one_time_keys: { [alice.id]: { [alice.device]: "signed_curve25519" } }, timeout: 10_000,
  })).ok().one_time_keys[alice.id]?.[alice.device];
  assert.deepEqual(await claim(), oneTime, "the key that was uploaded");
  assert.deepEqual(await claim() ?? {}, {}, "and only once");
});

bothWays("cross-signing keys are heard of, and replaced", async (home, away) => {
  const [alice, bob] = [await home.user("alice"), await away.user("bob")];
  await uploadKeys(alice);
  await uploadKeys(bob);
  await sharedRoom(alice, bob);
  await query(bob, alice);
  const masterOf = async () => (await bob.api.post("keys/query", { device_keys: { [alice.id]: [] }, timeout: 10_000 })).ok().master_keys?.[alice.id];
  assert.equal(await masterOf(), undefined);
  for (const what of ["the keys", "the new keys"]) {
    const since = await bob.now();
    const { publicKey } = generateKeyPairSync("ed25519");
    const id = publicKey.export({ format: "der", type: "spki" }).subarray(-32).toString("base64").replace(/=+$/, "");
    const keys = { master_key: { user_id: alice.id, usage: ["master"], keys: { [`ed25519:${id}`]: id } } };
    const first = await alice.api.post("keys/device_signing/upload", keys);
    // Keys that replace others need the password.
    if (first.status !== 200) {
      assert.equal(first.status, 401);
      (await alice.api.post("keys/device_signing/upload", { ...keys, auth: passwordStage({ getSafeUserId: () => alice.id }, first.body.session) })).ok();
    }
    await bob.syncs(what, since, (answer) => answer.device_lists?.changed?.includes(alice.id));
    await bob.until(what, async () => Object.values((await masterOf())?.keys ?? {}).includes(id));
  }
});

bothWays("device lists change: a new device, and its end", async (home, away) => {
  const [alice, bob] = [await home.user("alice"), await away.user("bob")];
  await uploadKeys(alice);
  await uploadKeys(bob);
  await sharedRoom(alice, bob);
  await query(bob, alice);
  let since = await bob.now();
  const changed = (what) => bob.syncs(what, since, (answer) => answer.device_lists?.changed?.includes(alice.id));

  const login = (await alice.api.post("login", {
    type: "m.login.password", identifier: { type: "m.id.user", user: alice.id }, password: "correct horse battery staple",
    device_id: "SECOND",
  })).ok();
  const second = alice.api.as(login.access_token);
  const { keys } = await uploadKeys(alice, second, "SECOND");
  await changed("the new device");
  const devices = await query(bob, alice);
  assert.deepEqual(Object.keys(devices).sort(), [alice.device, "SECOND"].sort());
  assert.deepEqual(devices.SECOND.keys, keys.keys);

  since = await bob.now();
  (await second.post("logout")).ok();
  await changed("the end of the device");
  await bob.until("the device to be gone", async () => !("SECOND" in await query(bob, alice)));
});

bothWays("device lists change while the network is down", async (home, away, pair) => {
  const [alice, bob] = [await home.user("alice"), await away.user("bob")];
  await uploadKeys(alice);
  await uploadKeys(bob);
  const roomId = await sharedRoom(alice, bob);
  await query(bob, alice);
  const since = await bob.now();
  await pair.apart([alice, bob], async () => {
    for (const device of ["THIRD", "FOURTH"]) {
      const login = (await alice.api.post("login", {
        type: "m.login.password", identifier: { type: "m.id.user", user: alice.id }, password: "correct horse battery staple", device_id: device,
      })).ok();
      await uploadKeys(alice, alice.api.as(login.access_token), device);
    }
  });
  await alice.send(roomId, "I have new devices");
  await bob.syncs("the change", since, (answer) => answer.device_lists?.changed?.includes(alice.id));
  await bob.until("both devices", async () => {
    const devices = await query(bob, alice);
    return devices.THIRD && devices.FOURTH;
  });
});
