// Finding people: the user directory.
import assert from "node:assert/strict";
import { test } from "node:test";
import { anotherDevice, person, proving } from "../support/client.js";
import { serverOfThisFile } from "../support/suite.js";

const server = serverOfThisFile();

const find = async (client, term, limit = 10) => client.searchUserDirectory({ term, limit });
const names = ({ results }) => results.map((user) => user.user_id).sort();

test("those whom one shares a room with are found by name and by ID", async () => {
  const [alice, bob] = [await person(server, "alice"), await person(server, "xaver")];
  const { room_id: roomId } = await alice.createRoom({ invite: [bob.getSafeUserId()] });
  await bob.joinRoom(roomId);
  await bob.setDisplayName("Bobby Tables");
  for (const term of ["bobby", "Tables", "xaver", bob.getSafeUserId()]) {
    assert.deepEqual(names(await find(alice, term)), [bob.getSafeUserId()], term);
  }
  assert.equal((await find(alice, "bobby")).results[0].display_name, "Bobby Tables");
});

test("strangers are found when they are in a public room, and not otherwise", async () => {
  const [seeker, hermit, guest] = [await person(server, "seeker"), await person(server, "quentin"), await person(server, "quirin")];
  const host = await person(server, "host");
  const open = (await host.createRoom({ preset: "public_chat", visibility: "public" })).room_id;
  const shut = (await host.createRoom({ preset: "private_chat", invite: [hermit.getSafeUserId()] })).room_id;
  await guest.joinRoom(open);
  await hermit.joinRoom(shut);
  assert.deepEqual(names(await find(seeker, "quirin")), [guest.getSafeUserId()]);
  assert.deepEqual(names(await find(seeker, "quentin")), []);
  assert.deepEqual(names(await find(host, "quentin")), [hermit.getSafeUserId()], "their host knows them");
});

test("the list is cut at the limit and says so", async () => {
  const host = await person(server, "host");
  const { room_id: roomId } = await host.createRoom({ preset: "public_chat" });
  for (let number = 0; number < 4; number += 1) await (await person(server, "walter")).joinRoom(roomId);
  const cut = await find(host, "walter", 2);
  assert.deepEqual([cut.results.length, cut.limited], [2, true]);
  const whole = await find(host, "walter", 10);
  assert.deepEqual([whole.results.length, whole.limited], [4, false]);
});

test("those who have left for good are not found", async () => {
  const [host, ghost] = [await person(server, "host"), await person(server, "ghost")];
  const { room_id: roomId } = await host.createRoom({ preset: "public_chat" });
  await ghost.joinRoom(roomId);
  assert.equal((await find(host, "ghost")).results.length, 1);
  await proving(ghost, (auth) => ghost.deactivateAccount(auth, false));
  assert.deepEqual(names(await find(host, "ghost")), []);
});

test("a new name is found on every device at once", async () => {
  const [host, guest] = [await person(server, "host"), await person(server, "guest")];
  const tablet = await anotherDevice(server, host.getSafeUserId());
  const { room_id: roomId } = await host.createRoom({ preset: "public_chat" });
  await guest.joinRoom(roomId);
  await guest.setDisplayName("Äpfel & Birnen");
  for (const client of [host, tablet]) assert.deepEqual(names(await find(client, "birnen")), [guest.getSafeUserId()]);
  await guest.setDisplayName("Zwetschgen");
  assert.deepEqual(names(await find(host, "birnen")), []);
});
