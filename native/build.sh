#!/usr/bin/env bash
# Builds or checks the Rust core: build.sh [build|test|bench|clippy|fmt-check|fmt|fuzz] [cargo arguments...]
#
# Crates come from Cargo's public registry, or from Debian's packages where that cannot be reached. The choice is made
# once and remembered under artifacts/; HYBRID_CARGO=registry|debian decides otherwise.
# `build` leaves artifacts/native/libhybrid_ffi.so.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
artifacts=$(cd "$here/.." && pwd)/artifacts
output=$artifacts/native
remembered=$output/crate-source
export CARGO_TARGET_DIR=$output/target
mkdir -p "$output"
cd "$here"

action=${1:-build}
[[ $# -eq 0 ]] || shift

if [[ $action == fmt || $action == fmt-check ]]; then
    check=(); [[ $action == fmt ]] || check=(--check)
    exec cargo fmt --all "${check[@]}"
fi

# Asks through cargo, so that a proxy or a mirror configured for it counts. From /, where no lock file answers instead.
registry_answers() {
    (cd / && CARGO_NET_RETRY=0 CARGO_HTTP_TIMEOUT=4 timeout 10 cargo search --quiet --limit 1 itoa) > /dev/null 2>&1
}

source=${HYBRID_CARGO:-$(cat "$remembered" 2>/dev/null || true)}
if [[ -z $source ]]; then
    if registry_answers; then source=registry; else source=debian; fi
fi

locked=()
case $source in
registry)
    echo "native: crates from Cargo's public registry"
    ;;
debian)
    echo "native: crates from Debian's packages"
    CARGO_HOME=$("$here/debian-crates.sh")
    export CARGO_HOME
    # Debian moves on: a version that the lock names may be gone, and the nearest one is then taken.
    cargo metadata --locked --format-version 1 > /dev/null 2>&1 || cargo update --quiet
    locked=(--locked)
    ;;
*)
    echo "HYBRID_CARGO must be registry or debian, not '$source'" >&2
    exit 2
    ;;
esac

case $action in
build)
    cargo build --quiet --release -p hybrid-ffi "${locked[@]}" "$@"
    library=$CARGO_TARGET_DIR/release/libhybrid_ffi.so
    # Copied only when it differs, so that nothing downstream is rebuilt; moved into place, since a process may have it open.
    if ! cmp -s "$library" "$output/libhybrid_ffi.so"; then
        cp "$library" "$output/libhybrid_ffi.so.new"
        mv "$output/libhybrid_ffi.so.new" "$output/libhybrid_ffi.so"
    fi
    ;;
test)
    cargo test --quiet "${locked[@]}" "$@"
    ;;
bench)
    cargo bench --quiet "${locked[@]}" "$@"
    ;;
fuzz)
    # What fuzz/run.sh links.
    cargo rustc --quiet --profile fuzz -p hybrid-fuzz --lib --crate-type staticlib "${locked[@]}" "$@"
    ;;
clippy)
    cargo clippy --quiet --all-targets "${locked[@]}" "$@" -- -D warnings
    ;;
*)
    echo "usage: build.sh [build|test|bench|clippy|fmt-check|fmt|fuzz] [cargo arguments...]" >&2
    exit 2
    ;;
esac
[[ -n ${HYBRID_CARGO:-} ]] || echo "$source" > "$remembered"
