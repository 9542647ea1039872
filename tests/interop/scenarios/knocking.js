// Knocks and restricted rooms: who may come in is for the room's server to say.
import assert from "node:assert/strict";
import { path } from "../../clients/support/api.js";
import { kinds } from "../support/pair.js";
import { agree, scenario, sharedRoom, talk } from "../support/scenario.js";

const ruled = (rule, more = {}) => ({
  initial_state: [{ type: "m.room.join_rules", state_key: "", content: { join_rule: rule, ...more } }],
});

const knock = (user, roomId, via, reason) =>
  user.api.post(`knock/${path(roomId)}`, { reason }, { server_name: via.server.name, via: via.server.name });

scenario("a knock is answered with an invitation", async ({ a, b }) => {
  const [alice, bob] = [await a.user("alice"), await b.user("bob")];
  const roomId = await alice.createRoom({ ...ruled("knock"), name: "Knock first" });
  (await knock(bob, roomId, alice, "please")).ok();
  const stripped = await bob.seesStripped(roomId, "knock");
  assert.equal(stripped.find((event) => event.type === "m.room.name")?.content.name, "Knock first");
  assert.equal((await alice.seesMembership(bob, roomId, "knock")).reason, "please");
  await alice.invite(roomId, bob);
  await bob.seesStripped(roomId);
  await bob.join(roomId, alice);
  await alice.seesMembership(bob, roomId, "join");
  await talk(roomId, alice, bob);
  await agree(roomId, alice, bob);
});

/** A room of alice's on whose door bob has knocked; with a third user, bob's server has that user in the room. */
async function knockedOn(alice, bob, neighbour) {
  const roomId = await alice.createRoom(ruled("knock"));
  if (neighbour) {
    await alice.invite(roomId, neighbour);
    await neighbour.seesStripped(roomId);
    await neighbour.join(roomId);
    await alice.seesMembership(neighbour, roomId, "join");
  }
  (await knock(bob, roomId, alice)).ok();
  for (const user of [alice, neighbour]) await user?.seesMembership(bob, roomId, "knock");
  return roomId;
}

const noKnock = (user, roomId) => user.until("the knock to be gone", async () => !(await user.sync()).rooms?.knock?.[roomId]);

scenario("a knock is taken back, where the knocker's server is in the room", async ({ a, b }) => {
  const [alice, bob, carol] = [await a.user("alice"), await b.user("bob"), await b.user("carol")];
  const roomId = await knockedOn(alice, bob, carol);
  await bob.leave(roomId);
  await alice.seesMembership(bob, roomId, "leave");
  await noKnock(bob, roomId);
  await agree(roomId, alice, carol);
});

scenario("a knock is refused, where the knocker's server is in the room", async ({ a, b }) => {
  const [alice, bob, carol] = [await a.user("alice"), await b.user("bob"), await b.user("carol")];
  const roomId = await knockedOn(alice, bob, carol);
  await alice.kick(roomId, bob, "we are full");
  assert.equal((await carol.seesMembership(bob, roomId, "leave")).reason, "we are full");
  await noKnock(bob, roomId);
  assert.equal((await bob.tryJoin(roomId, alice)).status, 403);
  await agree(roomId, alice, carol);
});

scenario("who was refused after a knock stays outside, and may knock again", async ({ a, b }) => {
  const [alice, bob] = [await a.user("alice"), await b.user("bob")];
  const roomId = await knockedOn(alice, bob);
  await alice.kick(roomId, bob);
  await alice.seesMembership(bob, roomId, "leave");
  (await bob.tryJoin(roomId, alice)).refused(403, "M_FORBIDDEN");
  (await knock(bob, roomId, alice, "once more")).ok();
  assert.equal((await alice.seesMembership(bob, roomId, "knock")).reason, "once more");
});

// Synapse tells nobody that one of its users takes back a knock ("We don't yet support rescinding knocks over federation").
if (kinds.b !== "synapse") {
  scenario("a knock is taken back, from outside", async ({ a, b }) => {
    const [alice, bob] = [await a.user("alice"), await b.user("bob")];
    const roomId = await knockedOn(alice, bob);
    await bob.leave(roomId);
    await alice.seesMembership(bob, roomId, "leave");
    await noKnock(bob, roomId);
  });
}

// Synapse tells a server outside the room of withdrawn invitations, not of refused knocks; and does not take it from others either.
if (kinds.a !== "synapse" && kinds.b !== "synapse") {
  scenario("someone outside hears that the knock is refused", async ({ a, b }) => {
    const [alice, bob] = [await a.user("alice"), await b.user("bob")];
    const roomId = await knockedOn(alice, bob);
    await alice.kick(roomId, bob);
    await noKnock(bob, roomId);
  });
}

scenario("nobody knocks where that is not the rule", async ({ a, b }) => {
  const [alice, bob] = [await a.user("alice"), await b.user("bob")];
  const roomId = await alice.createRoom(ruled("invite"));
  (await knock(bob, roomId, alice)).refused(403, "M_FORBIDDEN");
});

const restrictedTo = (allowed, rule = "restricted") => ruled(rule, { allow: [{ type: "m.room_membership", room_id: allowed }] });

scenario("a restricted room lets in the members of another room, and no one else", async ({ a, b }) => {
  const [alice, bob, carol] = [await a.user("alice"), await b.user("bob"), await b.user("carol")];
  const club = await sharedRoom(alice, bob);
  const roomId = await alice.createRoom(restrictedTo(club));
  (await carol.tryJoin(roomId, alice)).refused(403, "M_FORBIDDEN");
  await bob.join(roomId, alice);
  const member = await alice.seesMembership(bob, roomId, "join");
  assert.equal(member.join_authorised_via_users_server, alice.id, "alice's server vouches for him");
  await talk(roomId, alice, bob);
  // Now carol's server is in the room; it still has no one who may let her in.
  const refused = await carol.tryJoin(roomId, alice);
  assert.equal(refused.status, 403, JSON.stringify(refused.body));
  await carol.join(club, alice);
  await alice.seesMembership(carol, club, "join");
  await carol.join(roomId, alice);
  await alice.seesMembership(carol, roomId, "join");
  await agree(roomId, alice, carol);
});

scenario("a room is open to the members of a space of the other server", async ({ a, b }) => {
  const [alice, bob, carol] = [await a.user("alice"), await b.user("bob"), await b.user("carol")];
  const space = await sharedRoom(bob, alice, { creation_content: { type: "m.space" } });
  const roomId = await alice.createRoom(restrictedTo(space));
  (await carol.tryJoin(roomId, alice)).refused(403, "M_FORBIDDEN");
  await carol.join(space);
  await alice.seesMembership(carol, space, "join");
  await carol.join(roomId, alice);
  await alice.seesMembership(carol, roomId, "join");
  await talk(roomId, alice, carol);
  await agree(roomId, alice, carol);
});

scenario("a room of the kind knock_restricted takes members and knocks", async ({ a, b }) => {
  const [alice, bob, carol] = [await a.user("alice"), await b.user("bob"), await b.user("carol")];
  const club = await sharedRoom(alice, bob);
  const roomId = await alice.createRoom(restrictedTo(club, "knock_restricted"));
  (await knock(carol, roomId, alice)).ok();
  await alice.seesMembership(carol, roomId, "knock");
  await bob.join(roomId, alice);
  await alice.invite(roomId, carol);
  await carol.seesStripped(roomId);
  await carol.join(roomId, alice);
  await alice.seesMembership(carol, roomId, "join");
  await agree(roomId, alice, bob);
});
