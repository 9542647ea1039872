// Waiting for what must come: by events, by sync answers, never by a sleep. Every wait ends with a name for what was missing.

export const PATIENCE = 60_000;

/** Rejects with a message that names `what` when `promise` has not settled after `patience` milliseconds. */
export async function within(what, promise, patience = PATIENCE) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${patience / 1000} s for ${what}`)), patience);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * The first truthy value of `look`, which is asked now and after each of the named events. `look` may be asynchronous and
 * gets the arguments of the event that led to it.
 */
export function until(what, emitter, events, look, patience = PATIENCE) {
  const names = [events].flat();
  let stop;
  const seen = new Promise((resolve, reject) => {
    let queue = Promise.resolve();
    const ask = (...args) => {
      queue = queue.then(async () => {
        const value = await look(...args);
        if (value) resolve(value);
      });
      queue.catch(reject);
    };
    for (const name of names) emitter.on(name, ask);
    stop = () => names.forEach((name) => emitter.off(name, ask));
    ask();
  });
  return within(what, seen, patience).finally(stop);
}
