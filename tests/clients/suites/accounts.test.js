// Signing up, signing in and out, devices, passwords, the end of an account.
import assert from "node:assert/strict";
import { test } from "node:test";
import { path } from "../support/api.js";
import { anotherDevice, clientFor, PASSWORD, passwordStage, person, proving, refusal, register, visitor } from "../support/client.js";
import { serverOfThisFile } from "../support/suite.js";

const server = serverOfThisFile();

const outcome = ({ status, errcode }) => [status, errcode];

const loginWith = (user, password, more = {}) =>
  visitor(server).loginRequest({ type: "m.login.password", identifier: { type: "m.id.user", user }, password, ...more });

test("the server says what it speaks and how to log in", async () => {
  const client = visitor(server);
  const { versions } = await client.getVersions();
  assert.ok(versions.includes("v1.11"), versions.join(" "));
  const flows = (await client.loginFlows()).flows.map((flow) => flow.type);
  assert.deepEqual(flows, ["m.login.password", "m.login.token"]);
  const wellKnown = await (await person(server, "reader")).api.get("/.well-known/matrix/client");
  assert.equal(wellKnown.ok()["m.homeserver"].base_url, `https://${server.name}`);
  assert.equal(wellKnown.headers.get("access-control-allow-origin"), "*");
});

test("capabilities name the default room version and what may be changed", async () => {
  const client = await person(server, "curious");
  const capabilities = await client.fetchCapabilities();
  assert.equal(capabilities["m.room_versions"].default, "12");
  for (const version of ["10", "11", "12"]) assert.equal(capabilities["m.room_versions"].available[version], "stable");
  assert.equal(capabilities["m.change_password"].enabled, true);
});

test("a name can be taken once, and must be a name", async () => {
  await register(server, "erin");
  const client = visitor(server);
  assert.equal(await client.isUsernameAvailable("erin"), false);
  assert.equal(await client.isUsernameAvailable("erin2"), true);
  assert.deepEqual(outcome(await refusal(client.registerRequest({ username: "erin", password: PASSWORD }))), [400, "M_USER_IN_USE"]);
  for (const username of ["Erin Smith", "ärin", "a:b"]) {
    assert.deepEqual(outcome(await refusal(client.registerRequest({ username, password: PASSWORD }))), [400, "M_INVALID_USERNAME"], username);
  }
});

test("registration is finished by its stages only, and a session serves once", async () => {
  const client = visitor(server);
  const request = { username: "frank", password: PASSWORD };
  const { status, data } = await refusal(client.registerRequest(request));
  assert.equal(status, 401);
  assert.deepEqual(data.flows, [{ stages: ["m.login.dummy"] }]);
  assert.equal((await refusal(client.registerRequest({ ...request, auth: { session: data.session } }))).status, 401);
  const login = await client.registerRequest({ ...request, auth: { type: "m.login.dummy", session: data.session } });
  assert.equal(login.user_id, `@frank:${server.name}`);
  assert.ok(login.access_token && login.device_id);
  const again = await refusal(client.registerRequest({ username: "frank2", password: PASSWORD, auth: { session: data.session } }));
  assert.equal(again.status, 401, "the used session opens nothing");
});

test("a password opens the account by its localpart and by the whole user ID", async () => {
  const grace = await person(server, "grace");
  const [localpart] = grace.getSafeUserId().slice(1).split(":");
  for (const user of [localpart, grace.getSafeUserId()]) {
    const login = await loginWith(user, PASSWORD);
    assert.equal((await clientFor(server, login).whoami()).device_id, login.device_id);
  }
});

test("a wrong password and an unknown name are refused alike", async () => {
  const heidi = await person(server, "heidi");
  const wrong = await refusal(loginWith(heidi.getSafeUserId(), "wrong"));
  const unknown = await refusal(loginWith("nobody-of-this-name", "wrong"));
  assert.deepEqual(outcome(wrong), [403, "M_FORBIDDEN"]);
  assert.deepEqual(wrong, unknown);
});

test("whoami tells the owner of the token and the device", async () => {
  const ivan = await person(server, "ivan");
  const { user_id: userId, device_id: deviceId, is_guest: guest } = await ivan.whoami();
  assert.deepEqual([userId, deviceId, guest ?? false], [ivan.getSafeUserId(), ivan.getDeviceId(), false]);
});

test("logging in on a known device keeps the device and ends its old token", async () => {
  const judy = await person(server, "judy");
  const login = await loginWith(judy.getSafeUserId(), PASSWORD, { device_id: judy.getDeviceId() });
  assert.equal(login.device_id, judy.getDeviceId());
  assert.deepEqual(outcome(await refusal(judy.whoami())), [401, "M_UNKNOWN_TOKEN"]);
  assert.equal((await clientFor(server, login).getDevices()).devices.length, 1);
});

test("a signed-in client gets a token for another one, good for one login", async () => {
  const mallory = await person(server, "mallory");
  const { login_token: token } = await proving(mallory, (auth) => mallory.requestLoginToken(auth));
  const login = await visitor(server).loginRequest({ type: "m.login.token", token });
  assert.equal(login.user_id, mallory.getSafeUserId());
  assert.notEqual(login.device_id, mallory.getDeviceId());
  assert.deepEqual(outcome(await refusal(visitor(server).loginRequest({ type: "m.login.token", token }))), [403, "M_FORBIDDEN"]);
});

test("a refresh token serves until its successor is used, on the same device", async () => {
  const login = await register(server, "niaj", PASSWORD, { refresh_token: true });
  assert.ok(login.refresh_token && login.expires_in_ms > 0);
  await visitor(server).refreshToken(login.refresh_token); // The answer is lost on its way.
  const answer = await visitor(server).refreshToken(login.refresh_token);
  const client = clientFor(server, { ...login, ...answer });
  assert.equal((await client.whoami()).device_id, login.device_id);
  assert.equal((await client.getDevices()).devices.length, 1);
  assert.deepEqual(outcome(await refusal(visitor(server).refreshToken(login.refresh_token))), [401, "M_UNKNOWN_TOKEN"]);
});

test("logout ends this device alone", async () => {
  const olivia = await person(server, "olivia");
  const tablet = await anotherDevice(server, olivia.getSafeUserId());
  await olivia.logout();
  assert.deepEqual(outcome(await refusal(olivia.whoami())), [401, "M_UNKNOWN_TOKEN"]);
  const { devices } = await tablet.getDevices();
  assert.deepEqual(devices.map((device) => device.device_id), [tablet.getDeviceId()]);
});

test("logout of all devices ends all of them", async () => {
  const peggy = await person(server, "peggy");
  const tablet = await anotherDevice(server, peggy.getSafeUserId());
  (await peggy.api.post("logout/all")).ok();
  for (const client of [peggy, tablet]) assert.deepEqual(outcome(await refusal(client.whoami())), [401, "M_UNKNOWN_TOKEN"]);
});

test("devices are listed, named and seen", async () => {
  const rupert = await person(server, "rupert");
  const tablet = await anotherDevice(server, rupert.getSafeUserId(), { deviceName: "kitchen" });
  await rupert.setDeviceDetails(tablet.getDeviceId(), { display_name: "living room" });
  const { devices } = await rupert.getDevices();
  assert.deepEqual(devices.map((device) => device.device_id).sort(), [rupert.getDeviceId(), tablet.getDeviceId()].sort());
  const device = await rupert.getDevice(tablet.getDeviceId());
  assert.equal(device.display_name, "living room");
  assert.equal(device.user_id ?? rupert.getSafeUserId(), rupert.getSafeUserId());
  assert.deepEqual(outcome(await refusal(rupert.getDevice("NOSUCHDEVICE"))), [404, "M_NOT_FOUND"]);
});

test("devices are deleted by whoever knows the password", async () => {
  const sybil = await person(server, "sybil");
  const others = [];
  for (const name of ["one", "two", "three"]) others.push(await anotherDevice(server, sybil.getSafeUserId(), { deviceName: name }));
  const [first, ...rest] = others;
  const { status, data } = await refusal(sybil.deleteDevice(first.getDeviceId()));
  assert.equal(status, 401);
  const wrong = await refusal(sybil.deleteDevice(first.getDeviceId(), passwordStage(sybil, data.session, "wrong")));
  assert.deepEqual([wrong.status, wrong.errcode, wrong.data.session], [401, "M_FORBIDDEN", data.session]);
  assert.equal((await first.whoami()).device_id, first.getDeviceId(), "nothing is deleted yet");
  await sybil.deleteDevice(first.getDeviceId(), passwordStage(sybil, data.session));
  await proving(sybil, (auth) => sybil.deleteMultipleDevices(rest.map((client) => client.getDeviceId()), auth));
  for (const client of others) assert.deepEqual(outcome(await refusal(client.whoami())), [401, "M_UNKNOWN_TOKEN"]);
});

test("what was confirmed for one request does not confirm another", async () => {
  const trent = await person(server, "trent");
  const [one, two] = [await anotherDevice(server, trent.getSafeUserId()), await anotherDevice(server, trent.getSafeUserId())];
  const { data } = await refusal(trent.deleteDevice(one.getDeviceId()));
  const { status, errcode } = await refusal(trent.deleteDevice(two.getDeviceId(), passwordStage(trent, data.session)));
  assert.deepEqual([status, errcode], [403, "M_FORBIDDEN"]);
  assert.ok(await two.whoami());
});

test("a changed password logs the other devices out, unless asked not to", async () => {
  const victor = await person(server, "victor");
  const userId = victor.getSafeUserId();
  const kept = await anotherDevice(server, userId);
  await proving(victor, (auth) => victor.setPassword(auth, "a second password", false));
  assert.ok(await kept.whoami());
  assert.deepEqual(outcome(await refusal(loginWith(userId, PASSWORD))), [403, "M_FORBIDDEN"]);
  await proving(victor, (auth) => victor.setPassword(auth, "a third password", true), "a second password");
  assert.deepEqual(outcome(await refusal(kept.whoami())), [401, "M_UNKNOWN_TOKEN"]);
  assert.ok(await victor.whoami(), "the device that changed it stays");
  assert.equal((await loginWith(userId, "a third password")).user_id, userId);
});

test("a deactivated account is gone for good", async () => {
  const wendy = await person(server, "wendy");
  const host = await person(server, "host");
  const { room_id: roomId } = await host.createRoom({ preset: "public_chat" });
  await wendy.joinRoom(roomId);
  const userId = wendy.getSafeUserId();
  await proving(wendy, (auth) => wendy.deactivateAccount(auth, true));
  assert.deepEqual(outcome(await refusal(wendy.whoami())), [401, "M_UNKNOWN_TOKEN"]);
  const { status, errcode } = await refusal(loginWith(userId, PASSWORD));
  assert.equal(status, 403);
  assert.match(errcode, /^M_(FORBIDDEN|USER_DEACTIVATED)$/);
  const [localpart] = userId.slice(1).split(":");
  assert.deepEqual(outcome(await refusal(visitor(server).registerRequest({ username: localpart, password: PASSWORD }))), [400, "M_USER_IN_USE"]);
  assert.deepEqual(Object.keys((await host.getJoinedRoomMembers(roomId)).joined), [host.getSafeUserId()], "it left its rooms");
});

test("a profile's name and picture reach the rooms that its owner is in", async () => {
  const [yves, zoe] = [await person(server, "yves"), await person(server, "zoe")];
  const { room_id: roomId } = await yves.createRoom({ preset: "public_chat" });
  await zoe.joinRoom(roomId);
  await zoe.setDisplayName("Zoë Ω");
  await zoe.setAvatarUrl("mxc://hybrid.test/picture");
  assert.deepEqual(await yves.getProfileInfo(zoe.getSafeUserId()), { displayname: "Zoë Ω", avatar_url: "mxc://hybrid.test/picture" });
  const member = await yves.getStateEvent(roomId, "m.room.member", zoe.getSafeUserId());
  assert.deepEqual([member.displayname, member.avatar_url, member.membership], ["Zoë Ω", "mxc://hybrid.test/picture", "join"]);
  const other = await yves.api.put(`profile/${path(zoe.getSafeUserId())}/displayname`, { displayname: "Not Zoë" });
  other.refused(403, "M_FORBIDDEN");
});

test("a profile has room for fields of one's own", async () => {
  const amy = await person(server, "amy");
  await amy.setExtendedProfileProperty("m.tz", "Europe/Berlin");
  assert.equal(await amy.getExtendedProfileProperty(amy.getSafeUserId(), "m.tz"), "Europe/Berlin");
  await amy.deleteExtendedProfileProperty("m.tz");
  (await amy.api.get(`profile/${path(amy.getSafeUserId(), "m.tz")}`)).refused(404, "M_NOT_FOUND");
  assert.deepEqual(outcome(await refusal(amy.getProfileInfo(`@nobody:${server.name}`))), [404, "M_NOT_FOUND"]);
});
