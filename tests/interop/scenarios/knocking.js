// Knocks and restricted rooms: who may come in is for the room's server to say.
import assert from "node:assert/strict";
import { path } from "../../clients/support/api.js";
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

scenario("a knock is taken back", async ({ a, b }, context) => {
  if (b.program === "synapse") return context.skip("Synapse takes a knock back on its own side alone");
  const [alice, bob] = [await a.user("alice"), await b.user("bob")];
  const roomId = await alice.createRoom(ruled("knock"));
  (await knock(bob, roomId, alice)).ok();
  await alice.seesMembership(bob, roomId, "knock");
  await bob.leave(roomId);
  await alice.seesMembership(bob, roomId, "leave");
});

scenario("a knock is refused", async ({ a, b }, context) => {
  if ([a.program, b.program].includes("synapse")) return context.skip("Synapse tells and hears of withdrawn invitations, not of refused knocks");
  const [alice, bob] = [await a.user("alice"), await b.user("bob")];
  const roomId = await alice.createRoom(ruled("knock"));
  (await knock(bob, roomId, alice)).ok();
  await alice.seesMembership(bob, roomId, "knock");
  await alice.kick(roomId, bob);
  await bob.until("the knock to be gone", async () => !(await bob.sync()).rooms?.knock?.[roomId]);
  (await bob.tryJoin(roomId, alice)).refused(403, "M_FORBIDDEN");
});

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
