// What a test file begins with: a server of its own, which must end cleanly when the tests are through.
import { after, before } from "node:test";
import { leaveAll } from "./client.js";
import { HybridServer } from "./server.js";

/** Starts a server before the tests of this file and stops it after them; it is there, and `prepare` done, from the first test on. */
export function serverOfThisFile(settings, prepare = async () => {}) {
  const holder = {};
  before(async () => {
    holder.server = await HybridServer.start(settings);
    await prepare(holder.server);
  });
  after(async () => {
    leaveAll();
    await holder.server?.stop();
  });
  return new Proxy({}, {
    get: (_, name) => {
      const value = holder.server[name];
      return typeof value === "function" ? value.bind(holder.server) : value;
    },
  });
}
