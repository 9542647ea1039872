#!/usr/bin/env bash
# Writes Hybrid.Native/NativeMethods.g.cs and Vodozemac.NET/NativeMethods.g.cs anew.
#
# Where Cargo's public registry cannot be reached: CSBINDGEN=<folder with csbindgen's sources> takes csbindgen from there
# and its dependencies from Debian's packages.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
export CARGO_TARGET_DIR=$root/artifacts/generator
from=()
if [[ -n ${CSBINDGEN:-} ]]; then
    from=(--config "patch.crates-io.csbindgen.path=\"$CSBINDGEN\"")
    CARGO_HOME=$("$root/native/debian-crates.sh")
    export CARGO_HOME
fi
cargo run --quiet --manifest-path "$here/Cargo.toml" "${from[@]}"
