// All scenarios, told with the two servers that INTEROP_PAIR names.
import "./scenarios/joining.js";
import "./scenarios/knocking.js";
import "./scenarios/messages.js";
