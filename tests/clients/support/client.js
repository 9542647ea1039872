// People with real clients: matrix-js-sdk, logged in as a user of the server, with or without encryption.
import { Api } from "./api.js";
import { ordered } from "./ordered.js";
import { quiet } from "./quiet.js";
import { ClientEvent, createClient, SyncState } from "./sdk.js";
import { until } from "./waiting.js";

export const PASSWORD = "correct horse battery staple";

const started = new Set();

/** A client that is not logged in. */
export function visitor(server) {
  return createClient({ baseUrl: server.url, logger: quiet });
}

/** What a registration or login answers, as a client; `client.api` makes plain requests with the same token. */
export function clientFor(server, login, options = {}) {
  const client = createClient({
    baseUrl: server.url,
    userId: login.user_id,
    deviceId: login.device_id,
    accessToken: login.access_token,
    refreshToken: login.refresh_token,
    logger: quiet,
    fetchFn: ordered(),
    timelineSupport: true,
    useAuthorizationHeader: true,
    ...options,
  });
  client.api = new Api(server.url, login.access_token);
  client.name = login.user_id;
  return client;
}

/** Creates an account the way clients do: a refused first attempt gives the session, its dummy stage completes it. */
export async function register(server, name, password = PASSWORD, extra = {}) {
  const client = visitor(server);
  const request = { username: name, password, ...extra };
  const session = await client.registerRequest(request).then(
    () => { throw new Error("registration asked for no interactive authentication"); },
    (error) => error.data.session,
  );
  return client.registerRequest({ ...request, auth: { type: "m.login.dummy", session } });
}

let people = 0;

/** A new user with a client that does not sync; the name is made unique. */
export async function person(server, name, options) {
  people += 1;
  return clientFor(server, await register(server, `${name}${people}`), options);
}

/** Logs an existing user in on another device. */
export async function anotherDevice(server, userId, { password = PASSWORD, deviceName = "another device", ...options } = {}) {
  const login = await visitor(server).loginRequest({
    type: "m.login.password",
    identifier: { type: "m.id.user", user: userId },
    password,
    initial_device_display_name: deviceName,
  });
  return clientFor(server, login, options);
}

/** Lets the client sync, and waits until it has everything. */
export async function start(client, options = {}) {
  started.add(client);
  await client.startClient({ initialSyncLimit: 50, threadSupport: true, ...options });
  await until(`${client.name}'s first sync`, client, ClientEvent.Sync, () =>
    [SyncState.Prepared, SyncState.Syncing].includes(client.getSyncState()));
  return client;
}

/** Gives the client its encryption machine, in memory. To be done before `start`. */
export async function withEncryption(client) {
  await client.initRustCrypto({ useIndexedDB: false });
  return client;
}

/** Ends a client's syncing and timers. */
export function leave(client) {
  client.stopClient();
  started.delete(client);
}

/** Ends every client of this process that still syncs. */
export function leaveAll() {
  started.forEach(leave);
}

/** The stage that proves the password in interactive authentication. */
export const passwordStage = (client, session, password = PASSWORD) => ({
  type: "m.login.password",
  identifier: { type: "m.id.user", user: client.getSafeUserId() },
  password,
  session,
});

/** The MatrixError that the promise must reject with. */
export async function refusal(promise) {
  const outcome = await promise.then((value) => ({ value }), (error) => ({ error }));
  if (!outcome.error) throw new Error(`was not refused: ${JSON.stringify(outcome.value)}`);
  const { httpStatus: status, errcode, data } = outcome.error;
  if (status === undefined) throw outcome.error;
  return { status, errcode, data };
}

/** Carries out a call that needs interactive authentication, proving the password at the second attempt. */
export async function proving(client, call, password = PASSWORD) {
  const first = await refusal(call(undefined));
  if (first.status !== 401 || !first.data.session) throw new Error(`no interactive authentication: ${JSON.stringify(first)}`);
  return call(passwordStage(client, first.data.session, password));
}
