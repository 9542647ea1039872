// The HTTP API without a client in between: for what the SDK has no call for, and for what it would never send.
import assert from "node:assert/strict";
import { within } from "./waiting.js";

/** An answer of the server: status, headers and the parsed (or, if it is no JSON, raw) body. */
export class Answer {
  constructor(request, response, bytes) {
    this.request = request;
    this.status = response.status;
    this.headers = response.headers;
    this.bytes = bytes;
    const isJson = (response.headers.get("content-type") ?? "").startsWith("application/json");
    this.body = isJson ? JSON.parse(bytes.toString("utf8")) : bytes;
  }

  /** The body of an answer that must have succeeded. */
  ok() {
    assert.equal(this.status, 200, `${this.request} was refused: ${this.status} ${this.bytes.toString("utf8")}`);
    return this.body;
  }

  /** Checks that the request was refused just so, with a human-readable message. */
  refused(status, errcode) {
    const told = { status: this.status, errcode: this.body?.errcode };
    assert.deepEqual(told, { status, errcode }, `${this.request}: ${this.bytes.toString("utf8")}`);
    assert.ok(typeof this.body.error === "string" && this.body.error.length > 0, `${this.request}: no 'error' text`);
    return this.body;
  }
}

/** Requests with one access token (or none). Paths without a leading slash are below `/_matrix/client/v3/`. */
export class Api {
  constructor(url, token = null) {
    this.url = url;
    this.token = token;
  }

  as(token) {
    return new Api(this.url, token);
  }

  get = (path, query) => this.request("GET", path, { query });
  delete = (path, body) => this.request("DELETE", path, { body });
  post = (path, body = {}, query) => this.request("POST", path, { body, query });
  put = (path, body = {}, query) => this.request("PUT", path, { body, query });

  /** `body` is JSON unless it is text or bytes; those go out as they are. */
  async request(method, path, { query = {}, body, headers = {} } = {}) {
    const url = new URL(path.startsWith("/") ? path : `/_matrix/client/v3/${path}`, this.url);
    for (const [name, value] of Object.entries(query)) {
      for (const one of [value].flat()) {
        if (one !== undefined) url.searchParams.append(name, typeof one === "object" ? JSON.stringify(one) : String(one));
      }
    }
    const raw = body === undefined || typeof body === "string" || body instanceof Uint8Array;
    const response = await within(`${method} ${url.pathname}`, fetch(url, {
      method,
      redirect: "manual",
      headers: {
        ...(this.token === null ? {} : { Authorization: `Bearer ${this.token}` }),
        ...(raw ? {} : { "Content-Type": "application/json" }),
        ...headers,
      },
      body: raw ? body : JSON.stringify(body),
    }), 60_000);
    return new Answer(`${method} ${url.pathname}${url.search}`, response, Buffer.from(await response.arrayBuffer()));
  }
}

/** A path from parts, each percent-encoded. */
export const path = (...parts) => parts.map(encodeURIComponent).join("/");
