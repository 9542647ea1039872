// The messages of a verification, one after the other. matrix-js-sdk sends "done" while its "mac" is still under way, and a client
// that gets them the other way round waits for ever. Which of two requests at a time a server takes first is nobody's promise;
// people, who need a second to compare emoji, never see it.
// In an encrypted room they are messages like all others.
const ofVerification = /\/m\.key\.verification\.|\/send\/m\.room\.encrypted\//;

/** A `fetch` for one client. */
export function ordered(fetch = globalThis.fetch) {
  let before = Promise.resolve();
  return (resource, options) => {
    if (!ofVerification.test(String(resource))) return fetch(resource, options);
    const sent = before.then(() => fetch(resource, options));
    before = sent.catch(() => {});
    return sent;
  };
}
