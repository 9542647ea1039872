// A person on one of the two servers, who speaks the client-server API without a client in between.
import { Api, path } from "../../clients/support/api.js";

/** How long anything may take to come over, in milliseconds. */
const PATIENCE = Number(process.env.INTEROP_PATIENCE || 120) * 1000;

const slim = { presence: { limit: 0, types: [] }, room: { timeline: { limit: 1 }, state: { types: [] } } };

/** One account with one device. */
export class User {
  constructor(server, login) {
    this.server = server;
    this.login = login;
    this.id = login.user_id;
    this.device = login.device_id;
    this.api = new Api(server.url, login.access_token);
  }

  /** One `/sync`. */
  async sync(query = {}) {
    return (await this.api.get("sync", { timeout: 0, ...query })).ok();
  }

  /** The latest token of `/sync`. */
  async now() {
    return (await this.sync({ filter: slim })).next_batch;
  }

  /**
   * The first truthy value of `look`, which is asked now, and again whenever this user's `/sync` has something new: at least once a
   * second, for what no sync tells.
   */
  async until(what, look) {
    const deadline = Date.now() + PATIENCE;
    for (let since = await this.now(); ;) {
      const value = await look();
      if (value) return value;
      if (Date.now() > deadline) throw new Error(`waited ${PATIENCE / 1000} s for ${what} at ${this.id}`);
      since = (await this.sync({ since, timeout: 1000, filter: slim })).next_batch;
    }
  }

  /** Long-polls from `since` until `look` finds what it wants in an answer. */
  async syncs(what, since, look, filter = undefined) {
    const deadline = Date.now() + PATIENCE;
    for (let token = since; Date.now() < deadline;) {
      const answer = await this.sync({ since: token, timeout: 5000, filter });
      const found = look(answer);
      if (found) return found;
      token = answer.next_batch;
    }
    throw new Error(`waited ${PATIENCE / 1000} s for ${what} in the sync of ${this.id}`);
  }

  /** Creates a room and gives its ID. Without options it is public and has a history that all may read. */
  async createRoom(options = {}) {
    return (await this.api.post("createRoom", { preset: "public_chat", ...options })).ok().room_id;
  }

  /** Asks to join by ID or alias; `via` are users whose servers may help. */
  tryJoin(room, ...via) {
    const servers = via.map((user) => user.server.name);
    return this.api.post(`join/${path(room)}`, {}, { server_name: servers, via: servers });
  }

  /** Joins, and waits until the server is through with it. */
  async join(room, ...via) {
    const { room_id: roomId } = (await this.tryJoin(room, ...via)).ok();
    await this.until(`the joined room ${roomId}`, () => this.membershipOf(this, roomId, "join"));
    return roomId;
  }

  invite = async (roomId, user, reason) => (await this.api.post(`rooms/${path(roomId)}/invite`, { user_id: user.id, reason })).ok();
  leave = async (roomId, reason) => (await this.api.post(`rooms/${path(roomId)}/leave`, { reason })).ok();
  kick = async (roomId, user, reason) => (await this.api.post(`rooms/${path(roomId)}/kick`, { user_id: user.id, reason })).ok();
  ban = async (roomId, user, reason) => (await this.api.post(`rooms/${path(roomId)}/ban`, { user_id: user.id, reason })).ok();
  unban = async (roomId, user) => (await this.api.post(`rooms/${path(roomId)}/unban`, { user_id: user.id })).ok();

  #transactions = 0;

  /** The path of the next event of this type. */
  nextTransaction(roomId, type) {
    this.#transactions += 1;
    return `rooms/${path(roomId)}/send/${path(type, `t${this.#transactions}`)}`;
  }

  /** Sends an event and gives its ID. */
  async send(roomId, content, type = "m.room.message") {
    const body = typeof content === "string" ? { msgtype: "m.text", body: content } : content;
    return (await this.api.put(this.nextTransaction(roomId, type), body)).ok().event_id;
  }

  async redact(roomId, eventId, reason) {
    return (await this.api.put(`rooms/${path(roomId, "redact", eventId, `r${eventId}`)}`, { reason })).ok().event_id;
  }

  trySet = (roomId, type, content, stateKey = "") => this.api.put(`rooms/${path(roomId, "state", type, stateKey)}`, content);

  /** Sends a state event and gives its ID. */
  set = async (roomId, type, content, stateKey) => (await this.trySet(roomId, type, content, stateKey)).ok().event_id;

  /** The content of a state event, or null. */
  async get(roomId, type, stateKey = "") {
    const answer = await this.api.get(`rooms/${path(roomId, "state", type, stateKey)}`);
    return answer.status === 200 ? answer.body : null;
  }

  /** Changes the room's power levels. */
  async setPower(roomId, change) {
    const levels = await this.get(roomId, "m.room.power_levels");
    return this.set(roomId, "m.room.power_levels", { ...levels, ...change(levels) });
  }

  /** The room's state as this user's server has it: "type|state key" to event. */
  async state(roomId) {
    const events = (await this.api.get(`rooms/${path(roomId)}/state`)).ok();
    return new Map(events.map((event) => [`${event.type}|${event.state_key}`, event]));
  }

  /** Whether this user's server gives that member this membership. Also true for a room that this user has left. */
  async membershipOf(user, roomId, membership) {
    const content = await this.get(roomId, "m.room.member", user.id);
    return content?.membership === membership && content;
  }

  seesMembership = (user, roomId, membership) =>
    this.until(`membership '${membership}' of ${user.id}`, () => this.membershipOf(user, roomId, membership));

  /** The event, once this user's server has it and shows it. */
  sees = (roomId, eventId) => this.until(`event ${eventId}`, async () => {
    const answer = await this.api.get(`rooms/${path(roomId, "event", eventId)}`);
    return answer.status === 200 && answer.body;
  });

  /** The event, once it is redacted here. */
  seesRedacted = (roomId, eventId) => this.until(`the redaction of ${eventId}`, async () => {
    const answer = await this.api.get(`rooms/${path(roomId, "event", eventId)}`);
    return answer.status === 200 && answer.body.unsigned?.redacted_because && answer.body;
  });

  /** The part of `/sync` about rooms that this user is invited to (or knocks on), once the room is there. */
  seesStripped = (roomId, kind = "invite") => this.until(`the ${kind} to ${roomId}`, async () => {
    const room = (await this.sync()).rooms?.[kind]?.[roomId];
    return room?.[`${kind}_state`].events;
  });

  /** Everything of the room that this user may page to, newest first. */
  async history(roomId) {
    const events = [];
    let from;
    do {
      const page = (await this.api.get(`rooms/${path(roomId)}/messages`, { dir: "b", limit: 50, from })).ok();
      events.push(...page.chunk);
      from = page.end;
    } while (from);
    return events;
  }
}
