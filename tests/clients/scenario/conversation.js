// The second chapter: what people do with messages, in the encrypted room of the first.
import assert from "node:assert/strict";
import { test } from "node:test";
import { path } from "../support/api.js";
import { refusal } from "../support/client.js";
import { decrypted, inRoom, received } from "../support/rooms.js";
import { ReceiptType, RoomEvent, ThreadEvent } from "../support/sdk.js";
import { until } from "../support/waiting.js";

const say = async (client, roomId, body, more = {}) =>
  (await client.sendMessage(roomId, { msgtype: "m.text", body, ...more })).event_id;

const react = (client, roomId, eventId, key) =>
  client.sendEvent(roomId, "m.reaction", { "m.relates_to": { rel_type: "m.annotation", event_id: eventId, key } });

/** The thread of a message, made by the client when there is none yet: what a client does before one can write in it. */
const threadOf = (client, roomId, rootId) => {
  const room = client.getRoom(roomId);
  return room.getThread(rootId) ?? room.createThread(rootId, room.findEventById(rootId), [], true);
};

const sayInThread = async (client, roomId, rootId, body) => {
  threadOf(client, roomId, rootId);
  return (await client.sendMessage(roomId, rootId, { msgtype: "m.text", body })).event_id;
};

/** What the server bundles with an event. */
const bundled = async (client, roomId, eventId) =>
  (await client.api.get(`rooms/${path(roomId)}/event/${path(eventId)}`)).ok().unsigned?.["m.relations"] ?? {};

export function conversationChapter(story) {
  test("Alice edits a message: Bob sees the new text, the server bundles the edit", async () => {
    const { alice, bob, roomId } = story;
    const original = await say(alice, roomId, "See you at sevn");
    const content = { msgtype: "m.text", body: "See you at seven" };
    const edit = await say(alice, roomId, "* See you at seven", {
      "m.new_content": content, "m.relates_to": { rel_type: "m.replace", event_id: original },
    });
    const event = await decrypted(bob, roomId, original);
    await inRoom("the edited text", bob, roomId, () => event.getContent().body === "See you at seven");
    assert.equal(event.replacingEventId(), edit);
    const { "m.replace": replacement } = await bundled(bob, roomId, original);
    assert.equal(replacement.event_id, edit);
    assert.equal(replacement.type, "m.room.encrypted");
    story.edited = original;
  });

  test("the tablet, which asks for the event alone, gets the latest edit with it", async () => {
    const { alice, tablet, roomId, edited } = story;
    const latest = await say(alice, roomId, "* See you at eight", {
      "m.new_content": { msgtype: "m.text", body: "See you at eight" }, "m.relates_to": { rel_type: "m.replace", event_id: edited },
    });
    await decrypted(tablet, roomId, latest);
    assert.equal((await bundled(tablet, roomId, edited))["m.replace"].event_id, latest);
    const { events } = await tablet.relations(roomId, edited, "m.replace", null);
    assert.equal(events.length, 2, "both edits are relations of the message");
  });

  test("Bob reacts: Alice sees who and with what, once", async () => {
    const { alice, bob, roomId, firstMessage } = story;
    const { event_id: reaction } = await react(bob, roomId, firstMessage, "👍");
    await react(bob, roomId, firstMessage, "🎉");
    await react(alice, roomId, firstMessage, "👍");
    const annotations = await inRoom("three reactions", alice, roomId, (room) => {
      const found = room.relations.getChildEventsForEvent(firstMessage, "m.annotation", "m.reaction")?.getSortedAnnotationsByKey();
      return found?.reduce((sum, [, events]) => sum + events.size, 0) === 3 && found;
    });
    const counts = Object.fromEntries(annotations.map(([key, events]) => [key, [...events].map((event) => event.getSender()).sort()]));
    assert.deepEqual(counts, { "👍": [alice.getSafeUserId(), bob.getSafeUserId()], "🎉": [bob.getSafeUserId()] });
    story.reaction = reaction;
  });

  test("the same reaction again is refused", async () => {
    const { bob, roomId, firstMessage } = story;
    const { status, errcode } = await refusal(react(bob, roomId, firstMessage, "👍"));
    assert.deepEqual([status, errcode], [400, "M_DUPLICATE_ANNOTATION"]);
    const { events } = await bob.relations(roomId, firstMessage, "m.annotation", "m.reaction");
    assert.equal(events.length, 3, "and not kept");
  });

  test("Bob replies: Alice sees to what", async () => {
    const { alice, bob, roomId, firstMessage } = story;
    const reply = await say(bob, roomId, "It was nice to hear that", { "m.relates_to": { "m.in_reply_to": { event_id: firstMessage } } });
    const event = await decrypted(alice, roomId, reply);
    assert.equal(event.replyEventId, firstMessage);
    assert.equal(event.getContent().body, "It was nice to hear that");
  });

  test("a thread: its replies stay out of the main timeline", async () => {
    const { alice, bob, roomId } = story;
    const root = await say(alice, roomId, "About the trip");
    await decrypted(bob, roomId, root);
    const replies = [];
    for (const [client, body] of [[bob, "By train?"], [alice, "By train."], [bob, "I buy the tickets"]]) {
      replies.push(await sayInThread(client, roomId, root, body));
    }
    Object.assign(story, { root, replies });
    const room = alice.getRoom(roomId);
    await until("the thread at Alice", room, [ThreadEvent.New, ThreadEvent.Update, ThreadEvent.NewReply, RoomEvent.Timeline], () =>
      room.getThread(root)?.replyToEvent?.getId() === replies[2] && room.getThread(root).length === 3);
    await until("the last reply in the clear", alice, ["Event.decrypted", "sync"], () =>
      room.getThread(root).findEventById(replies[2])?.getContent().body === "I buy the tickets");
    assert.ok(!room.getLiveTimeline().getEvents().some((event) => replies.includes(event.getId())));
  });

  test("the server sums the thread up with its root, and lists it", async () => {
    const { alice, bob, roomId, root, replies } = story;
    const { "m.thread": summary } = await bundled(bob, roomId, root);
    assert.deepEqual([summary.count, summary.latest_event.event_id, summary.current_user_participated], [3, replies[2], true]);
    const listed = await alice.createThreadListMessagesRequest(roomId, null, 10, "b", null);
    assert.deepEqual(listed.chunk.map((event) => event.event_id), [root]);
    const { chunk } = await bob.fetchRelations(roomId, root, "m.thread", null, { dir: "f", limit: 2 });
    assert.deepEqual(chunk.map((event) => event.event_id), replies.slice(0, 2), "oldest first when asked so");
  });

  test("the thread's list can be narrowed to those one took part in", async () => {
    const { alice, bob, roomId, root } = story;
    const monologue = await say(bob, roomId, "Notes to myself");
    await sayInThread(bob, roomId, monologue, "Buy milk");
    const ids = async (include) => (await alice.api.get(`/_matrix/client/v1/rooms/${path(roomId)}/threads`, { include })).ok().chunk.map((event) => event.event_id);
    assert.deepEqual(await ids("all"), [monologue, root], "the thread with the latest reply comes first");
    assert.deepEqual(await ids("participated"), [root]);
  });

  test("Bob takes a message back: its text is gone everywhere", async () => {
    const { alice, bob, tablet, roomId } = story;
    const regretted = await say(bob, roomId, "I should not say this");
    for (const client of [alice, tablet]) await decrypted(client, roomId, regretted);
    const { event_id: redaction } = await bob.redactEvent(roomId, regretted, undefined, { reason: "thought better of it" });
    for (const client of [alice, tablet]) {
      await inRoom("the redaction", client, roomId, (room) => room.findEventById(regretted).isRedacted());
    }
    const kept = await alice.fetchRoomEvent(roomId, regretted);
    assert.deepEqual(kept.content, {});
    assert.equal(kept.unsigned.redacted_because.event_id, redaction);
    assert.equal(kept.unsigned.redacted_because.content.reason, "thought better of it");
  });

  test("a reaction that is taken back no longer counts, and may be given again", async () => {
    const { alice, bob, roomId, firstMessage, reaction } = story;
    await bob.redactEvent(roomId, reaction);
    const counted = (room) => room.relations.getChildEventsForEvent(firstMessage, "m.annotation", "m.reaction").getRelations().length;
    await inRoom("two reactions", alice, roomId, (room) => counted(room) === 2);
    await react(bob, roomId, firstMessage, "👍");
    await inRoom("three reactions", alice, roomId, (room) => counted(room) === 3);
  });

  test("Bob reads: Alice sees how far", async () => {
    const { alice, bob, roomId } = story;
    const message = await say(alice, roomId, "Have you read this?");
    await bob.sendReadReceipt(await decrypted(bob, roomId, message));
    await inRoom("Bob's receipt", alice, roomId, (room) => room.getEventReadUpTo(bob.getSafeUserId()) === message);
    await inRoom("nothing unread", bob, roomId, (room) => room.getRoomUnreadNotificationCount("total") === 0);
  });

  test("a receipt in a thread is of that thread alone", async () => {
    const { alice, bob, roomId, root, replies } = story;
    const event = await inRoom("the thread", bob, roomId, (room) => room.getThread(root)?.findEventById(replies[1]));
    const before = alice.getRoom(roomId).getEventReadUpTo(bob.getSafeUserId());
    await bob.sendReceipt(event, ReceiptType.Read);
    const thread = alice.getRoom(roomId).getThread(root);
    const receipt = await inRoom("the threaded receipt", alice, roomId, () => {
      const found = thread.getReadReceiptForUserId(bob.getSafeUserId(), true);
      return found?.eventId === replies[1] && found;
    });
    assert.equal(receipt.data.thread_id, root);
    assert.equal(alice.getRoom(roomId).getEventReadUpTo(bob.getSafeUserId()), before, "the main timeline is where it was");
  });

  test("a private receipt is seen by one's own devices only", async () => {
    const { alice, bob, tablet, roomId } = story;
    const message = await say(bob, roomId, "Read this in secret");
    const event = await decrypted(alice, roomId, message);
    await decrypted(tablet, roomId, message);
    await alice.sendReadReceipt(event, ReceiptType.ReadPrivate);
    await inRoom("Alice's private receipt", tablet, roomId, (room) =>
      room.getReadReceiptForUserId(alice.getSafeUserId(), false, ReceiptType.ReadPrivate)?.eventId === message);

    // What comes to Bob after it shows that it did not come.
    await alice.sendTyping(roomId, true, 5000);
    await inRoom("Alice typing", bob, roomId, (room) => room.getMember(alice.getSafeUserId()).typing);
    assert.notEqual(bob.getRoom(roomId).getEventReadUpTo(alice.getSafeUserId()), message);
    await alice.sendTyping(roomId, false, 0);
  });

  test("the fully-read marker moves on all of Alice's devices", async () => {
    const { alice, tablet, watch, roomId, firstAnswer } = story;
    await alice.setRoomReadMarkers(roomId, firstAnswer);
    for (const client of [alice, tablet, watch]) {
      await inRoom("the fully-read marker", client, roomId, (room) => room.getAccountData("m.fully_read")?.getContent().event_id === firstAnswer);
    }
  });

  test("Bob types: Alice sees it begin and end", async () => {
    const { alice, bob, roomId } = story;
    await bob.sendTyping(roomId, true, 30_000);
    await inRoom("Bob typing", alice, roomId, (room) => room.getMember(bob.getSafeUserId()).typing);
    await bob.sendTyping(roomId, false, 0);
    await inRoom("Bob no longer typing", alice, roomId, (room) => !room.getMember(bob.getSafeUserId()).typing);
  });

  test("typing ends by itself", async () => {
    const { alice, bob, roomId } = story;
    await bob.sendTyping(roomId, true, 300);
    await inRoom("Bob typing", alice, roomId, (room) => room.getMember(bob.getSafeUserId()).typing);
    await inRoom("the timeout of typing", alice, roomId, (room) => !room.getMember(bob.getSafeUserId()).typing);
  });

  test("all of it is there for a client that starts anew", async () => {
    const { alice, tablet, roomId, edited, root } = story;
    const room = tablet.getRoom(roomId);
    const fresh = await tablet.getEventTimeline(room.getUnfilteredTimelineSet(), edited);
    const event = fresh.getEvents().find((candidate) => candidate.getId() === edited) ?? await received(tablet, roomId, edited);
    await tablet.decryptEventIfNeeded(event);
    assert.equal(event.getContent().body, "See you at eight");
    assert.equal((await alice.fetchRoomEvent(roomId, root)).unsigned["m.relations"]["m.thread"].count, 3);
  });
}
