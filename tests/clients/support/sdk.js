// matrix-js-sdk as the tests use it: quiet, and on Node.js 20 too. Quiet has to come first.
import "./quiet.js";

export * from "matrix-js-sdk";
export {
  CryptoEvent, EventShieldColour, VerificationPhase, VerificationRequestEvent, VerifierEvent,
} from "matrix-js-sdk/lib/crypto-api/index.js";
