#!/usr/bin/env bash
# Fuzzes one parser with libFuzzer on stable Rust: run.sh TARGET [SECONDS, 60 unless told] [libFuzzer options...]
#
#   run.sh push 600                       ten minutes; without a target, lists them
#   run.sh push 0 FILE                    one input
#   run.sh push 0 -merge=1 TO FROM        the inputs of FROM that add to what TO covers
#
# Needs a C++ compiler and the libFuzzer of Debian's libclang-rt-14-dev, which root gets installed; LIBFUZZER names another.
# What is found stays in artifacts/fuzz/TARGET: corpus/, crashes/ and the log.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
artifacts=$(cd "$here/../.." && pwd)/artifacts
target=${1:-}
seconds=${2:-60}
shift $(($# < 2 ? $# : 2))
if [[ -z $target || ! -d $here/corpus/$target ]]; then
    echo "targets:" && ls "$here/corpus"
    exit 2
fi

package=libclang-rt-14-dev
library=${LIBFUZZER:-/usr/lib/llvm-14/lib/clang/14.0.6/lib/linux/libclang_rt.fuzzer-x86_64.a}
if [[ ! -f $library ]] && [[ $(id -u) == 0 ]] && command -v apt-get > /dev/null; then
    # A fresh machine has no lists of packages yet.
    apt-cache show "$package" > /dev/null 2>&1 || apt-get update -qq
    apt-get install -qq -y --no-install-recommends "$package" > /dev/null
fi
if [[ ! -f $library ]]; then
    echo "libFuzzer is missing: install $package, or name another archive in LIBFUZZER" >&2
    exit 1
fi

# Counters at every edge and comparisons with their operands; `fuzzing` makes vodozemac believe MACs and signatures.
# A target triple keeps these options from build scripts and macros.
triple=$(rustc -vV | sed -n 's/^host: //p')
flags=(-Cpasses=sancov-module --cfg fuzzing)
for option in level=4 inline-8bit-counters pc-table trace-compares; do
    flags+=("-Cllvm-args=-sanitizer-coverage-$option")
done
RUSTFLAGS="${flags[*]}" "$here/../build.sh" fuzz --target "$triple" --target-dir "$artifacts/fuzz/target" >&2
binary=$artifacts/fuzz/hybrid-fuzz
archive=$artifacts/fuzz/target/$triple/fuzz/libhybrid_fuzz.a
if [[ $archive -nt $binary ]]; then
    c++ -o "$binary.new" "$library" "$archive" -lpthread -ldl -lm
    mv "$binary.new" "$binary"
fi

mkdir -p "$artifacts/fuzz/$target"/{corpus,crashes}
cd "$artifacts/fuzz/$target"
export HYBRID_FUZZ_TARGET=$target
if [[ $seconds == 0 ]]; then
    exec "$binary" -artifact_prefix=crashes/ "$@"
fi
# A timeout is real time, which a busy machine stretches; what takes longer than a second is kept as slow-unit-….
"$binary" -max_total_time="$seconds" -timeout=10 -report_slow_units=1 -rss_limit_mb=2048 -max_len=16384 \
    -artifact_prefix=crashes/ -dict="$here/matrix.dict" -print_final_stats=1 "$@" corpus "$here/corpus/$target" 2>&1 | tee -a log
