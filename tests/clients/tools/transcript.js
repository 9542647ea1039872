// Two clients talk end-to-end encrypted through a fresh server, and this prints what each of them and the server sees.
import { register, clientFor, leaveAll, passwordStage, PASSWORD, start, withEncryption } from "../support/client.js";
import { decrypted, encryption, inRoom, roomOfTwo } from "../support/rooms.js";
import { CryptoEvent } from "../support/sdk.js";
import { HybridServer } from "../support/server.js";
import { compareEmoji, nextRequest } from "../support/verification.js";
import { until } from "../support/waiting.js";

const line = (who, what) => console.log(`${who.padEnd(8)}${what}`);

/** The start of a long text. */
const short = (text, length) => (text.length > length ? `${text.slice(0, length)}…` : text);

async function signUp(server, name) {
  const client = clientFor(server, await register(server, name, PASSWORD));
  await start(await withEncryption(client));
  await client.getCrypto().bootstrapCrossSigning({
    authUploadDeviceSigningKeys: (request) => request(null).catch(({ data }) => request(passwordStage(client, data.session))),
  });
  line(name, `registers as ${client.getSafeUserId()} and uploads cross-signing keys`);
  return client;
}

async function tell(speaker, listener, roomId, body) {
  const [from, to] = [speaker, listener].map((client) => client.getUserIdLocalpart());
  line(from, `says      ${body}`);
  const { event_id: eventId } = await speaker.sendTextMessage(roomId, body);
  const { content } = await speaker.fetchRoomEvent(roomId, eventId);
  line("server", `stores    ${short(content.ciphertext, 48)}`);
  line(to, `reads     ${(await decrypted(listener, roomId, eventId)).getContent().body}`);
}

const server = await HybridServer.start({ HYBRID_SERVER_NAME: "localhost" });
try {
  const alice = await signUp(server, "alice");
  const bob = await signUp(server, "bob");
  const roomId = await roomOfTwo(alice, bob, { preset: "trusted_private_chat", is_direct: true, initial_state: [encryption] });
  await inRoom("encryption", bob, roomId, (room) => room.hasEncryptionStateEvent());
  line("alice", `creates   ${roomId}`);
  line("bob", "joins     it");
  await tell(alice, bob, roomId, "Hello Bob, can anyone read this but you?");
  await tell(bob, alice, roomId, "Only us. Let us compare emoji to be sure.");
  const request = nextRequest(bob);
  line("both", `see       ${await compareEmoji(await alice.getCrypto().requestVerificationDM(bob.getSafeUserId(), roomId), await request)}`);
  await until("Alice to trust Bob", alice, CryptoEvent.UserTrustStatusChanged, async () =>
    (await alice.getCrypto().getUserVerificationStatus(bob.getSafeUserId())).isVerified());
  line("alice", "now knows that it is Bob");
} finally {
  leaveAll();
  await server.stop();
}
// The SDK leaves timers behind, one for each request.
process.exit();
