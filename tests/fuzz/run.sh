#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Fuzz, each target for DURATION (30s, 10m, 1h) and all at once; a finding, or a target that does not build, fails.
#
#	run.sh SRCDIR DURATION TARGET...
#
# Builds with clang in fuzz/ beside this build.  New inputs go to fuzz/corpus, findings to
# fuzz/findings.  In the end each target's coverage: the fuzzer's own count, and lines of the
# sources that it is about, if llvm-profdata and llvm-cov are there.
set -u
srcdir=$1
duration=${2:-1m}
shift 2

fail()
{
	echo "fuzz: $*" >&2
	exit 1
}

seconds()
{
	case $1 in
	*[0-9]s) echo "${1%s}" ;;
	*[0-9]m) echo $((${1%m} * 60)) ;;
	*[0-9]h) echo $((${1%h} * 3600)) ;;
	*[!0-9]* | '') fail "a duration is a number and s, m or h" ;;
	*) echo "$1" ;;
	esac
}

# The clang that is there, and its tools of the same version.
tool()
{
	for t in "$1" "$1-14" "$1-15" "$1-16" "$1-19"; do
		command -v "$t" && return
	done
	return 1
}

seconds=$(seconds "$duration") || exit 1
clang=$(tool clang) || {
	echo "fuzz: skipped: there is no clang"
	exit 77
}
mkdir -p fuzz/corpus fuzz/findings
cd fuzz || exit 1
if ! echo 'int LLVMFuzzerTestOneInput(const char *d, long n){(void)d;return n<0;}' |
   "$clang" -x c -fsanitize=fuzzer,address - -o probe 2>/dev/null; then
	echo "fuzz: skipped: $clang has no libFuzzer"
	exit 77
fi
san='-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all'
cov='-fprofile-instr-generate -fcoverage-mapping'
"$srcdir/configure" CC="$clang" CFLAGS="-g -O1 $san $cov" LDFLAGS="-fsanitize=address,undefined $cov" \
	>configure.log 2>&1 || fail "configure failed: $(pwd)/configure.log"
make -s -j "$(nproc)" tests/support/schemes.h "$@" FUZZ_MAIN=-fsanitize=fuzzer >make.log 2>&1 || {
	tail -n 20 make.log >&2
	fail "the targets do not build"
}

# By the clock an input takes as long as the machine is busy or the process stopped: a long run bears more of that.
hangs=$((seconds / 10 > 25 ? seconds / 10 : 25))
pids=
for target; do
	name=${target##*/fuzz_}
	mkdir -p "corpus/$name"
	# What perf writes begins with some KiB of descriptions; a machine's description has some KiB.
	case $name in
	import) longest=65536 ;;
	machine) longest=16384 ;;
	*) longest=4096 ;;
	esac
	# The replay of the corpus under AddressSanitizer looks for leaks: looking each time here is slow.
	(
		ASAN_OPTIONS=quarantine_size_mb=16 UBSAN_OPTIONS=print_stacktrace=1 LLVM_PROFILE_FILE="$name.profraw" "$target" \
			-max_total_time="$seconds" -timeout="$hangs" -detect_leaks=0 -max_len=$longest -print_final_stats=1 -close_fd_mask=1 \
			-artifact_prefix="findings/$name-" "corpus/$name" "$srcdir/tests/fuzz/corpus/$name" \
			>"$name.log" 2>&1 </dev/null
		found=$?
		times >"$name.times"	# of this shell, then of what it ran: 1m2.34s 0m5.67s
		exit $found
	) &
	pids="$pids $!:$name"
done
status=0
for p in $pids; do
	name=${p#*:}
	if wait "${p%%:*}"; then
		said=$(grep -E '#[0-9]+.*(cov|ft): ' "$name.log" | tail -n 1 | sed 's/  */ /g')
		echo "fuzz: $name: no finding in $seconds s; $said"
		made=$(sed -n 's/^stat::number_of_executed_units: *//p' "$name.log")
		cpu=$(awk -F '[ms ]+' 'END { print int(60 * ($1 + $3) + $2 + $4) + 1 }' "$name.times")
		echo "fuzz: $name: ${made:=0} executions, $((made / seconds)) a second, $((made / cpu)) a second of CPU"
	else
		status=1
		echo "fuzz: $name: FOUND SOMETHING:"
		grep -nE 'not so|^#   |ERROR|SUMMARY|Test unit written' "$name.log" | head -n 20
	fi
done

profdata=$(tool llvm-profdata) && llvmcov=$(tool llvm-cov) || exit "$status"
for target; do
	name=${target##*/fuzz_}
	[ -e "$name.profraw" ] || continue
	"$profdata" merge -o "$name.prof" "$name.profraw" 2>/dev/null || continue
	case $name in
	trace) about='bench/trace bench/plan' ;;
	import) about='bench/import bench/record/decode.c bench/record/convert.c' ;;
	sweep) about='bench/sweep bench/cli/json' ;;
	machine) about='sim/time/machine.c' ;;
	options) about='bench/run/knobs bench/run/specs common/mm/scheme.c' ;;
	*) about='common/mm prototypes' ;;
	esac
	"$llvmcov" export -summary-only -instr-profile="$name.prof" "$target" 2>/dev/null |
		python3 -c '
import json, os, sys
name, about = sys.argv[1], sys.argv[2].split()
lines = covered = 0
for f in json.load(sys.stdin)["data"][0]["files"]:
    path = os.path.relpath(f["filename"], sys.argv[3])
    if any(path.startswith(a) for a in about):
        lines += f["summary"]["lines"]["count"]
        covered += f["summary"]["lines"]["covered"]
print("fuzz: %s: %d of %d lines of %s" % (name, covered, lines, " ".join(about)))' "$name" "$about" "$srcdir"
done
exit "$status"
