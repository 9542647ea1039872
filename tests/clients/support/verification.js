// Two people, or two devices of one, compare emoji (specification, "Short Authentication String (SAS) verification").
import assert from "node:assert/strict";
import { CryptoEvent, VerificationPhase, VerificationRequestEvent, VerifierEvent } from "./sdk.js";
import { until, within } from "./waiting.js";

const SAS = "m.sas.v1";

/** The next verification request that the client gets; to be called before the other side asks. */
export function nextRequest(client) {
  let request;
  return until(`a verification request at ${client.name}`, client, CryptoEvent.VerificationRequestReceived, (received) => {
    request ??= received;
    return request;
  });
}

const phase = (request, wanted) =>
  until(`the verification to be ${VerificationPhase[wanted]}`, request, VerificationRequestEvent.Change, () => {
    assert.notEqual(request.phase, VerificationPhase.Cancelled, `the verification was cancelled: ${request.cancellationCode}`);
    return request.phase >= wanted;
  });

/** What one side shows on its screen. */
function shown(verifier) {
  return until("the emoji to compare", verifier, VerifierEvent.ShowSas, (callbacks) => callbacks ?? verifier.getShowSasCallbacks());
}

/** Carries out a verification from the request on both sides, and returns the emoji that both saw. */
export async function compareEmoji(asking, asked) {
  await asked.accept();
  await phase(asking, VerificationPhase.Ready);
  const first = await asking.startVerification(SAS);
  const end = (who, verifier) => within(`the end of the verification on the side that ${who}`, verifier.verify());
  const done = [end("asked", first)];
  await until("the verification to start", asked, VerificationRequestEvent.Change, () => asked.verifier);
  done.push(end("was asked", asked.verifier));
  const screens = await Promise.all([shown(first), shown(asked.verifier)]);
  const [mine, theirs] = screens.map(({ sas }) => sas.emoji.map(([emoji]) => emoji).join(" "));
  assert.equal(mine, theirs, "the two screens show different emoji");
  await within("both to say that the emoji match", Promise.all(screens.map((screen) => screen.confirm())));
  await Promise.all(done);
  await phase(asking, VerificationPhase.Done);
  await phase(asked, VerificationPhase.Done);
  return mine;
}
