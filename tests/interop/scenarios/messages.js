// What is said in rooms, and what is taken back.
import assert from "node:assert/strict";
import { path } from "../../clients/support/api.js";
import { scenario, sharedRoom } from "../support/scenario.js";

const bodies = (events) => events.filter((event) => event.type === "m.room.message").map((event) => event.content.body);

scenario("messages go both ways, complete and in order", async ({ a, b }) => {
  const [alice, bob] = [await a.user("alice"), await b.user("bob")];
  const roomId = await sharedRoom(alice, bob);
  const said = [];
  for (let number = 0; number < 10; number += 1) {
    const [from, to] = number % 2 === 0 ? [alice, bob] : [bob, alice];
    said.push(`message ${number}: 🦊 ñ \u2028 "quoted"`);
    const eventId = await from.send(roomId, said.at(-1));
    const [mine, theirs] = [await from.sees(roomId, eventId), await to.sees(roomId, eventId)];
    for (const key of ["content", "sender", "origin_server_ts", "type", "room_id"]) assert.deepEqual(theirs[key], mine[key], key);
  }
  for (const user of [alice, bob]) assert.deepEqual(bodies(await user.history(roomId)).reverse(), said);
});

scenario("a burst of messages of both sides arrives whole", async ({ a, b }) => {
  const [alice, bob] = [await a.user("alice"), await b.user("bob")];
  const roomId = await sharedRoom(alice, bob);
  const burst = (user) => Promise.all(Array.from({ length: 30 }, (_, number) => user.send(roomId, `${user.id} ${number}`)));
  const sent = (await Promise.all([burst(alice), burst(bob)])).flat();
  for (const user of [alice, bob]) {
    await user.until("all messages", async () => {
      const known = new Set((await user.history(roomId)).map((event) => event.event_id));
      return sent.every((eventId) => known.has(eventId));
    });
  }
});

scenario("syncs that go on while both sides talk tell every message once", async ({ a, b }) => {
  const [alice, bob] = [await a.user("alice"), await b.user("bob")];
  const roomId = await sharedRoom(alice, bob);
  const sinces = [await alice.now(), await bob.now()];
  const speak = async (user) => {
    const sent = [];
    for (let number = 0; number < 20; number += 1) sent.push(await user.send(roomId, `${user.id} ${number}`));
    return sent;
  };
  const sent = Promise.all([speak(alice), speak(bob)]);
  const listen = async (user, since) => {
    const told = [];
    await user.syncs("everything that was said", since, (answer) => {
      const { timeline } = answer.rooms?.join?.[roomId] ?? {};
      // What does not fit into one answer is for the client to fetch: 100 of 40 fit.
      assert.ok(!timeline?.limited, "no answer leaves anything out");
      told.push(...(timeline?.events ?? []).filter((event) => event.type === "m.room.message").map((event) => event.event_id));
      return told.length >= 40;
    }, { room: { timeline: { limit: 100 } } }).catch((error) => {
      throw new Error(`${error.message}; ${told.length} of 40 messages came`);
    });
    return told;
  };
  const [told, toldOther] = await Promise.all([listen(alice, sinces[0]), listen(bob, sinces[1])]);
  const all = (await sent).flat().sort();
  assert.deepEqual(told.sort(), all);
  assert.deepEqual(toldOther.sort(), all);
});

scenario("a message of the largest size comes over", async ({ a, b }) => {
  const [alice, bob] = [await a.user("alice"), await b.user("bob")];
  const roomId = await sharedRoom(alice, bob);
  const body = "x".repeat(62_000);
  assert.equal((await bob.sees(roomId, await alice.send(roomId, body))).content.body, body);
  assert.equal((await alice.sees(roomId, await bob.send(roomId, body))).content.body, body);
});

scenario("edits, reactions and threads are found on the other server", async ({ a, b }) => {
  const [alice, bob] = [await a.user("alice"), await b.user("bob")];
  const roomId = await sharedRoom(alice, bob);
  const root = await alice.send(roomId, "the first draft");
  await bob.sees(roomId, root);
  await bob.send(roomId, { "m.relates_to": { rel_type: "m.annotation", event_id: root, key: "👍" } }, "m.reaction");
  await bob.send(roomId, { msgtype: "m.text", body: "in a thread", "m.relates_to": { rel_type: "m.thread", event_id: root } });
  const edit = { "m.new_content": { msgtype: "m.text", body: "the second draft" }, "m.relates_to": { rel_type: "m.replace", event_id: root } };
  await alice.send(roomId, { msgtype: "m.text", body: "* the second draft", ...edit });
  for (const user of [alice, bob]) {
    await user.until("the relations", async () => {
      const event = (await user.api.get(`rooms/${path(roomId, "event", root)}`)).ok();
      const { "m.thread": thread, "m.replace": replace } = event.unsigned?.["m.relations"] ?? {};
      return thread?.count === 1 && replace;
    });
    const related = (await user.api.get(`/_matrix/client/v1/rooms/${path(roomId, "relations", root, "m.annotation")}`)).ok();
    assert.deepEqual(related.chunk.map((event) => [event.sender, event.content["m.relates_to"].key]), [[bob.id, "👍"]]);
  }
});

scenario("a message is redacted by its sender, and one by a moderator of the other server", async ({ a, b }) => {
  const [alice, bob] = [await a.user("alice"), await b.user("bob")];
  const roomId = await sharedRoom(alice, bob);
  const [own, moderated] = [await bob.send(roomId, "he regrets it"), await bob.send(roomId, "she does not like it")];
  for (const eventId of [own, moderated]) await alice.sees(roomId, eventId);
  await bob.redact(roomId, own, "regret");
  await alice.redact(roomId, moderated, "rules");
  for (const user of [alice, bob]) {
    for (const [eventId, reason] of [[own, "regret"], [moderated, "rules"]]) {
      const event = await user.seesRedacted(roomId, eventId);
      assert.deepEqual(event.content, {});
      assert.equal(event.unsigned.redacted_because.content.reason, reason);
    }
  }
});

scenario("a member without power cannot redact what others said", async ({ a, b }) => {
  const [alice, bob] = [await a.user("alice"), await b.user("bob")];
  const roomId = await sharedRoom(alice, bob);
  const eventId = await alice.send(roomId, "it stays");
  await bob.sees(roomId, eventId);
  const answer = await bob.api.put(`rooms/${path(roomId, "redact", eventId, "r1")}`, {});
  assert.equal(answer.status, 403);
  assert.equal((await bob.sees(roomId, eventId)).content.body, "it stays");
});

scenario("old history is fetched from the other server, back to the room's beginning", async ({ a, b }) => {
  const [alice, bob] = [await a.user("alice"), await b.user("bob")];
  const roomId = await alice.createRoom({ name: "A long story" });
  const said = Array.from({ length: 130 }, (_, number) => `chapter ${number}`);
  const sent = [];
  for (const body of said) sent.push(await alice.send(roomId, body));
  await alice.redact(roomId, sent[40]);
  await bob.join(roomId, alice);
  const history = await bob.history(roomId);
  const expected = said.map((body, number) => number === 40 ? undefined : body);
  assert.deepEqual(bodies(history).reverse(), expected);
  assert.equal(history.at(-1).type, "m.room.create", "the oldest event is the first");
  assert.deepEqual(history.map((event) => event.event_id), (await alice.history(roomId)).map((event) => event.event_id));
});

scenario("history from before the join stays hidden where that is the rule", async ({ a, b }) => {
  const [alice, bob] = [await a.user("alice"), await b.user("bob")];
  const visibility = { type: "m.room.history_visibility", state_key: "", content: { history_visibility: "joined" } };
  const roomId = await alice.createRoom({ initial_state: [visibility] });
  const before = await alice.send(roomId, "before he came");
  await bob.join(roomId, alice);
  await alice.seesMembership(bob, roomId, "join");
  const after = await alice.send(roomId, "after he came");
  await bob.sees(roomId, after);
  assert.deepEqual(bodies(await bob.history(roomId)), ["after he came"]);
  assert.equal((await bob.api.get(`rooms/${path(roomId, "event", before)}`)).status, 404);
});

scenario("the event at a time of long ago is found through the other server", async ({ a, b }) => {
  const [alice, bob] = [await a.user("alice"), await b.user("bob")];
  const roomId = await alice.createRoom();
  const early = await alice.send(roomId, "the early one");
  const { origin_server_ts: ts } = await alice.sees(roomId, early);
  for (let number = 0; number < 60; number += 1) await alice.send(roomId, `later ${number}`);
  await bob.join(roomId, alice);
  const found = (await bob.api.get(`/_matrix/client/v1/rooms/${path(roomId)}/timestamp_to_event`, { ts, dir: "f" })).ok();
  assert.equal(found.event_id, early);
  const context = (await bob.api.get(`rooms/${path(roomId, "context", early)}`, { limit: 4 })).ok();
  assert.equal(context.event.content.body, "the early one");
});
