// The OAuth 2.0 API as apps use it: matrix-js-sdk on one side, and on the other a real browser, in which people meet the server's pages.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { OAuth2 } from "matrix-js-sdk/lib/oauth/index.js";
import { launchChromium } from "../support/chromium.js";
import { clientFor, PASSWORD, refusal, register, visitor, withEncryption } from "../support/client.js";
import { serverOfThisFile } from "../support/suite.js";
import { within } from "../support/waiting.js";

// Under this name the address that clients are told is the one that the server listens on. Its port is known only after the first start.
const server = serverOfThisFile({ HYBRID_SERVER_NAME: "localhost" }, async (started) => {
  await started.end();
  await started.restart();
});

const redirectUri = "https://app.example.org/callback";

let browser;

before(async () => {
  browser = await launchChromium();
});

after(async () => {
  await browser?.close();
});

/** An app that has found the server and registered with it. */
async function app() {
  const metadata = await visitor(server).getAuthMetadata();
  const clientId = await OAuth2.registerClient(metadata, {
    client_name: "An app",
    client_uri: "https://app.example.org/",
    redirect_uris: [redirectUri],
    application_type: "web",
  });
  return new OAuth2(metadata, { clientId });
}

/** A browser of somebody, in which the app's own page is there too. */
async function window() {
  const page = await (await browser.createBrowserContext()).newPage();
  await page.setRequestInterception(true);
  page.on("request", (request) =>
    (request.url().startsWith(redirectUri) ? request.respond({ status: 200, contentType: "text/html", body: "<h1>App</h1>" }) : request.continue()));
  return page;
}

async function press(page, button) {
  await Promise.all([page.waitForNavigation(), page.click(button)]);
}

async function fill(page, fields) {
  for (const [name, value] of Object.entries(fields)) await page.type(`input[name=${name}]`, value);
}

/** What the app is told when the browser comes back to it. */
function answer(page) {
  assert.ok(page.url().startsWith(`${redirectUri}#`), page.url());
  return Object.fromEntries(new URLSearchParams(new URL(page.url()).hash.slice(1)));
}

/** Goes to the server's page for the app, and lets the app in there once `enter` has signed in. */
async function letIn(oauth, page, enter, prompt) {
  await page.goto(await oauth.generateAuthorizationCodeGrantUrl("a state", redirectUri, "fragment", prompt));
  await enter();
  assert.match(await page.$eval("body", (body) => body.innerText), /An app/);
  await press(page, "button[value=allow]");
  const { code, state } = answer(page);
  assert.equal(state, "a state");
  return oauth.completeAuthorizationCodeGrant(code, redirectUri);
}

const signIn = (page, user) => async () => {
  await fill(page, { user, password: PASSWORD });
  await press(page, "form button");
};

test("an app is let in, refreshes its tokens and logs out; a password goes on serving beside it", async () => {
  const login = await register(server, "alice");
  const [oauth, page] = [await app(), await window()];
  const tokens = await letIn(oauth, page, signIn(page, "alice"));
  assert.equal(tokens.token_type, "Bearer");
  assert.ok(tokens.expires_in > 0 && tokens.expires_in <= 3600, "an access token of an app does not last");

  const enter = (granted) => clientFor(server, { user_id: login.user_id, device_id: oauth.context.deviceId, ...granted });
  const phone = enter(tokens);
  const { user_id: userId, device_id: deviceId } = await phone.whoami();
  assert.deepEqual([userId, deviceId], [login.user_id, oauth.context.deviceId]);
  const { room_id: roomId } = await phone.createRoom({ name: "From the app" });

  const renewed = await oauth.performRefreshTokenGrant(tokens.refresh_token);
  assert.notEqual(renewed.access_token, tokens.access_token);
  const renewedPhone = enter(renewed);
  await renewedPhone.sendTextMessage(roomId, "still here");

  await oauth.revokeToken(renewed.access_token, "access_token");
  assert.equal((await refusal(renewedPhone.whoami())).errcode, "M_UNKNOWN_TOKEN");
  await assert.rejects(oauth.performRefreshTokenGrant(renewed.refresh_token), (error) => error.error === "invalid_grant");

  const again = await visitor(server).loginRequest({ type: "m.login.password", identifier: { type: "m.id.user", user: "alice" }, password: PASSWORD });
  assert.deepEqual((await clientFor(server, again).getJoinedRooms()).joined_rooms, [roomId]);
});

test("somebody makes an account on the way, and is sent back into the app", async () => {
  const [oauth, page] = [await app(), await window()];
  assert.ok(oauth.metadata.prompt_values_supported.includes("create"));
  const tokens = await letIn(oauth, page, async () => {
    await fill(page, { user: "newcomer", password: PASSWORD, repeated: PASSWORD });
    await press(page, "form button");
  }, "create");
  const client = clientFor(server, { user_id: "@newcomer:localhost", device_id: oauth.context.deviceId, ...tokens });
  assert.equal((await client.whoami()).user_id, "@newcomer:localhost");
});

test("whoever does not let the app in sends it away with nothing", async () => {
  await register(server, "carol");
  const [oauth, page] = [await app(), await window()];
  await page.goto(await oauth.generateAuthorizationCodeGrantUrl("a state", redirectUri));
  await signIn(page, "carol")();
  await press(page, "button[value=deny]");
  assert.deepEqual(answer(page), { error: "access_denied", state: "a state" });
});

test("an app resets the identity of its user once that is allowed on the account page", async () => {
  await register(server, "dave");
  const [oauth, page] = [await app(), await window()];
  const tokens = await letIn(oauth, page, signIn(page, "dave"));
  const dave = await withEncryption(clientFor(server, { user_id: "@dave:localhost", device_id: oauth.context.deviceId, ...tokens }));
  await dave.getCrypto().bootstrapCrossSigning({ authUploadDeviceSigningKeys: (makeRequest) => makeRequest(null) });
  const master = async () => (await dave.api.post("keys/query", { device_keys: { "@dave:localhost": [] } })).ok().master_keys["@dave:localhost"].keys;
  const first = await master();

  let asked = 0;
  await within("the reset", dave.getCrypto().bootstrapCrossSigning({
    setupNewCrossSigning: true,
    authUploadDeviceSigningKeys: async (makeRequest) => {
      const { status, data } = await refusal(makeRequest(null));
      asked += 1;
      assert.deepEqual([status, data.flows[0].stages], [401, ["m.oauth"]]);
      assert.ok(data.params["m.oauth"].url.startsWith(oauth.metadata.account_management_uri));
      assert.equal((await refusal(makeRequest({ session: data.session }))).status, 401, "nothing is allowed yet");
      await page.goto(data.params["m.oauth"].url);
      await press(page, "button[value=allow]");
      return makeRequest({ session: data.session });
    },
  }));
  assert.equal(asked, 1);
  assert.notDeepEqual(await master(), first);
});
