#!/usr/bin/env bash
# Runs the tests that call every C function of hybrid-ffi under valgrind: memcheck.sh [test name]
#
# Fails on a memory error, on memory that is definitely lost, and when an export is in none of these tests. Needs valgrind.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
sources=$here/hybrid-ffi/src
cd "$here"
command -v valgrind > /dev/null || { echo "valgrind is missing" >&2; exit 1; }

missing=0
for export in $(grep -ho 'extern "C" fn hybrid_\w*' "$sources"/*.rs | sed 's/.* //'); do
    if ! grep -rqE "call!\($export\(" "$sources/exports_tests"; then
        echo "no test in $sources/exports_tests calls $export" >&2
        missing=1
    fi
done

# Threads of the test harness still hold memory at the end; what nothing points to any more is lost.
triple=$(rustc -vV | sed -n 's/^host: //p')
runner=CARGO_TARGET_$(tr 'a-z-' 'A-Z_' <<< "$triple")_RUNNER
export "$runner=valgrind --quiet --leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite --error-exitcode=99"
./build.sh test -p hybrid-ffi --lib exports_tests::"${1:-}" -- --test-threads=2
((missing == 0))
