// What the scenarios know of a server, whichever program it is.
import { mkdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { register } from "../../clients/support/client.js";
import { User } from "./user.js";

export const repository = fileURLToPath(new URL("../../../", import.meta.url));

/** Logs of the last run. */
export const logs = path.join(repository, "artifacts/interop/logs");
mkdirSync(logs, { recursive: true });

/**
 * A homeserver. Programs add `up()` and `down()`, which may be called again and again on the same data, and `remove()`.
 * `name` is its server name, `url` where its clients find it, `line` the way its peers take.
 */
export class Homeserver {
  constructor(program, name, line) {
    Object.assign(this, { program, name, line });
  }

  #people = 0;

  /** A new account; its name is made unique. */
  async user(name) {
    this.#people += 1;
    return new User(this, await register(this, `${name}${this.#people}`));
  }
}
