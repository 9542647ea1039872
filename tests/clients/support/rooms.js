// Waiting for what a client's sync brings: rooms, memberships and (decrypted) events.
import { ClientEvent, MatrixEventEvent, RoomEvent, RoomMemberEvent, RoomStateEvent } from "./sdk.js";
import { until } from "./waiting.js";

const anything = [
  ClientEvent.Sync, ClientEvent.Room, ClientEvent.Event, RoomEvent.Timeline, RoomEvent.MyMembership, RoomEvent.Receipt,
  RoomEvent.AccountData, RoomStateEvent.Events, RoomMemberEvent.Typing, MatrixEventEvent.Decrypted,
];

/** The first truthy value of `look(room)`, asked whenever the client has learned something. */
export function inRoom(what, client, roomId, look) {
  return until(`${what} at ${client.name}`, client, anything, () => {
    const room = client.getRoom(roomId);
    return room && look(room);
  });
}

/** The room, once the client has this membership in it. */
export const membership = (client, roomId, wanted) =>
  inRoom(`membership '${wanted}' in ${roomId}`, client, roomId, (room) => room.getMyMembership() === wanted && room);

/** The event, once the client has it. */
export const received = (client, roomId, eventId) =>
  inRoom(`event ${eventId}`, client, roomId, (room) => room.findEventById(eventId));

/** The event, once the client has it in the clear. */
export const decrypted = (client, roomId, eventId) =>
  inRoom(`event ${eventId} in the clear`, client, roomId, (room) => {
    const event = room.findEventById(eventId);
    return event?.isEncrypted() && event.getClearContent() && !event.isBeingDecrypted() && !event.isDecryptionFailure() && event;
  });

/** A private room with both in it, as two syncing clients see it; both know that it is encrypted if it is. */
export async function roomOfTwo(host, guest, options = {}) {
  const { room_id: roomId } = await host.createRoom({ preset: "private_chat", invite: [guest.getSafeUserId()], ...options });
  await membership(guest, roomId, "invite");
  await guest.joinRoom(roomId);
  for (const client of [host, guest]) {
    await inRoom("both members", client, roomId, (room) => room.getJoinedMembers().length === 2);
  }
  return roomId;
}

/** The `initial_state` entry that makes a room encrypted. */
export const encryption = { type: "m.room.encryption", state_key: "", content: { algorithm: "m.megolm.v1.aes-sha2" } };
