// A device with keys of its own making, for tests that speak to the key endpoints without a client in between.
import { generateKeyPairSync, randomBytes, sign } from "node:crypto";

const unpadded = (bytes) => Buffer.from(bytes).toString("base64").replace(/=+$/, "");

/** JSON with sorted keys and no spaces (specification, appendices, "Canonical JSON"); strings and objects are all we need here. */
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  return `{${Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(",")}}`;
}

/** Fresh identity keys of the client's device, signed as `keys/upload` wants them, and a function that signs more. */
export function makeDevice(client) {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const [userId, deviceId] = [client.getSafeUserId(), client.getDeviceId()];
  const signed = (object) => ({
    ...object,
    signatures: { [userId]: { [`ed25519:${deviceId}`]: unpadded(sign(null, Buffer.from(canonical(object)), privateKey)) } },
  });
  const deviceKeys = (overrides = {}) => signed({
    user_id: userId,
    device_id: deviceId,
    algorithms: ["m.olm.v1.curve25519-aes-sha2", "m.megolm.v1.aes-sha2"],
    keys: {
      [`curve25519:${deviceId}`]: unpadded(randomBytes(32)),
      [`ed25519:${deviceId}`]: unpadded(publicKey.export({ format: "der", type: "spki" }).subarray(-32)),
    },
    ...overrides,
  });
  return { deviceKeys, signed };
}
