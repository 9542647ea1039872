// `/sync` as it goes over the wire, for tests of the protocol itself.
import { PATIENCE } from "./waiting.js";
import { path } from "./api.js";

/** One request; `since` and the rest go into the query. */
export const sync = async (api, query = {}) => (await api.get("sync", { timeout: 0, ...query })).ok();

/** The latest token. */
export const now = async (api, query) => (await sync(api, query)).next_batch;

/**
 * Long-polls from `since` until `look` finds what it wants in an answer; gives that, the answer and the token after it. What
 * earlier answers held is passed over.
 */
export async function syncUntil(what, api, since, look, query = {}) {
  const deadline = Date.now() + PATIENCE;
  for (let token = since; Date.now() < deadline;) {
    const answer = await sync(api, { ...query, since: token, timeout: 5000 });
    const found = look(answer);
    if (found) return { found, answer, since: answer.next_batch };
    token = answer.next_batch;
  }
  throw new Error(`waited ${PATIENCE / 1000} s for ${what} in /sync`);
}

/** The part of an answer about a joined room. */
export const joined = (answer, roomId) => answer.rooms?.join?.[roomId];

/** The event of that ID in the room's timeline, if the answer has it. */
export const inTimeline = (answer, roomId, eventId) =>
  joined(answer, roomId)?.timeline.events.find((event) => event.event_id === eventId);

/** Stores a filter and gives its ID. */
export const filterOf = async (client, definition) =>
  (await client.api.post(`user/${path(client.getSafeUserId())}/filter`, definition)).ok().filter_id;
