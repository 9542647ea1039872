// A server that was down for a while, and people who went on meanwhile.
import assert from "node:assert/strict";
import { path } from "../../clients/support/api.js";
import { png } from "../../clients/support/png.js";
import { contact } from "../support/pair.js";
import { agree, scenario, sharedRoom, talk } from "../support/scenario.js";

const bodies = (events) => events.filter((event) => event.type === "m.room.message").map((event) => event.content.body);

scenario("a server that was down catches up in all its rooms, latest first", async ({ a, b }) => {
  const [alice, bob] = [await a.user("alice"), await b.user("bob")];
  const rooms = [];
  for (let number = 0; number < 3; number += 1) rooms.push(await sharedRoom(alice, bob));
  await talk(rooms[0], alice, bob);
  const last = new Map();
  await b.down();
  try {
    for (const roomId of rooms) {
      for (let number = 0; number < 60; number += 1) last.set(roomId, await alice.send(roomId, `missed ${number}`));
      await alice.set(roomId, "m.room.topic", { topic: "what happened meanwhile" });
    }
  } finally {
    await b.up();
  }
  await contact(bob, alice);
  for (const roomId of rooms) {
    await bob.sees(roomId, last.get(roomId));
    await bob.until("everything in between", async () =>
      bodies(await bob.history(roomId)).filter((body) => body.startsWith("missed")).length === 60);
    const said = bodies(await bob.history(roomId)).filter((body) => body.startsWith("missed")).reverse();
    assert.deepEqual(said, Array.from({ length: 60 }, (_, number) => `missed ${number}`));
    await agree(roomId, alice, bob, async () => (await bob.get(roomId, "m.room.topic"))?.topic === "what happened meanwhile");
  }
  await talk(rooms[2], alice, bob);
});

scenario("messages for a device wait until its server is back", async ({ a, b }) => {
  const [alice, bob] = [await a.user("alice"), await b.user("bob")];
  await sharedRoom(alice, bob);
  const since = await bob.now();
  await b.down();
  try {
    for (let number = 0; number < 5; number += 1) {
      const messages = { [bob.id]: { [bob.device]: { number } } };
      (await alice.api.put(`sendToDevice/org.example.waiting/w${number}`, { messages })).ok();
    }
  } finally {
    await b.up();
  }
  await contact(bob, alice);
  const numbers = [];
  await bob.syncs("the messages for his device", since, (answer) => {
    for (const event of answer.to_device?.events ?? []) if (event.type === "org.example.waiting") numbers.push(event.content.number);
    return numbers.length >= 5;
  });
  assert.deepEqual(numbers, [0, 1, 2, 3, 4], "each once and in order");
});

scenario("a picture that was seen once is there while its server is down", async ({ a, b }) => {
  const [alice, bob] = [await a.user("alice"), await b.user("bob")];
  const bytes = png(200, 100);
  const upload = await bob.api.request("POST", "/_matrix/media/v3/upload", { body: bytes, headers: { "Content-Type": "image/png" } });
  const [server, id] = upload.ok().content_uri.replace("mxc://", "").split("/");
  const download = () => alice.api.request("GET", `/_matrix/client/v1/media/download/${path(server, id)}`);
  assert.ok((await download()).bytes.equals(bytes));
  await b.down();
  try {
    const again = await download();
    assert.equal(again.status, 200);
    assert.ok(again.bytes.equals(bytes));
  } finally {
    await b.up();
  }
  await contact(alice, bob);
});

scenario("what a server's users said while its peer was down, and the server was restarted, still arrives", async ({ a, b }) => {
  const [alice, bob] = [await a.user("alice"), await b.user("bob")];
  const roomId = await sharedRoom(alice, bob);
  await b.down();
  const sent = [];
  try {
    for (let number = 0; number < 5; number += 1) sent.push(await alice.send(roomId, `kept ${number}`));
    await a.down();
    await a.up();
  } finally {
    await b.up();
  }
  await contact(bob, alice);
  for (const eventId of sent) await bob.sees(roomId, eventId);
  await talk(roomId, alice, bob);
});
