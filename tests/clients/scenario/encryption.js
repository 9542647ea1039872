// The first chapter: two people sign up, meet in an encrypted room, verify each other; one of them gets a second device.
import assert from "node:assert/strict";
import { test } from "node:test";
import { anotherDevice, clientFor, PASSWORD, passwordStage, register, start, visitor, withEncryption } from "../support/client.js";
import { path } from "../support/api.js";
import { decrypted, encryption, inRoom, membership, received } from "../support/rooms.js";
import { ClientEvent, CryptoEvent, MatrixEventEvent } from "../support/sdk.js";
import { compareEmoji, nextRequest } from "../support/verification.js";
import { until } from "../support/waiting.js";

/** Where a person keeps the recovery key: asked by the client when it needs secrets from the server. */
function safe(story) {
  return {
    getSecretStorageKey: async ({ keys }) => {
      const id = Object.keys(keys).find((keyId) => story.recoveryKeyIds.has(keyId));
      return id ? [id, story.recoveryKey.privateKey] : null;
    },
    cacheSecretStorageKey: (keyId) => story.recoveryKeyIds.add(keyId),
  };
}

const proofOf = (client) => async (makeRequest) => {
  try {
    return await makeRequest(null);
  } catch (challenge) {
    assert.equal(challenge.httpStatus, 401);
    return makeRequest(passwordStage(client, challenge.data.session));
  }
};

/** Waits until the client has the keys of the other's device. */
const toKnow = (client, other) =>
  until(`${client.getDeviceId()} to know ${other.getDeviceId()}`, client, [CryptoEvent.DevicesUpdated, ClientEvent.Sync], async () => {
    const devices = await client.getCrypto().getUserDeviceInfo([other.getSafeUserId()]);
    return devices.get(other.getSafeUserId())?.has(other.getDeviceId());
  });

export function encryptionChapter(story) {
  test("two people register, and one of them logs in with the password", async () => {
    const { server } = story;
    story.recoveryKeyIds = new Set();
    const aliceId = (await register(server, "alice", PASSWORD, { inhibit_login: true })).user_id;
    assert.equal(aliceId, `@alice:${server.name}`);
    story.alice = await anotherDevice(server, aliceId, { deviceName: "Alice's laptop", cryptoCallbacks: safe(story) });
    story.bob = clientFor(server, await register(server, "bob", PASSWORD, { initial_device_display_name: "Bob's phone" }));
    for (const client of [story.alice, story.bob]) await start(await withEncryption(client));
    assert.deepEqual((await story.bob.getDevices()).devices.map((device) => device.display_name), ["Bob's phone"]);
    assert.equal((await visitor(server).loginFlows()).flows[0].type, "m.login.password");
  });

  test("both upload cross-signing keys after proving their passwords", async () => {
    for (const client of [story.alice, story.bob]) {
      await client.getCrypto().bootstrapCrossSigning({ authUploadDeviceSigningKeys: proofOf(client) });
      assert.ok(await client.getCrypto().isCrossSigningReady());
    }
    const [alice, bob] = [story.alice.getSafeUserId(), story.bob.getSafeUserId()];
    const keys = await story.bob.downloadKeysForUsers([alice, bob]);
    assert.deepEqual(Object.keys(keys.master_keys).sort(), [alice, bob]);
    assert.deepEqual(Object.keys(keys.user_signing_keys), [bob], "the user-signing key is for its owner only");
  });

  test("Alice sets up secret storage and a key backup behind a recovery key", async () => {
    const crypto = story.alice.getCrypto();
    await crypto.bootstrapSecretStorage({
      setupNewKeyBackup: true,
      createSecretStorageKey: async () => (story.recoveryKey = await crypto.createRecoveryKeyFromPassphrase()),
    });
    await until("secret storage to be ready", story.alice, ["accountData", CryptoEvent.KeyBackupStatus], () => crypto.isSecretStorageReady());
    const status = await crypto.getCrossSigningStatus();
    assert.ok(status.privateKeysInSecretStorage, "the private keys are in secret storage");
    const version = await until("the key backup to be in use", story.alice, CryptoEvent.KeyBackupStatus, () => crypto.getActiveSessionBackupVersion());
    assert.equal((await crypto.getKeyBackupInfo()).version, version);
  });

  test("Alice creates an encrypted room and Bob, invited, joins", async () => {
    const { alice, bob } = story;
    const { room_id: roomId } = await alice.createRoom({
      preset: "trusted_private_chat", is_direct: true, invite: [bob.getSafeUserId()], initial_state: [encryption],
    });
    story.roomId = roomId;
    const invited = await membership(bob, roomId, "invite");
    assert.equal(invited.getDMInviter(), alice.getSafeUserId());
    await bob.joinRoom(roomId);
    for (const client of [alice, bob]) {
      await inRoom("two members and encryption", client, roomId,
        (room) => room.getJoinedMembers().length === 2 && room.hasEncryptionStateEvent());
    }
    const creation = await bob.getStateEvent(roomId, "m.room.create", "");
    assert.deepEqual(creation.additional_creators, [bob.getSafeUserId()], "the preset trusts Bob with everything");
  });

  test("Alice writes and Bob reads; the server sees ciphertext", async () => {
    const { alice, bob, roomId } = story;
    const { event_id: eventId } = await alice.sendTextMessage(roomId, "Hello Bob");
    const event = await decrypted(bob, roomId, eventId);
    assert.deepEqual([event.getSender(), event.getType(), event.getContent().body], [alice.getSafeUserId(), "m.room.message", "Hello Bob"]);
    const stored = await alice.fetchRoomEvent(roomId, eventId);
    assert.equal(stored.type, "m.room.encrypted");
    assert.ok(!JSON.stringify(stored).includes("Hello Bob"));
    story.firstMessage = eventId;
  });

  test("Bob answers and Alice reads", async () => {
    const { alice, bob, roomId } = story;
    const { event_id: eventId } = await bob.sendTextMessage(roomId, "Hello Alice");
    assert.equal((await decrypted(alice, roomId, eventId)).getContent().body, "Hello Alice");
    story.firstAnswer = eventId;
  });

  test("they verify each other by comparing emoji in the room", async () => {
    const { alice, bob, roomId } = story;
    for (const [one, other] of [[alice, bob], [bob, alice]]) await toKnow(one, other);
    const request = nextRequest(bob);
    const asking = await alice.getCrypto().requestVerificationDM(bob.getSafeUserId(), roomId);
    story.emoji = await compareEmoji(asking, await request);
    assert.equal(story.emoji.split(" ").length, 7);
    for (const [one, other] of [[alice, bob], [bob, alice]]) {
      await until(`${one.name} to trust ${other.name}`, one, CryptoEvent.UserTrustStatusChanged, async () =>
        (await one.getCrypto().getUserVerificationStatus(other.getSafeUserId())).isVerified());
      const device = await one.getCrypto().getDeviceVerificationStatus(other.getSafeUserId(), other.getDeviceId());
      assert.ok(device.isVerified() && device.crossSigningVerified);
    }
  });

  test("a second device of Alice verifies itself with the recovery key", async () => {
    const { alice, bob, server } = story;
    const tablet = await anotherDevice(server, "alice", { deviceName: "Alice's tablet", cryptoCallbacks: safe(story) });
    await start(await withEncryption(tablet));
    story.tablet = tablet;
    const crypto = tablet.getCrypto();
    const trusted = async (client) => (await client.getCrypto().getDeviceVerificationStatus(alice.getSafeUserId(), tablet.getDeviceId()))?.crossSigningVerified;
    await toKnow(tablet, alice);
    assert.ok(await crypto.userHasCrossSigningKeys(), "it knows Alice's public keys");
    assert.ok(!(await trusted(tablet)), "a new device is not trusted");
    await crypto.bootstrapCrossSigning({});
    for (const client of [tablet, alice, bob]) {
      await until(`${client.name} to trust the tablet`, client, [CryptoEvent.DevicesUpdated, CryptoEvent.UserTrustStatusChanged], () => trusted(client));
    }
  });

  test("it reads nothing that was said before it came", async () => {
    const { tablet, roomId, firstMessage } = story;
    const event = await received(tablet, roomId, firstMessage);
    await until("decryption to be tried", tablet, MatrixEventEvent.Decrypted, () => event.isDecryptionFailure());
  });

  test("it restores the keys from the backup and reads the history", async () => {
    const { alice, tablet, roomId, firstMessage, firstAnswer } = story;
    // The laptop uploads its keys when it finds the time, within ten seconds.
    await until("both keys to be in the backup", alice, [CryptoEvent.KeyBackupSessionsRemaining, "sync"], async () =>
      (await alice.api.get("room_keys/version")).ok().count >= 2);
    const crypto = tablet.getCrypto();
    await crypto.loadSessionBackupPrivateKeyFromSecretStorage();
    const backup = await crypto.checkKeyBackupAndEnable();
    assert.ok(backup?.trustInfo.trusted, "the backup is signed by a key that is trusted");
    const restored = await crypto.restoreKeyBackup();
    assert.ok(restored.total >= 2 && restored.imported === restored.total, JSON.stringify(restored));
    assert.equal((await decrypted(tablet, roomId, firstMessage)).getContent().body, "Hello Bob");
    assert.equal((await decrypted(tablet, roomId, firstAnswer)).getContent().body, "Hello Alice");
  });

  test("a third device is verified from the second, and is given the secrets", async () => {
    const { server, tablet, roomId, firstMessage } = story;
    const watch = await anotherDevice(server, "alice", { deviceName: "Alice's watch" });
    await start(await withEncryption(watch));
    story.watch = watch;
    // A request from a device that one has not heard of is ignored.
    for (const [one, other] of [[tablet, watch], [watch, tablet]]) await toKnow(one, other);
    const request = nextRequest(tablet);
    const asking = await watch.getCrypto().requestOwnUserVerification();
    await compareEmoji(asking, await request);
    assert.ok((await watch.getCrypto().getDeviceVerificationStatus(tablet.getSafeUserId(), tablet.getDeviceId())).crossSigningVerified);
    const secrets = [CryptoEvent.KeyBackupDecryptionKeyCached, CryptoEvent.KeyBackupStatus, CryptoEvent.UserTrustStatusChanged];
    await until("the backup's key to be sent to the watch", watch, [...secrets, "sync"], () => watch.getCrypto().getSessionBackupPrivateKey());
    assert.equal((await decrypted(watch, roomId, firstMessage)).getContent().body, "Hello Bob");
  });

  test("from now on each of Alice's devices reads what Bob writes", async () => {
    const { alice, tablet, watch, bob, roomId } = story;
    const { event_id: eventId } = await bob.sendTextMessage(roomId, "To all of you");
    for (const client of [alice, tablet, watch]) {
      const event = await decrypted(client, roomId, eventId);
      assert.equal(event.getContent().body, "To all of you");
      assert.equal((await client.getCrypto().getEncryptionInfoForEvent(event)).shieldColour, 0, "nothing to warn of");
    }
    const kept = await alice.api.get(`rooms/${path(roomId)}/event/${path(eventId)}`);
    assert.equal(kept.ok().content.algorithm, "m.megolm.v1.aes-sha2");
  });
}
