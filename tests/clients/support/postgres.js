// A PostgreSQL of this process's own, for HYBRID_TEST_DATABASE=postgres: Debian's binaries, a temporary folder, a Unix socket.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const debian = "/usr/lib/postgresql";
const isRoot = process.getuid() === 0;

let folder = null;
let databases = 0;

function findBinaries() {
  const versions = existsSync(debian) ? readdirSync(debian).sort((left, right) => Number(right) - Number(left)) : [];
  const found = [...versions.map((version) => path.join(debian, version, "bin")), ...process.env.PATH.split(":")]
    .find((candidate) => existsSync(path.join(candidate, "initdb")));
  assert.ok(found, "PostgreSQL's initdb is not here: install the server (Debian: postgresql)");
  return found;
}

/** Runs one of its programs; the server refuses to be root, and then is Debian's user for it. */
function run(program, ...args) {
  const words = [path.join(findBinaries(), program), ...args];
  if (isRoot) words.unshift("runuser", "-u", "postgres", "--");
  const { status, stdout, stderr } = spawnSync(words[0], words.slice(1), { cwd: "/", encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  assert.equal(status, 0, `${words.join(" ")}:\n${stdout}${stderr}`);
}

function start() {
  const made = mkdtempSync(path.join(tmpdir(), "hybrid-clients-pg-"));
  chmodSync(made, 0o755);
  if (isRoot) chownSync(made, Number(spawnSync("id", ["-u", "postgres"], { encoding: "utf8" }).stdout), -1);
  const data = path.join(made, "data");
  process.on("exit", () => {
    if (existsSync(path.join(data, "postmaster.pid"))) run("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop");
    rmSync(made, { recursive: true, force: true });
  });
  run("initdb", "-D", data, "-U", "hybrid", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync");
  run("pg_ctl", "-D", data, "-l", path.join(data, "server.log"), "-w", "-o", `-c listen_addresses='' -c unix_socket_directories='${made}'`, "start");
  return made;
}

/** The URL of a new, empty database. */
export function createDatabase() {
  folder ??= start();
  const name = `test_${++databases}`;
  run("psql", "-h", folder, "-U", "hybrid", "-d", "postgres", "-q", "-c", `CREATE DATABASE ${name}`);
  return `postgres://hybrid@/${name}?host=${encodeURIComponent(folder)}`;
}
