// What is refused, and how: the errcode and status that the specification names, and nothing lost by it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Api, path } from "../support/api.js";
import { person } from "../support/client.js";
import { serverOfThisFile } from "../support/suite.js";

const server = serverOfThisFile();

async function hostWithRoom() {
  const host = await person(server, "host");
  const { room_id: roomId } = await host.createRoom({ preset: "public_chat" });
  const raw = (method, at, body, headers = { "Content-Type": "application/json" }) => host.api.request(method, at, { body, headers });
  return { host, roomId, raw, room: `rooms/${path(roomId)}` };
}

test("what is no JSON is M_NOT_JSON", async () => {
  const { raw, room } = await hostWithRoom();
  for (const body of ["{", "{\"a\":}", "hello", "{'a':1}", "{\"a\":1,}", "\u{feff}{}x"]) {
    (await raw("PUT", `${room}/send/m.room.message/${encodeURIComponent(body)}`, body)).refused(400, "M_NOT_JSON");
    (await raw("POST", "createRoom", body)).refused(400, "M_NOT_JSON");
  }
  (await raw("POST", "login", Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]))).refused(400, "M_NOT_JSON");
});

test("what is no text is refused before anyone has to read it", async () => {
  const { host, raw, room } = await hostWithRoom();
  const invalid = Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0x22, 0x7d]);
  const data = `user/${path(host.getSafeUserId())}/account_data/org.example`;
  for (const at of [`${room}/send/org.example/t`, data, "sendToDevice/org.example/t", `profile/${path(host.getSafeUserId())}/org.example`]) {
    (await raw("PUT", at, invalid)).refused(400, "M_NOT_JSON");
    (await raw("PUT", at, "{\"a\":\"\\ud800\"}")).refused(400, "M_BAD_JSON");
  }
  const { bytes } = await host.api.get("sync", { timeout: 0 });
  assert.ok(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
});

test("JSON of the wrong shape is M_BAD_JSON", async () => {
  const { host, room } = await hostWithRoom();
  const { api } = host;
  for (const body of ["[]", "1", "\"text\"", "null"]) {
    (await api.request("PUT", `${room}/send/m.room.message/t`, { body, headers: { "Content-Type": "application/json" } })).refused(400, "M_BAD_JSON");
  }
  (await api.post("createRoom", { invite: "not a list" })).refused(400, "M_BAD_JSON");
  (await api.post("createRoom", { is_direct: "yes" })).refused(400, "M_BAD_JSON");
  (await api.post("login", { type: 7 })).refused(400, "M_BAD_JSON");
  (await api.put(`${room}/typing/${path(host.getSafeUserId())}`, { typing: "yes" })).refused(400, "M_BAD_JSON");
  (await api.post("keys/query", { device_keys: [] })).refused(400, "M_BAD_JSON");
});

test("numbers that events cannot hold are refused", async () => {
  const { raw, room } = await hostWithRoom();
  for (const number of ["1.5", "9007199254740992", "-9007199254740992", "1e400"]) {
    (await raw("PUT", `${room}/send/org.example.number/${encodeURIComponent(number)}`, `{"n":${number}}`)).refused(400, "M_BAD_JSON");
  }
  (await raw("PUT", `${room}/send/org.example.number/largest`, "{\"n\":9007199254740991}")).ok();
});

test("an event of more than 65536 bytes is M_TOO_LARGE, a large one is not", async () => {
  const { host, roomId, room } = await hostWithRoom();
  const { event_id: large } = await host.sendTextMessage(roomId, "x".repeat(60_000));
  assert.equal((await host.fetchRoomEvent(roomId, large)).content.body.length, 60_000);
  for (const size of [65_536, 100_000]) {
    const answer = await host.api.put(`${room}/send/m.room.message/t${size}`, { msgtype: "m.text", body: "x".repeat(size) });
    answer.refused(413, "M_TOO_LARGE");
  }
  const state = await host.api.put(`${room}/state/org.example.large/`, { text: "x".repeat(70_000) });
  state.refused(413, "M_TOO_LARGE");
  (await host.api.put(`${room}/state/org.example.key/${"k".repeat(256)}`, {})).refused(413, "M_TOO_LARGE");
  (await host.api.put(`${room}/send/${"t".repeat(256)}/long`, {})).refused(413, "M_TOO_LARGE");
  await host.sendTextMessage(roomId, "the room goes on");
});

test("a body of many megabytes is refused without being kept", async () => {
  const { host, room } = await hostWithRoom();
  const answer = await host.api.put(`${room}/send/m.room.message/huge`, { msgtype: "m.text", body: "x".repeat(30 * 1024 * 1024) }).catch((error) => error);
  // The server may close the connection before it has read all of it.
  if (!(answer instanceof Error)) answer.refused(413, "M_TOO_LARGE");
  (await host.api.get("account/whoami")).ok();
});

test("no token, and one that nobody has, are told apart", async () => {
  const { host, room } = await hostWithRoom();
  for (const at of ["account/whoami", "sync", `${room}/messages?dir=b`, "joined_rooms"]) {
    (await host.api.as(null).get(at)).refused(401, "M_MISSING_TOKEN");
    (await host.api.as("nobody-has-this").get(at)).refused(401, "M_UNKNOWN_TOKEN");
  }
  (await host.api.as(null).request("GET", "account/whoami", { headers: { Authorization: "Basic abc" } })).refused(401, "M_MISSING_TOKEN");
});

test("rooms that one is not in are M_FORBIDDEN, whether they exist or not", async () => {
  const { room } = await hostWithRoom();
  const stranger = await person(server, "stranger");
  for (const at of [room, `rooms/${path(`!doesnotexist:${server.name}`)}`]) {
    (await stranger.api.put(`${at}/send/m.room.message/t`, { msgtype: "m.text", body: "hello" })).refused(403, "M_FORBIDDEN");
    (await stranger.api.get(`${at}/state`)).refused(403, "M_FORBIDDEN");
    (await stranger.api.get(`${at}/messages`, { dir: "b" })).refused(403, "M_FORBIDDEN");
    (await stranger.api.get(`${at}/members`)).refused(403, "M_FORBIDDEN");
    (await stranger.api.put(`${at}/typing/${path(stranger.getSafeUserId())}`, { typing: true, timeout: 1000 })).refused(403, "M_FORBIDDEN");
    (await stranger.api.post(`${at}/receipt/m.read/${path("$none")}`)).refused(403, "M_FORBIDDEN");
  }
});

test("nobody types or keeps account data in another's name", async () => {
  const { host, roomId, room } = await hostWithRoom();
  const guest = await person(server, "guest");
  await guest.joinRoom(roomId);
  const other = path(host.getSafeUserId());
  (await guest.api.put(`${room}/typing/${other}`, { typing: true, timeout: 1000 })).refused(403, "M_FORBIDDEN");
  (await guest.api.put(`user/${other}/account_data/org.example.x`, {})).refused(403, "M_FORBIDDEN");
  (await guest.api.put(`user/${other}/rooms/${path(roomId)}/tags/u.x`, {})).refused(403, "M_FORBIDDEN");
  (await guest.api.post(`user/${other}/filter`, {})).refused(403, "M_FORBIDDEN");
  (await guest.api.put(`presence/${other}/status`, { presence: "online" })).refused(403, "M_FORBIDDEN");
});

test("what is not there is M_NOT_FOUND", async () => {
  const { host, room } = await hostWithRoom();
  const missing = [
    `${room}/event/${path("$doesnotexist")}`, `${room}/context/${path("$doesnotexist")}`, `${room}/state/org.example.none`,
    `profile/${path(`@nobody:${server.name}`)}`, `directory/room/${path(`#nowhere:${server.name}`)}`, "devices/NODEVICE",
    `user/${path(host.getSafeUserId())}/account_data/org.example.none`, `user/${path(host.getSafeUserId())}/filter/4711`,
    "room_keys/version", "/_matrix/client/v1/register/m.login.registration_token/nothing-here-either",
  ];
  for (const at of missing.slice(0, -1)) (await host.api.get(at)).refused(404, "M_NOT_FOUND");
  (await host.api.get(missing.at(-1))).refused(404, "M_UNRECOGNIZED");
});

test("unknown endpoints are M_UNRECOGNIZED with 404, unknown methods with 405", async () => {
  const { host } = await hostWithRoom();
  for (const at of ["/_matrix/client/v3/nosuchthing", "/_matrix/client/v99/sync", "/_matrix/nothing", "/_matrix/media/v3/nothing"]) {
    (await host.api.get(at)).refused(404, "M_UNRECOGNIZED");
  }
  (await host.api.delete("sync")).refused(405, "M_UNRECOGNIZED");
  (await host.api.put("login", {})).refused(405, "M_UNRECOGNIZED");
  (await host.api.request("PATCH", "account/whoami")).refused(405, "M_UNRECOGNIZED");
});

test("a browser's question before the request is answered", async () => {
  const answer = await new Api(server.url).request("OPTIONS", "sync", { headers: { Origin: "https://app.example", "Access-Control-Request-Method": "GET" } });
  assert.ok([200, 204].includes(answer.status));
  assert.equal(answer.headers.get("access-control-allow-origin"), "*");
  assert.match(answer.headers.get("access-control-allow-headers"), /Authorization/);
  for (const method of ["GET", "POST", "PUT", "DELETE"]) assert.ok(answer.headers.get("access-control-allow-methods").includes(method));
});

test("identifiers that are none, and parameters that are missing, are named", async () => {
  const { host, room } = await hostWithRoom();
  (await host.api.post("join/nonsense")).refused(400, "M_INVALID_PARAM");
  (await host.api.get(`${room}/messages`)).refused(400, "M_MISSING_PARAM");
  (await host.api.get(`${room}/messages`, { dir: "sideways" })).refused(400, "M_INVALID_PARAM");
  (await host.api.get(`${room}/messages`, { dir: "b", from: "nonsense" })).refused(400, "M_INVALID_PARAM");
  (await host.api.post(`${room}/invite`, {})).refused(400, "M_MISSING_PARAM");
  assert.equal((await host.api.post(`${room}/invite`, { user_id: "nobody" })).status, 400);
});

test("a deeply nested body is refused, and the server stands", async () => {
  const { host, raw, room } = await hostWithRoom();
  const deep = `{"a":${"[".repeat(5000)}${"]".repeat(5000)}}`;
  const answer = await raw("PUT", `${room}/send/org.example.deep/t`, deep);
  assert.equal(answer.status, 400);
  assert.match(answer.body.errcode, /^M_(NOT|BAD)_JSON$/);
  (await host.api.get("account/whoami")).ok();
});

test("keys that stand twice in a body are refused", async () => {
  const { raw, room } = await hostWithRoom();
  const answer = await raw("PUT", `${room}/send/m.room.message/twice`, "{\"body\":\"a\",\"body\":\"b\",\"msgtype\":\"m.text\"}");
  assert.equal(answer.status, 400);
  assert.match(answer.body.errcode, /^M_(NOT|BAD)_JSON$/);
});
