// One story from the first registration to the last message, in order: each step stands on those before it.
import { after, before, describe } from "node:test";
import { encryptionChapter } from "../scenario/encryption.js";
import { leaveAll } from "../support/client.js";
import { HybridServer } from "../support/server.js";

const story = {};

before(async () => {
  story.server = await HybridServer.start();
});

after(async () => {
  leaveAll();
  await story.server.stop();
});

describe("two people meet", () => encryptionChapter(story));
