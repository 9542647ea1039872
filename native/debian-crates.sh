#!/usr/bin/env bash
# Makes a cargo home from Debian's own Rust packages, for machines that cannot reach Cargo's public registry.
#
#   debian-crates.sh             prints the cargo home; downloads only when debian-crates.list changed
#   debian-crates.sh --relist    rewrites debian-crates.list: the closure of debian-crates.roots
#
# Needs apt and dpkg, but no root, and writes only below artifacts/debian-crates/. Packages are checked against
# Debian's keyring. The suite is testing: stable lacks vodozemac, and unstable is often half way through a change.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
list=$here/debian-crates.list
roots=$here/debian-crates.roots
cache=$(cd "$here/.." && pwd)/artifacts/debian-crates
suite=${HYBRID_DEBIAN_SUITE:-forky}
home=$cache/$(sha256sum < "$list" | cut -c1-16)

if [[ ${1:-} != --relist && -f $home/complete ]]; then
    echo "$home"
    exit
fi

keyring=/usr/share/keyrings/debian-archive-keyring.gpg
if ! command -v apt-get > /dev/null || ! command -v dpkg-deb > /dev/null || [[ ! -f $keyring ]]; then
    echo "Debian's crates need apt-get, dpkg-deb and $keyring (package debian-archive-keyring)." >&2
    exit 1
fi

mkdir -p "$cache"
work=$(mktemp -d "$cache/partial.XXXXXX")
trap 'rm -rf "$work"' EXIT

# The mirror of this machine if it names one, whatever suite it serves.
mirror=$(awk '/^URIs:/ && /debian/ {print $2; exit}' /etc/apt/sources.list.d/*.sources 2>/dev/null || true)
if [[ -z $mirror && -f /etc/apt/sources.list ]]; then
    mirror=$(awk '$1 == "deb" {for (i = 2; i <= NF; i++) if ($i ~ /^https?:/) {print $i; exit}}' /etc/apt/sources.list)
fi
: "${mirror:?no Debian mirror in the sources of apt}"

# A private apt: own sources, own lists, and an empty dpkg status, so that nothing counts as installed already.
mkdir -p "$work"/apt/{lists/partial,archives/partial,sources.d,state} "$work"/{debs,root}
: > "$work/apt/status"
echo "deb [signed-by=$keyring] $mirror $suite main" > "$work/apt/sources.list"
apt() {
    apt-get -qq -o Dir::Etc::SourceList="$work/apt/sources.list" -o Dir::Etc::SourceParts="$work/apt/sources.d" \
        -o Dir::State="$work/apt/state" -o Dir::State::Lists="$work/apt/lists" -o Dir::State::status="$work/apt/status" \
        -o Dir::Cache="$work/apt" -o APT::Sandbox::User="$(id -un)" -o Acquire::Languages=none -o Acquire::Retries=3 \
        -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false -o Acquire::Check-Valid-Until=false "$@"
}
apt update >&2

if [[ ${1:-} == --relist ]]; then
    # shellcheck disable=SC2046
    apt -s --no-install-recommends install $(cat "$roots") \
        | awk '$1 == "Inst" && $2 ~ /^librust-/ {sub(/:.*/, "", $2); print $2}' | sort -u > "$work/list"
    mv "$work/list" "$list"
    echo "$(wc -l < "$list") packages listed" >&2
    exit
fi

(cd "$work/debs" && xargs -a "$list" bash -c "$(declare -f apt); work='$work' apt download \"\$@\"" apt) >&2
for package in "$work"/debs/*.deb; do
    dpkg-deb -x "$package" "$work/root"
done
mv "$work/root/usr/share/cargo/registry" "$work/registry"

# Cargo refuses a source in which only some packages carry a checksum, and most of Debian's carry none.
# Debian links these files to its packaging, hence remove before write.
for crate in "$work"/registry/*/; do
    rm -f "$crate/.cargo-checksum.json"
    echo '{"files":{}}' > "$crate/.cargo-checksum.json"
done
rm -rf "$work/apt" "$work/debs" "$work/root"

cat > "$work/config.toml" <<TOML
[source.crates-io]
replace-with = "debian"
[source.debian]
directory = "$home/registry"
[net]
offline = true
TOML
touch "$work/complete"
rm -rf "$home"
mv "$work" "$home"
trap - EXIT
echo "$home"
