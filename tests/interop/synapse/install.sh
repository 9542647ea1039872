#!/usr/bin/env bash
# Puts Synapse, as Debian packages it, into a folder of its own with everything below it: tests/interop/synapse/install.sh [FOLDER].
# The folder (artifacts/interop/synapse) is complete when it has the file .complete, and is then left alone; remove it to get a
# newer Synapse. Where this cannot be done the script says why and ends with 1: nothing that needs Synapse passes without it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."

root="$(realpath -m "${1:-artifacts/interop/synapse}")"
log="$(realpath -m artifacts/interop/install.log)"
# Where Debian has had matrix-synapse lately; the stable releases have none.
suites="stable-backports testing unstable"

say() { printf 'synapse: %s\n' "$*"; }
stop() { say "$*" >&2; exit 1; }
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }
logged() { "$@" >>"$log" 2>&1 </dev/null; }
inside() { as_root chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"; }

if [ -e "$root/.complete" ]; then
    say "$(cat "$root/.complete") is in ${root#"$PWD/"}"
    exit 0
fi
mkdir -p "$(dirname "$root")" "$(dirname "$log")"
: >"$log"

[ "$(id -u)" = 0 ] || { command -v sudo >/dev/null && sudo -n true 2>/dev/null; } ||
    stop "neither root nor passwordless sudo: chroot needs one of them"
command -v apt-get >/dev/null || stop "no apt-get: Synapse comes from Debian's packages"
if ! command -v debootstrap >/dev/null && ! [ -x /usr/sbin/debootstrap ]; then
    logged as_root apt-get update -q || stop "apt-get update failed ($log)"
    logged as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends debootstrap ||
        stop "debootstrap cannot be installed ($log)"
fi

# The mirror is the one that this machine takes Debian's packages from.
mirror="$(apt-get indextargets --format '$(ORIGIN) $(LABEL) $(SITE)' 'Created-By: Packages' | awk '$1 == "Debian" && $2 == "Debian" { print $3; exit }')"
[ -n "$mirror" ] || stop "apt has no source of Debian's packages"

# The first suite that has the package; its index is read with apt, in folders of its own.
find_suite() {
    local suite folder apt
    folder="$(mktemp -d)"
    mkdir -p "$folder/lists/partial" "$folder/parts"
    apt=(-o Dir::State::Lists="$folder/lists" -o Dir::Etc::SourceList="$folder/sources.list" -o Dir::Etc::SourceParts="$folder/parts"
        -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= -o APT::Sandbox::User="$(id -un)")
    for suite in $suites; do
        echo "deb $mirror $suite main" >"$folder/sources.list"
        if apt-get "${apt[@]}" update -q >>"$log" 2>&1 && [ -n "$(apt-cache "${apt[@]}" madison matrix-synapse 2>>"$log")" ]; then
            rm -rf "$folder"
            echo "$suite"
            return 0
        fi
    done
    rm -rf "$folder"
    return 1
}
suite="$(find_suite)" || stop "none of $suites has the package matrix-synapse ($log)"

say "installing it from Debian $suite (${log#"$PWD/"}); this takes some minutes"
as_root rm -rf --one-file-system "$root"
# Backports are no release of their own: the release below them comes first.
logged as_root env PATH="$PATH:/usr/sbin:/sbin" debootstrap --variant=minbase "${suite%-backports}" "$root" "$mirror" ||
    stop "debootstrap ${suite%-backports} failed ($log)"
as_root tee "$root/etc/apt/sources.list" >/dev/null <<LIST
deb $mirror ${suite%-backports} main
$(if [ "$suite" != "${suite%-backports}" ]; then echo "deb $mirror $suite main"; fi)
LIST
# How this machine reaches the mirror (a proxy, say) and how old it may be hold inside as well.
apt-config dump | grep -E '^Acquire::(https?|Check-Valid-Until|Retries)\b' | as_root tee "$root/etc/apt/apt.conf.d/90outer" >/dev/null || true
if [ -e /etc/resolv.conf ]; then as_root cp -L /etc/resolv.conf "$root/etc/resolv.conf"; fi
if [ -e /etc/hosts ]; then as_root cp -L /etc/hosts "$root/etc/hosts"; fi
# Nothing in there is to start by itself.
printf '#!/bin/sh\nexit 101\n' | as_root tee "$root/usr/sbin/policy-rc.d" >/dev/null
as_root chmod 755 "$root/usr/sbin/policy-rc.d"
as_root tee "$root/etc/apt/preferences.d/synapse" >/dev/null <<LIST
Package: matrix-synapse
Pin: release a=$suite
Pin-Priority: 600
LIST

logged inside apt-get update -q || stop "apt-get update failed in the chroot ($log)"
printf 'matrix-synapse matrix-synapse/server-name string localhost\nmatrix-synapse matrix-synapse/report-stats boolean false\n' |
    inside debconf-set-selections >>"$log" 2>&1 || stop "debconf refused the answers for matrix-synapse ($log)"
logged inside apt-get install -q -y --no-install-recommends matrix-synapse || stop "matrix-synapse cannot be installed ($log)"
logged inside apt-get clean

version="$(inside python3 -c 'import synapse; print(synapse.__version__)' 2>>"$log")" || stop "the installed Synapse cannot be imported ($log)"
# Each run keeps its data here.
as_root install -d -m 1777 "$root/srv/interop"
echo "Synapse $version of Debian $suite" | as_root tee "$root/.complete" >/dev/null
say "$(cat "$root/.complete") is in ${root#"$PWD/"}"
