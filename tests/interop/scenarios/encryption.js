// End-to-end encryption across servers, with real clients: matrix-js-sdk and its Rust crypto on both sides.
import assert from "node:assert/strict";
import { path } from "../../clients/support/api.js";
import { decryptFile, encryptFile } from "../../clients/support/attachment.js";
import { anotherDevice, clientFor, leave, PASSWORD, register, start, withEncryption } from "../../clients/support/client.js";
import { png } from "../../clients/support/png.js";
import { decrypted, encryption, inRoom, membership, roomOfTwo } from "../../clients/support/rooms.js";
import { ClientEvent, CryptoEvent } from "../../clients/support/sdk.js";
import { compareEmoji, nextRequest } from "../../clients/support/verification.js";
import { until, within } from "../../clients/support/waiting.js";
import { scenario } from "../support/scenario.js";

let people = 0;

/** Someone with an encrypting client that syncs, and with cross-signing keys. */
async function someone(server, name) {
  people += 1;
  const client = await start(await withEncryption(clientFor(server, await register(server, `${name}-e2ee-${people}`))));
  await crossSign(client);
  return client;
}

/** Makes cross-signing keys; a server that wants the password for them gets it. */
const crossSign = (client) => client.getCrypto().bootstrapCrossSigning({
  setupNewCrossSigning: true,
  authUploadDeviceSigningKeys: (makeRequest) => makeRequest(null).catch((error) => makeRequest({
    type: "m.login.password",
    identifier: { type: "m.id.user", user: client.getSafeUserId() },
    password: PASSWORD,
    session: error.data?.session,
  })),
});

/** Waits until the client has the other's cross-signing keys: their upload may still be on its way. */
const toKnow = (client, other) => until(`${client.name} to know ${other.name}'s keys`, client, [ClientEvent.Sync, CryptoEvent.DevicesUpdated], () =>
  client.getCrypto().userHasCrossSigningKeys(other.getSafeUserId(), true));

const say = async (from, to, roomId, body) => {
  const { event_id: eventId } = await within(`${from.name} to say '${body}'`, from.sendTextMessage(roomId, body));
  const event = await decrypted(to, roomId, eventId);
  assert.equal(event.getClearContent().body, body);
  assert.equal(event.getWireType(), "m.room.encrypted");
  return eventId;
};

for (const [home, away] of [["a", "b"], ["b", "a"]]) {
  scenario(`two talk in secret, and compare emoji, from ${home.toUpperCase()} to ${away.toUpperCase()}`, async (pair) => {
    const [alice, bob] = [await someone(pair[home], "alice"), await someone(pair[away], "bob")];
    try {
      const roomId = await roomOfTwo(alice, bob, { initial_state: [encryption] });
      await say(alice, bob, roomId, "only you can read this");
      await say(bob, alice, roomId, "and only you this");

      for (const [one, other] of [[alice, bob], [bob, alice]]) await toKnow(one, other);
      const asked = nextRequest(bob);
      const asking = await alice.getCrypto().requestVerificationDM(bob.getSafeUserId(), roomId);
      await compareEmoji(asking, await asked);
      for (const [one, other] of [[alice, bob], [bob, alice]]) {
        await until(`${one.name} to trust ${other.name}`, one, CryptoEvent.UserTrustStatusChanged, async () =>
          (await one.getCrypto().getUserVerificationStatus(other.getSafeUserId())).isVerified());
      }
      await say(alice, bob, roomId, "now I know that it is you");
    } finally {
      leave(alice);
      leave(bob);
    }
  });
}

for (const [home, away] of [["a", "b"], ["b", "a"]]) {
  scenario(`an encrypted picture is seen, from ${home.toUpperCase()} to ${away.toUpperCase()}`, async (pair) => {
    const [alice, bob] = [await someone(pair[home], "alice"), await someone(pair[away], "bob")];
    try {
      const roomId = await roomOfTwo(alice, bob, { initial_state: [encryption] });
      const picture = png(64, 48);
      const { bytes, file } = await encryptFile(picture);
      const uploaded = await alice.api.request("POST", "/_matrix/media/v3/upload", { body: bytes, headers: { "Content-Type": "application/octet-stream" } });
      const content = { msgtype: "m.image", body: "picture.png", file: { ...file, url: uploaded.ok().content_uri } };
      const { event_id: eventId } = await alice.sendMessage(roomId, content);
      const { url, ...sent } = (await decrypted(bob, roomId, eventId)).getClearContent().file;
      const [server, id] = url.replace("mxc://", "").split("/");
      const answer = await bob.api.request("GET", `/_matrix/client/v1/media/download/${path(server, id)}`);
      assert.equal(answer.status, 200);
      assert.ok((await decryptFile(answer.bytes, sent)).equals(picture));
    } finally {
      leave(alice);
      leave(bob);
    }
  });
}

scenario("a new device is heard of on the other server, and reads what is said from then on", async ({ a, b }) => {
  const [alice, bob] = [await someone(a, "alice"), await someone(b, "bob")];
  const others = [alice, bob];
  try {
    const roomId = await roomOfTwo(alice, bob, { initial_state: [encryption] });
    await say(alice, bob, roomId, "to the first device");
    const second = await start(await withEncryption(await anotherDevice(b, bob.getSafeUserId())));
    others.push(second);
    await membership(second, roomId, "join");
    await inRoom("the new device", alice, roomId, async () => {
      const devices = await alice.getCrypto().getUserDeviceInfo([bob.getSafeUserId()], true);
      return devices.get(bob.getSafeUserId())?.has(second.getDeviceId());
    });
    const eventId = await say(alice, bob, roomId, "to both devices");
    assert.equal((await decrypted(second, roomId, eventId)).getClearContent().body, "to both devices");
    await say(second, alice, roomId, "from the second device");
  } finally {
    others.forEach(leave);
  }
});

scenario("a secret conversation goes on after the network was down", async (pair) => {
  const [alice, bob] = [await someone(pair.a, "alice"), await someone(pair.b, "bob")];
  const [watcher, other] = [await pair.a.user("watcher"), await pair.b.user("other")];
  try {
    const roomId = await roomOfTwo(alice, bob, { initial_state: [encryption] });
    await say(alice, bob, roomId, "before");
    const sent = [];
    await pair.apart([watcher, other], async () => {
      for (let number = 0; number < 3; number += 1) sent.push((await alice.sendTextMessage(roomId, `meanwhile ${number}`)).event_id);
    });
    for (const [number, eventId] of sent.entries()) {
      assert.equal((await decrypted(bob, roomId, eventId)).getClearContent().body, `meanwhile ${number}`);
    }
    await say(bob, alice, roomId, "after");
  } finally {
    leave(alice);
    leave(bob);
  }
});
