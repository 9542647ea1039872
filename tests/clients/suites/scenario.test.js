// One story from the first registration to the last message, in order: each step stands on those before it.
import { after, before, describe } from "node:test";
import { conversationChapter } from "../scenario/conversation.js";
import { encryptionChapter } from "../scenario/encryption.js";
import { mediaChapter } from "../scenario/media.js";
import { leaveAll } from "../support/client.js";
import { HybridServer } from "../support/server.js";

const story = {};

before(async () => {
  story.server = await HybridServer.start({ HYBRID_MAX_UPLOAD_SIZE: "1MiB" });
});

after(async () => {
  leaveAll();
  await story.server.stop();
});

describe("two people meet", () => encryptionChapter(story));

describe("they talk", () => conversationChapter(story));

describe("they send files", () => mediaChapter(story));
