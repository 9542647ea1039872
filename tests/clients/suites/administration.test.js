// What the operator does: accounts from the command line and by shared secret, registration tokens, closed registration.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { Api } from "../support/api.js";
import { anotherDevice, clientFor, PASSWORD, person, refusal, register, visitor } from "../support/client.js";
import { HybridServer } from "../support/server.js";
import { serverOfThisFile } from "../support/suite.js";

const secret = "a secret between programs";
const server = serverOfThisFile({ HYBRID_REGISTRATION: "token", HYBRID_REGISTRATION_SHARED_SECRET: secret });

const outcome = ({ status, errcode }) => [status, errcode];

async function createUser(...args) {
  const { code, stdout, stderr } = await server.command(["user", "create", ...args]);
  assert.equal(code, 0, stderr);
  return Object.fromEntries(stdout.trim().split("\n").map((line) => line.split(/\s+/)));
}

async function token(...args) {
  const { code, stdout, stderr } = await server.command(["token", "create", ...args]);
  assert.equal(code, 0, stderr);
  return stdout.trim();
}

async function registerWith(registrationToken, username) {
  const client = visitor(server);
  const request = { username, password: PASSWORD };
  const { data } = await refusal(client.registerRequest(request));
  assert.deepEqual(data.flows, [{ stages: ["m.login.registration_token"] }]);
  return client.registerRequest({ ...request, auth: { type: "m.login.registration_token", token: registrationToken, session: data.session } });
}

const isValid = async (text) =>
  (await new Api(server.url).get("/_matrix/client/v1/register/m.login.registration_token/validity", { token: text })).ok().valid;

async function sharedSecret(fields, key = secret) {
  const api = new Api(server.url);
  const { nonce } = (await api.get("/_synapse/admin/v1/register")).ok();
  const signed = [nonce, fields.username, fields.password, fields.admin ? "admin" : "notadmin"].join("\0");
  const mac = createHmac("sha1", key).update(signed).digest("hex");
  return api.post("/_synapse/admin/v1/register", { nonce, mac, ...fields });
}

test("the command line makes an administrator while the server runs", async () => {
  const { user, password } = await createUser("root", "--admin");
  assert.equal(user, `@root:${server.name}`);
  const admin = await anotherDevice(server, user, { password });
  const { accounts } = (await admin.api.get("/_hybrid/admin/v1/accounts")).ok();
  assert.deepEqual(accounts.find((account) => account.user_id === user).admin, true);
});

test("the command line takes a password from its input, and refuses a name that is taken", async () => {
  const { code, stdout } = await server.command(["user", "create", "typed", "--password-stdin"], "my own password\n");
  assert.equal(code, 0);
  assert.ok(!stdout.includes("my own password"));
  await anotherDevice(server, `@typed:${server.name}`, { password: "my own password" });
  const again = await server.command(["user", "create", "typed"]);
  assert.equal(again.code, 1);
  assert.match(again.stderr, /^hybrid: .*taken/);
});

test("those who are no administrators administer nothing", async () => {
  const { user, password } = await createUser("plain");
  const plain = await anotherDevice(server, user, { password });
  (await plain.api.get("/_hybrid/admin/v1/accounts")).refused(403, "M_FORBIDDEN");
  (await plain.api.post("/_hybrid/admin/v1/registration_tokens", {})).refused(403, "M_FORBIDDEN");
  (await plain.api.as(null).get("/_hybrid/admin/v1/accounts")).refused(401, "M_MISSING_TOKEN");
});

test("whoever knows the shared secret makes accounts, each nonce once", async () => {
  const made = (await sharedSecret({ username: "bridge", password: PASSWORD, admin: true })).ok();
  assert.equal(made.user_id, `@bridge:${server.name}`);
  (await new Api(server.url, made.access_token).get("/_hybrid/admin/v1/accounts")).ok();
  const wrong = await sharedSecret({ username: "intruder", password: PASSWORD, admin: true }, "another secret");
  assert.equal(wrong.status, 403);
  const api = new Api(server.url);
  assert.equal((await api.post("/_synapse/admin/v1/register", { nonce: "made up", username: "x", password: PASSWORD, mac: "00" })).status, 400);
});

test("a registration token opens registration as often as it says", async () => {
  const once = await token("--uses", "1");
  assert.equal(await isValid(once), true);
  assert.equal((await registerWith(once, "first")).user_id, `@first:${server.name}`);
  assert.equal(await isValid(once), false);
  const late = await refusal(registerWith(once, "second"));
  assert.equal(late.status, 401);
  assert.equal(await visitor(server).isUsernameAvailable("second"), true);
});

test("made-up tokens open nothing, and the other stages are no way around", async () => {
  assert.equal(await isValid("made-up"), false);
  assert.equal((await refusal(registerWith("made-up", "nobody"))).status, 401);
  const past = await server.command(["token", "create", "--expires", "2020-01-01"]);
  assert.deepEqual([past.code, past.stdout], [1, ""], "one that is over is not even made");
  await assert.rejects(register(server, "dummy"), { httpStatus: 401 });
});

test("administrators make, list and take back tokens over HTTP", async () => {
  const { user, password } = await createUser("keeper", "--admin");
  const { api } = await anotherDevice(server, user, { password });
  const at = "/_hybrid/admin/v1/registration_tokens";
  const made = (await api.post(at, { token: "spring", uses_allowed: 3 })).ok();
  assert.deepEqual([made.token, made.uses_allowed, made.completed], ["spring", 3, 0]);
  await registerWith("spring", "springer");
  const { registration_tokens: tokens } = (await api.get(at)).ok();
  assert.equal(tokens.find((one) => one.token === "spring").completed, 1);
  (await api.delete(`${at}/spring`)).ok();
  assert.equal(await isValid("spring"), false);
});

test("an administrator ends an account", async () => {
  const { user, password } = await createUser("gone");
  const gone = await anotherDevice(server, user, { password });
  const root = await createUser("second-root", "--admin");
  const { api } = await anotherDevice(server, root.user, { password: root.password });
  (await api.post(`/_hybrid/admin/v1/accounts/${encodeURIComponent(user)}/deactivate`, {})).ok();
  assert.deepEqual(outcome(await refusal(gone.whoami())), [401, "M_UNKNOWN_TOKEN"]);
  assert.equal((await refusal(anotherDevice(server, user, { password }))).status, 403);
});

test("registration is closed unless it is opened, and a wrong setting is named", async () => {
  const closed = await HybridServer.start({ HYBRID_REGISTRATION: "", HYBRID_RATE_LIMITS: "" });
  try {
    assert.deepEqual(outcome(await refusal(visitor(closed).registerRequest({ username: "x", password: PASSWORD }))), [403, "M_FORBIDDEN"]);
    (await new Api(closed.url).get("/_synapse/admin/v1/register")).refused(400, "M_UNKNOWN");
    assert.match(closed.log, /user create admin --admin/, "it says how to make the first administrator");
  } finally {
    await closed.stop();
  }
  const { code, stderr } = await server.command(["serve", "--config", "/nowhere/hybrid.toml"]);
  assert.equal(code, 2);
  assert.match(stderr, /nowhere\/hybrid\.toml/);
});

test("with the limits on, one client's flood is slowed and told for how long", async () => {
  const limited = await HybridServer.start({ HYBRID_RATE_LIMITS: "on" });
  try {
    const client = clientFor(limited, await register(limited, "flood"));
    const { room_id: roomId } = await client.createRoom({});
    const at = (number) => `rooms/${encodeURIComponent(roomId)}/send/m.room.message/f${number}`;
    const answers = await Promise.all(Array.from({ length: 300 }, (_, number) => client.api.put(at(number), { msgtype: "m.text", body: "!" })));
    const slowed = answers.filter((answer) => answer.status === 429);
    assert.ok(slowed.length > 0 && slowed.length < 300);
    slowed.forEach((answer) => assert.ok(answer.refused(429, "M_LIMIT_EXCEEDED").retry_after_ms > 0));
    assert.ok(Number(slowed[0].headers.get("retry-after")) > 0);
  } finally {
    await limited.stop();
  }
});
