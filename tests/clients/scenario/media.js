// The third chapter: files, encrypted and plain, uploaded at once or later.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { decryptFile, encryptFile } from "../support/attachment.js";
import { decrypted } from "../support/rooms.js";
import { png, pngSize } from "../support/png.js";

/** The place of an `mxc:` URI below one of the media endpoints. */
const place = (mxc) => mxc.replace("mxc://", "");

/** Fetches what the SDK would show, from the URL that the SDK makes. */
const download = (client, mxc, ...size) => {
  const url = new URL(client.mxcUrlToHttp(mxc, ...size, ...Array(3 - size.length).fill(undefined), false, true, true));
  assert.match(url.pathname, /^\/_matrix\/client\/v1\/media\//);
  return client.api.get(url.pathname, Object.fromEntries(url.searchParams));
};

export function mediaChapter(story) {
  test("Alice sends an encrypted picture, and Bob sees it", async () => {
    const { alice, bob, roomId } = story;
    const picture = png(64, 48);
    const { bytes, file } = await encryptFile(picture);
    const { content_uri: url } = await alice.uploadContent(bytes, { type: "application/octet-stream", includeFilename: false });
    const { event_id: eventId } = await alice.sendMessage(roomId, {
      msgtype: "m.image", body: "holiday.png", file: { ...file, url }, info: { mimetype: "image/png", w: 64, h: 48, size: picture.length },
    });
    const content = (await decrypted(bob, roomId, eventId)).getContent();
    const answer = await download(bob, content.file.url);
    answer.ok();
    assert.ok(!answer.bytes.includes(picture.subarray(0, 8)), "the server keeps ciphertext");
    assert.deepEqual(await decryptFile(answer.bytes, content.file), picture);
  });

  test("a plain file comes back as it went, with its type and name", async () => {
    const { alice, bob } = story;
    const bytes = randomBytes(300_000);
    const { content_uri: uri } = await alice.uploadContent(bytes, { name: "größe.bin", type: "application/x-hybrid" });
    assert.match(uri, new RegExp(`^mxc://${story.server.name}/`));
    const answer = await download(bob, uri);
    assert.deepEqual(answer.bytes, bytes);
    assert.equal(answer.headers.get("content-type"), "application/x-hybrid");
    assert.match(answer.headers.get("content-disposition"), /^attachment; .*filename\*=utf-8''gr%C3%B6%C3%9Fe\.bin/i);
    const named = await bob.api.get(`/_matrix/client/v1/media/download/${place(uri)}/other.txt`);
    assert.match(named.headers.get("content-disposition"), /other\.txt/);
  });

  test("a thumbnail is smaller, in the proportions asked for", async () => {
    const { alice, bob } = story;
    const { content_uri: uri } = await alice.uploadContent(png(800, 600), { type: "image/png" });
    const scaled = await download(bob, uri, 320, 240, "scale");
    scaled.ok();
    assert.equal(scaled.headers.get("content-type"), "image/png");
    assert.deepEqual(pngSize(scaled.bytes), { width: 320, height: 240 });
    const cropped = await download(bob, uri, 96, 96, "crop");
    assert.deepEqual(pngSize(cropped.bytes), { width: 96, height: 96 });
  });

  test("what is no picture has no thumbnail", async () => {
    const { alice } = story;
    const { content_uri: uri } = await alice.uploadContent(Buffer.from("just text"), { type: "text/plain" });
    const answer = await download(alice, uri, 96, 96, "scale");
    assert.ok([400, 404].includes(answer.status), `${answer.status}`);
    assert.match(answer.body.errcode, /^M_(UNKNOWN|NOT_FOUND)$/);
  });

  test("files are for those who are logged in, and unknown ones are not found", async () => {
    const { alice } = story;
    const { content_uri: uri } = await alice.uploadContent(Buffer.from("for members"), { type: "text/plain" });
    (await alice.api.as(null).get(`/_matrix/client/v1/media/download/${place(uri)}`)).refused(401, "M_MISSING_TOKEN");
    (await alice.api.as(null).get(`/_matrix/media/v3/download/${place(uri)}`)).refused(404, "M_NOT_FOUND");
    (await alice.api.get(`/_matrix/client/v1/media/download/${story.server.name}/nosuchmedia`)).refused(404, "M_NOT_FOUND");
  });

  test("a file larger than the limit is refused, and the limit is told", async () => {
    const { alice } = story;
    const { "m.upload.size": limit } = await alice.getMediaConfig(true);
    assert.equal(limit, 1024 * 1024);
    const answer = await alice.api.request("POST", "/_matrix/media/v3/upload", { body: Buffer.alloc(limit + 1), headers: { "Content-Type": "image/png" } });
    answer.refused(413, "M_TOO_LARGE");
  });

  test("a place for a file is made first, and a reader waits for the upload", async () => {
    const { alice, bob } = story;
    const { content_uri: uri, unused_expires_at: expires } = (await alice.api.post("/_matrix/media/v1/create")).ok();
    assert.ok(expires > Date.now());
    const from = `/_matrix/client/v1/media/download/${place(uri)}`;
    (await bob.api.get(from, { timeout_ms: 0 })).refused(504, "M_NOT_YET_UPLOADED");
    const waiting = bob.api.get(from, { timeout_ms: 20_000 });
    const upload = (client, body) => client.api.request("PUT", `/_matrix/media/v3/upload/${place(uri)}`, { body, headers: { "Content-Type": "text/plain" } });
    (await upload(bob, "not yours")).refused(403, "M_FORBIDDEN");
    (await upload(alice, "better late")).ok();
    assert.equal((await waiting).bytes.toString(), "better late");
    (await upload(alice, "than never")).refused(409, "M_CANNOT_OVERWRITE_MEDIA");
  });

  test("a file's part can be asked for, and an unchanged one is not sent again", async () => {
    const { alice } = story;
    const { content_uri: uri } = await alice.uploadContent(Buffer.from("0123456789"), { type: "text/plain" });
    const from = `/_matrix/client/v1/media/download/${place(uri)}`;
    const part = await alice.api.request("GET", from, { headers: { Range: "bytes=2-4" } });
    assert.deepEqual([part.status, part.bytes.toString()], [206, "234"]);
    const whole = await alice.api.get(from);
    const again = await alice.api.request("GET", from, { headers: { "If-None-Match": whole.headers.get("etag") } });
    assert.equal(again.status, 304);
  });
}
