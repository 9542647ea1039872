// One story from the first registration to the last file, in order: each step stands on those before it.
import { describe } from "node:test";
import { conversationChapter } from "../scenario/conversation.js";
import { encryptionChapter } from "../scenario/encryption.js";
import { mediaChapter } from "../scenario/media.js";
import { serverOfThisFile } from "../support/suite.js";

const story = { server: serverOfThisFile({ HYBRID_MAX_UPLOAD_SIZE: "1MiB" }) };

describe("two people meet", () => encryptionChapter(story));

describe("they talk", () => conversationChapter(story));

describe("they send files", () => mediaChapter(story));
