// The SDK's diary, kept out of the test report. HYBRID_CLIENT_LOG=1 prints it to standard error.
import { setMaxListeners } from "node:events";
import { logger } from "matrix-js-sdk/lib/logger.js";

const wanted = Boolean(process.env.HYBRID_CLIENT_LOG);

const write = (level) => (...words) => {
  if (wanted) console.error(level, ...words);
};

export const quiet = {
  trace: write("trace"),
  debug: write("debug"),
  info: write("info"),
  log: write("log"),
  warn: write("warn"),
  error: write("error"),
  getChild: () => quiet,
};

// Parts of the SDK write to a logger of its own instead; those that come later inherit this.
logger.methodFactory = (method) => write(method);
logger.rebuild();

// It listens to one signal for each request of a client: many at once are no leak.
setMaxListeners(0);

// matrix-js-sdk asks for Node.js 22; this is all that it misses on 20, which Debian 13 has.
Promise.withResolvers ??= function withResolvers() {
  const resolvers = {};
  resolvers.promise = new this((resolve, reject) => Object.assign(resolvers, { resolve, reject }));
  return resolvers;
};
