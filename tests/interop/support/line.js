// The only way to a server for its peer: a TCP proxy whose port is the one in the server's name. Cut, it resets what is open and
// refuses what is new, as a network that is down does.
import net from "node:net";

/** A port of the loopback that nothing listens on now. */
export async function freePort() {
  const server = net.createServer();
  await listen(server, 0);
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const listen = (server, port) => new Promise((resolve, reject) => {
  server.once("error", reject);
  server.listen(port, "127.0.0.1", () => {
    server.off("error", reject);
    resolve();
  });
});

/** One server's line: from its public `port` to the `target` that it listens on. */
export class Line {
  #server = null;
  #sockets = new Set();
  #target;

  static async lay() {
    const line = new Line();
    await line.#open(0);
    line.port = line.#server.address().port;
    return line;
  }

  /** Where the server behind the line listens. */
  leadTo(target) {
    this.#target = target;
  }

  /** Nothing gets through any more, and what was under way is broken off. */
  async cut() {
    if (this.#server === null) return;
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#sockets.forEach((socket) => socket.resetAndDestroy());
    this.#server = null;
    await closed;
  }

  async mend() {
    if (this.#server === null) await this.#open(this.port);
  }

  async #open(port) {
    const server = net.createServer((socket) => this.#connect(socket));
    await listen(server, port);
    this.#server = server;
  }

  #connect(socket) {
    const onward = net.connect(this.#target, "127.0.0.1");
    for (const [one, other] of [[socket, onward], [onward, socket]]) {
      this.#sockets.add(one);
      one.setNoDelay(true);
      one.on("error", () => other.destroy());
      one.on("close", () => {
        this.#sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  }
}
