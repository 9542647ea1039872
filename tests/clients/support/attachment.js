// Encrypted files as clients send them (specification, client-server API, "Sending encrypted attachments").
import assert from "node:assert/strict";
import { webcrypto } from "node:crypto";

const { subtle } = webcrypto;

const unpadded = (bytes) => Buffer.from(bytes).toString("base64").replace(/=+$/, "");

/** Encrypts; the answer has the bytes to upload and the `file` of the message, to which the URL is to be added. */
export async function encryptFile(plain) {
  const key = await subtle.generateKey({ name: "AES-CTR", length: 256 }, true, ["encrypt", "decrypt"]);
  const counter = new Uint8Array(16);
  webcrypto.getRandomValues(counter.subarray(0, 8));
  const bytes = Buffer.from(await subtle.encrypt({ name: "AES-CTR", counter, length: 64 }, key, plain));
  const sha256 = unpadded(await subtle.digest("SHA-256", bytes));
  return { bytes, file: { v: "v2", key: await subtle.exportKey("jwk", key), iv: unpadded(counter), hashes: { sha256 } } };
}

/** Checks the hash and decrypts. */
export async function decryptFile(bytes, file) {
  assert.equal(unpadded(await subtle.digest("SHA-256", bytes)), file.hashes.sha256, "the file is not the one that was sent");
  const key = await subtle.importKey("jwk", file.key, "AES-CTR", false, ["decrypt"]);
  const counter = Buffer.from(file.iv, "base64");
  return Buffer.from(await subtle.decrypt({ name: "AES-CTR", counter, length: 64 }, key, bytes));
}
