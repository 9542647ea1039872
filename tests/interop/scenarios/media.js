// Media of the other server: downloaded and as thumbnails, by those who are logged in.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { path } from "../../clients/support/api.js";
import { png, pngSize } from "../../clients/support/png.js";
import { scenario } from "../support/scenario.js";

const upload = async (user, bytes, type, filename) => {
  const answer = await user.api.request("POST", "/_matrix/media/v3/upload", { body: bytes, query: { filename }, headers: { "Content-Type": type } });
  return answer.ok().content_uri.replace("mxc://", "").split("/");
};

const media = (user, kind, [server, id], query, ...more) =>
  user.api.request("GET", `/_matrix/client/v1/media/${kind}/${path(server, id, ...more)}`, { query });

for (const [from, to] of [["a", "b"], ["b", "a"]]) {
  scenario(`media are downloaded, from ${from.toUpperCase()} to ${to.toUpperCase()}`, async (pair) => {
    const [alice, bob] = [await pair[from].user("alice"), await pair[to].user("bob")];
    const bytes = Buffer.concat(Array.from({ length: 3000 }, (_, number) => createHash("sha256").update(`${alice.id}${number}`).digest()));
    const uri = await upload(alice, bytes, "application/octet-stream", "größe.bin");
    const answer = await media(bob, "download", uri);
    assert.equal(answer.status, 200, answer.bytes.toString("utf8").slice(0, 300));
    assert.ok(answer.bytes.equals(bytes), "the same bytes");
    assert.equal(answer.headers.get("content-type"), "application/octet-stream");
    assert.match(answer.headers.get("content-disposition"), /filename\*=utf-8''gr%C3%B6%C3%9Fe\.bin/i);
    const named = await media(bob, "download", uri, {}, "other.bin");
    assert.ok(named.bytes.equals(bytes));
    assert.match(named.headers.get("content-disposition"), /other\.bin/);
  });

  scenario(`thumbnails are made, from ${from.toUpperCase()} to ${to.toUpperCase()}`, async (pair) => {
    const [alice, bob] = [await pair[from].user("alice"), await pair[to].user("bob")];
    const uri = await upload(alice, png(640, 480), "image/png", "picture.png");
    const answer = await media(bob, "thumbnail", uri, { width: 96, height: 96, method: "crop" });
    assert.equal(answer.status, 200, answer.bytes.toString("utf8").slice(0, 300));
    assert.equal(answer.headers.get("content-type"), "image/png");
    assert.deepEqual(pngSize(answer.bytes), { width: 96, height: 96 });
    const scaled = await media(bob, "thumbnail", uri, { width: 320, height: 240, method: "scale" });
    assert.equal(scaled.status, 200);
    assert.deepEqual(pngSize(scaled.bytes), { width: 320, height: 240 });
  });

  scenario(`media that are not there are not found, from ${from.toUpperCase()} to ${to.toUpperCase()}`, async (pair) => {
    const bob = await pair[to].user("bob");
    const uri = [pair[from].name, "nothingOfThatName"];
    (await media(bob, "download", uri)).refused(404, "M_NOT_FOUND");
    assert.equal((await media(bob, "thumbnail", uri, { width: 96, height: 96 })).status, 404);
    const anonymous = await bob.api.as(null).request("GET", `/_matrix/client/v1/media/download/${path(...uri)}`);
    anonymous.refused(401, "M_MISSING_TOKEN");
  });
}
