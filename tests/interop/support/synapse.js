// Synapse in its chroot (synapse/install.sh), on loopback, with a data folder of its own.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Child } from "./child.js";
import { Homeserver, logs, repository } from "./homeserver.js";
import { freePort } from "./line.js";

const root = path.join(repository, "artifacts/interop/synapse");
const folders = new Set();
process.on("exit", () => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

const unlimited = { per_second: 100_000, burst_count: 100_000 };

function settings({ name, clientPort, federationPort, inside }) {
  const listener = { bind_addresses: ["127.0.0.1"], type: "http", resources: [{ names: ["client", "federation"], compress: false }] };
  return {
    server_name: name,
    public_baseurl: `http://127.0.0.1:${clientPort}/`,
    listeners: [{ ...listener, port: clientPort }, { ...listener, port: federationPort, tls: true }],
    tls_certificate_path: `${inside}/server.pem`,
    tls_private_key_path: `${inside}/server.key`,
    database: { name: "sqlite3", args: { database: `${inside}/homeserver.db` } },
    log_config: `${inside}/log.yaml`,
    media_store_path: `${inside}/media`,
    signing_key_path: `${inside}/signing.key`,
    pid_file: `${inside}/synapse.pid`,
    report_stats: false,
    registration_shared_secret: "interop shared secret",
    macaroon_secret_key: "interop macaroons",
    form_secret: "interop forms",
    enable_registration: true,
    enable_registration_without_verification: true,
    password_config: { pepper: "interop" },
    bcrypt_rounds: 4,
    federation_verify_certificates: true,
    federation_custom_ca_list: [`${inside}/ca.pem`],
    ip_range_blacklist: [],
    trusted_key_servers: [],
    suppress_key_server_warning: true,
    allow_public_rooms_over_federation: true,
    room_list_publication_rules: [{ action: "allow" }],
    url_preview_enabled: false,
    // It would answer a second initial sync with the first one's answer.
    caches: { sync_response_cache_duration: 0 },
    dynamic_thumbnails: true,
    // What is down comes back in seconds here, not in hours.
    federation: {
      client_timeout: "10s",
      max_long_retries: 1,
      max_long_retry_delay: 500,
      max_short_retries: 1,
      max_short_retry_delay: 500,
      destination_min_retry_interval: 500,
      destination_max_retry_interval: "2s",
    },
    federation_rr_transactions_per_room_per_second: 10_000,
    remote_media_download_per_second: "500M",
    rc_federation: { window_size: 1000, sleep_limit: 100_000, sleep_delay: 1, reject_limit: 100_000, concurrent: 100 },
    rc_login: { address: unlimited, account: unlimited, failed_attempts: unlimited },
    rc_joins: { local: unlimited, remote: unlimited },
    rc_invites: { per_room: unlimited, per_user: unlimited, per_issuer: unlimited },
    rc_presence: { per_user: unlimited },
    ...Object.fromEntries([
      "rc_message", "rc_registration", "rc_admin_redaction", "rc_joins_per_room", "rc_key_requests", "rc_3pid_validation",
      "rc_third_party_invite", "rc_media_create", "rc_room_creation", "rc_reports", "rc_user_directory", "rc_delayed_event_mgmt",
    ].map((limit) => [limit, unlimited])),
  };
}

const logging = (inside) => ({
  version: 1,
  formatters: { plain: { format: "%(asctime)s %(levelname)s %(name)s %(request)s %(message)s" } },
  handlers: { file: { class: "logging.FileHandler", filename: `${inside}/synapse.log`, formatter: "plain" } },
  root: { level: "INFO", handlers: ["file"] },
  disable_existing_loggers: false,
});

export class SynapseServer extends Homeserver {
  #process = null;
  #inside;

  /** Lays out its folder; `up` starts it. */
  static async make(name, line, { authority, certificate, key }) {
    const installed = spawnSync(path.join(repository, "tests/interop/synapse/install.sh"), { encoding: "utf8" });
    assert.equal(installed.status, 0, `Synapse cannot be installed:\n${installed.stdout}${installed.stderr}`);
    const server = new SynapseServer("synapse", name, line);
    server.folder = mkdtempSync(path.join(root, "srv/interop/"));
    folders.add(server.folder);
    const inside = server.folder.slice(root.length);
    server.#inside = inside;
    const [clientPort, federationPort] = [await freePort(), await freePort()];
    line.leadTo(federationPort);
    server.url = `http://127.0.0.1:${clientPort}`;
    const at = (file) => path.join(server.folder, file);
    copyFileSync(authority, at("ca.pem"));
    copyFileSync(certificate, at("server.pem"));
    copyFileSync(key, at("server.key"));
    writeFileSync(at("signing.key"), `ed25519 a_interop ${randomBytes(32).toString("base64").replace(/=+$/, "")}\n`);
    // JSON is YAML.
    writeFileSync(at("log.yaml"), JSON.stringify(logging(inside)));
    writeFileSync(at("homeserver.yaml"), JSON.stringify(settings({ name, clientPort, federationPort, inside }), null, 2));
    return server;
  }

  async up() {
    const user = `${process.getuid()}:${process.getgid()}`;
    const words = ["chroot", `--userspec=${user}`, root, "/usr/bin/env", "-i", "PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", `HOME=${this.#inside}`,
      "/usr/bin/python3", "-m", "synapse.app.homeserver", "--config-path", `${this.#inside}/homeserver.yaml`];
    if (process.getuid() !== 0) words.unshift("sudo", "-n");
    this.#process = new Child(`Synapse ${this.name}`, words[0], words.slice(1), process.env);
    await this.#process.answers(`${this.url}/_matrix/client/versions`);
  }

  /** Ends it; the data stays. */
  async down() {
    const { code, signal } = await this.#process.end();
    // Synapse ends its reactor on SIGTERM, and lets the signal end the process when that is done.
    assert.ok(code === 0 || signal === "SIGTERM", `Synapse ${this.name} ended with ${signal ?? code}:\n${this.#process.output}`);
  }

  async remove() {
    await this.#process?.kill();
    const log = path.join(this.folder, "synapse.log");
    if (existsSync(log)) copyFileSync(log, path.join(logs, `${this.label}.log`));
    rmSync(this.folder, { recursive: true, force: true });
    folders.delete(this.folder);
  }
}
