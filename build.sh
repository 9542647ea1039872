#!/usr/bin/env bash
# Builds, runs, tests and measures Hybrid: ./build.sh [--target=NAME] (CONTRIBUTING.md lists the targets).
# It checks what must be on the machine, restores Cake, hands over to build.cake, and prints the test count last.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
# The SDK starts on machines that have no ICU; nothing here depends on a culture.
export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT="${DOTNET_SYSTEM_GLOBALIZATION_INVARIANT:-1}"
export CAKE_SETTINGS_ENABLESCRIPTCACHE=true CAKE_PATHS_CACHE="$PWD/artifacts/cake/cache" CAKE_PATHS_TOOLS="$PWD/artifacts/cake/tools"
# A build server that outlives the run would keep a CI job's output open.
if [ -n "${CI:-}" ]; then export MSBUILDDISABLENODEREUSE=1; fi

count_file=artifacts/test-results/count.txt
minimum_rust=85

target=build
cake_arguments=()
more_arguments=()
while [ $# -gt 0 ]; do
    case "$1" in
        --target=*) target="${1#*=}"; cake_arguments+=("$1") ;;
        --target | -t) target="${2:?a target name follows $1}"; cake_arguments+=("--target=$2"); shift ;;
        --) shift; more_arguments=("$@"); break ;;
        *) cake_arguments+=("$1") ;;
    esac
    shift
done
target="${target,,}"

say() { printf 'build.sh: %s\n' "$*"; }

stop() {
    say "$*" >&2
    case "$target" in test | interop) echo "0 passed, 1 failed" ;; esac
    exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }

has_nio() { "${PYTHON_BIN:-/usr/bin/python3}" -c 'import nio.crypto; assert nio.crypto.ENCRYPTION_ENABLED' 2>/dev/null; }
can_install() { has apt-get && { [ "$(id -u)" = 0 ] || { has sudo && sudo -n true 2>/dev/null; }; }; }

package_lists_are_fresh=
install_packages() {
    can_install || return 1
    mkdir -p artifacts
    if [ -z "$package_lists_are_fresh" ]; then
        as_root apt-get update -q >artifacts/apt.log 2>&1 || return 1
        package_lists_are_fresh=yes
    fi
    say "installing $* from Debian's packages (artifacts/apt.log)"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@" >>artifacts/apt.log 2>&1 </dev/null
}

# need COMMAND MESSAGE PACKAGE...: the command is there, or apt puts it there, or the message says what to install.
need() {
    local command="$1" message="$2"
    shift 2
    if has "$command"; then return; fi
    if [ $# -gt 0 ] && install_packages "$@" && has "$command"; then return; fi
    stop "$command is missing: $message"
}

has_library() { [[ "$(PATH="$PATH:/usr/sbin:/sbin" ldconfig -p 2>/dev/null)" == *"$1"* ]]; }

has_avif() { has_library libavif.so.16 || has_library libavif.so.15; }

install_avif() { install_packages libavif16 || install_packages libavif15; }

has_postgresql() { has initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; }

# The binaries alone: a cluster that Debian would make and start belongs to no one here.
install_postgresql() {
    if ! [ -e /etc/postgresql-common ]; then
        install_packages postgresql-common || return 1
        as_root sed -i 's/^#* *create_main_cluster *=.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf
    fi
    install_packages postgresql
}

rust_minor() { cargo --version 2>/dev/null | sed -n 's/^cargo 1\.\([0-9]*\).*/\1/p'; }

# The program alone: a server that Debian would start belongs to no one here.
install_coturn() {
    if [ -d /run/systemd/system ]; then as_root systemctl mask coturn.service >/dev/null 2>&1 || return 1; fi
    install_packages coturn
}

check_prerequisites() {
    has dotnet && dotnet --list-sdks | grep -q '^10\.' ||
        stop "the .NET 10 SDK is missing: install dotnet-sdk-10.0 (https://dot.net/download)"
    need git "install git" git
    need cc "install a C linker (Debian: gcc libc6-dev)" gcc libc6-dev
    has cargo || install_packages cargo rustc || true
    has cargo && [ "$(rust_minor)" -ge "$minimum_rust" ] ||
        stop "Rust 1.$minimum_rust or newer is missing (found: $(cargo --version 2>/dev/null || echo none)): install it with rustup (https://rustup.rs)"
    # The benchmarks of Olm and Megolm call it beside vodozemac.
    if [ "$target" = bench ]; then
        has_library libolm.so.3 || { install_packages libolm3 && has_library libolm.so.3; } ||
            stop "libolm.so.3 is missing: install libolm 3 (Debian: libolm3)"
    fi
    if [ "$target" = interop ]; then
        has_postgresql || { install_postgresql && has_postgresql; } ||
            stop "PostgreSQL's initdb is missing: install the server of PostgreSQL 13 or newer (Debian: postgresql)"
        need npm "install Node.js 20 or newer with npm" nodejs npm
        need openssl "install openssl" openssl
    fi
    # Thumbnails of AVIF images; a server without it has all the rest.
    has_avif || [ "$target" != run ] || install_avif || true
    if [ "$target" = test ]; then
        has_avif || { install_avif && has_avif; } ||
            stop "libavif is missing: install libavif 0.11 or newer, which draws thumbnails of AVIF images (Debian: libavif16 or libavif15)"
        has_postgresql || { install_postgresql && has_postgresql; } ||
            stop "PostgreSQL's initdb is missing: install the server of PostgreSQL 13 or newer (Debian: postgresql)"
        has turnserver || { install_coturn && has turnserver; } ||
            stop "turnserver is missing: install coturn, which the tests of calls start (Debian: coturn)"
    fi
    if [ "$target" = test ] && [ -d tests/clients ]; then
        need npm "install Node.js 20 or newer with npm" nodejs npm
        has chromium || has chromium-browser || has google-chrome || install_packages chromium ||
            stop "chromium is missing: install Chromium for the page tests (Debian: chromium)"
        has_nio || { install_packages python3-matrix-nio && has_nio; } ||
            stop "matrix-nio is missing for ${PYTHON_BIN:-/usr/bin/python3}: install it with encryption (Debian: python3-matrix-nio)"
    fi
}

check_prerequisites
rm -f "$count_file"

status=0
tool_restore_output="$(dotnet tool restore </dev/null 2>&1)" || stop "dotnet tool restore failed: $tool_restore_output"
dotnet cake build.cake ${cake_arguments[@]+"${cake_arguments[@]}"} </dev/null || status=$?

case "$target" in
    test)
        # Nothing may be printed after the count, so it waits here for Cake's own summary to pass.
        if [ -f "$count_file" ]; then cat "$count_file"; else echo "0 passed, 1 failed"; fi
        if [ ! -f "$count_file" ] && [ "$status" = 0 ]; then status=1; fi
        ;;
    run)
        if [ "$status" = 0 ]; then exec artifacts/bin/hybrid serve ${more_arguments[@]+"${more_arguments[@]}"}; fi
        ;;
    interop)
        # The table is to be the last thing printed.
        if [ "$status" = 0 ]; then exec node tests/interop/run.js ${more_arguments[@]+"${more_arguments[@]}"}; fi
        echo "0 passed, 1 failed"
        ;;
esac
exit "$status"
