// A certificate authority for one run, and the certificate that the servers of the run show: made by openssl, gone with its folder.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, writeFileSync } from "node:fs";
import path from "node:path";

function openssl(...words) {
  const { status, stderr, error } = spawnSync("openssl", words, { encoding: "utf8", stdio: ["ignore", "ignore", "pipe"] });
  assert.ifError(error);
  assert.equal(status, 0, `openssl ${words[0]}: ${stderr}`);
}

const elliptic = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];

/** Paths of the authority's certificate, and of a certificate for this machine's loopback names with its key. */
export function makeAuthority(folder) {
  const at = (name) => path.join(folder, name);
  openssl("req", "-x509", ...elliptic, "-keyout", at("ca.key"), "-out", at("ca.pem"), "-days", "2", "-subj", "/CN=Interop test authority",
    "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign,cRLSign");
  openssl("req", "-new", ...elliptic, "-keyout", at("server.key"), "-out", at("server.csr"), "-subj", "/CN=localhost");
  writeFileSync(at("server.ext"), [
    "basicConstraints=critical,CA:FALSE",
    "keyUsage=critical,digitalSignature",
    "extendedKeyUsage=serverAuth,clientAuth",
    "subjectAltName=DNS:localhost,IP:127.0.0.1",
    "subjectKeyIdentifier=hash",
    "authorityKeyIdentifier=keyid",
    "",
  ].join("\n"));
  openssl("x509", "-req", "-in", at("server.csr"), "-CA", at("ca.pem"), "-CAkey", at("ca.key"), "-CAcreateserial", "-days", "2",
    "-extfile", at("server.ext"), "-out", at("server.pem"));
  chmodSync(at("server.key"), 0o600);
  return { authority: at("ca.pem"), certificate: at("server.pem"), key: at("server.key") };
}
