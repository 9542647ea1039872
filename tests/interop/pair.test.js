// All scenarios, told with the two servers that INTEROP_PAIR names.
import "./scenarios/joining.js";
import "./scenarios/knocking.js";
import "./scenarios/messages.js";
import "./scenarios/versions.js";
import "./scenarios/rules.js";
import "./scenarios/directory.js";
import "./scenarios/media.js";
import "./scenarios/ephemeral.js";
import "./scenarios/encryption.js";
import "./scenarios/partitions.js";
import "./scenarios/outages.js";
