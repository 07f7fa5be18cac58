#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Every figure that a comparison and a sweep make of their runs, computed in a second way from these.
. "${srcdir:=.}/tests/support/cli.sh"
command -v python3 >/dev/null || {
	echo "1..0 # SKIP figures are reckoned by a script (package python3)"
	exit 0
}
run 0 compare --format json --runs 0 --trace "$srcdir/tests/bench/tiny.trace" -o "$dir/probe.json"
if grep -q 'no jansson' "$dir/err"; then
	echo "1..0 # SKIP this build has no JSON (package libjansson-dev)"
	exit 0
fi
run 0 compare --format json --runs 8 --trace "$srcdir/tests/bench/tiny.trace" --workload anon,beside-mmap \
	--writer-rate 0,max --faults 64 --threads 2 --schemes mmap_lock,per_vma_refcount,rcu_everything \
	--baseline per_vma_refcount -o "$dir/compare.json"
ok $? "a comparison"
cp "$dir/err" "$dir/warnings"
run 0 sweep --format json --runs 7 --faults 64 --threads 2 --changes 0,1 --episodes 0 --memory limit:0.25 \
	--schemes mmap_lock,rcu_everything,vma_seq_retry -o "$dir/sweep.json"
ok $? "a sweep"
run 0 merge "$dir/sweep.json" --format csv -o "$dir/sweep.csv" && run 0 merge "$dir/sweep.json" --format md -o "$dir/sweep.md"
ok $? "its CSV and its table"
PYTHONDONTWRITEBYTECODE=1 python3 "$srcdir/tests/bench/figures.py" "$srcdir/ADR/tools" "$builddir" \
	"$dir/compare.json" "$dir/warnings" "$dir/sweep.json" "$dir/sweep.csv" "$dir/sweep.md" >"$dir/say" 2>&1
ok $? "medians, ratios, intervals, levels and verdicts are those of the runs, and so are warnings and what is printed"

# held NAME SCRIPT ARG...: what was printed last is what SCRIPT reckons.
held() {
	name=$1 script=$2
	shift 2
	if [ "$status" -eq 77 ]; then
		skipped "$name" "$(head -1 "$dir/err")"
		return
	fi
	[ "$status" -eq 0 ] && PYTHONDONTWRITEBYTECODE=1 python3 "$srcdir/tests/bench/$script" "$@" >"$dir/say" 2>&1
	ok $? "$name"
}

# each NAME FORMATS ARG...: the result of a command in each of them.
each() {
	name=$1 formats=$2
	shift 2
	for format in $formats; do
		run 0 "$@" --format $format -o "$dir/$name.$format" || return
	done
}

# On a simulated machine the same seeds are the same times, however they are printed.
each printed "json csv md" compare --machine skylake-client-4c --runs 6 --trace "$srcdir/tests/bench/tiny.trace" \
	--workload beside-mmap --writer-rate max --faults 16 --threads 2 --schemes mmap_lock,rcu_everything &&
	each shapes "json md" compare --machine skylake-client-4c --runs 2 --workload anon,anon-one-vma,beside-mmap \
		--writer-rate 0,20000,max --faults 8 --threads 2 --schemes mmap_lock,per_vma_refcount &&
	each laps "json md" compare --machine skylake-client-4c --runs 2 --workload anon --laps --faults 256 --threads 2 \
		--schemes mmap_lock,rcu_everything
held "the CSV and the tables of a comparison have the figures of its runs: tails, rungs, locks, shapes and laps, too" printed.py \
	"$dir/printed.json" "$dir/printed.csv" "$dir/printed.md" "$dir/shapes.json" "$dir/shapes.md" "$dir/laps.json" "$dir/laps.md"
each scale "json md csv" scale --machine skylake-client-4c --cpus 1,2,4 --runs 2 --latencies 1,1.3 --workload anon-one-vma --faults 16 \
	--schemes mmap_lock,per_vma_rwsem
held "scale's rates, knees, limits and who is ahead are those of its runs" counted.py scale "$dir/scale.json" "$dir/scale.md" "$dir/scale.csv"
each stores "json csv md" stores --rounds 2 --schemes mmap_lock,per_vma_refcount,rcu_everything
held "stores a fault are those that were counted" counted.py stores "$dir/stores.json" "$dir/stores.csv" "$dir/stores.md"
awk 'BEGIN { print "# pftrace 1\n# name three\n0 7 X prog\n1 7 m 0 1000000 3 22 ffffffff 0 7f0000000000 1\n2 7 C 8 7\n3 7 C 9 7"
	for (t = 1000; ++i < 120; t += 3000 + i % 7 * 1000)
		printf i % 9 ? "%d %d F 7f0000%03x000 0 6\n" : "%d %d p 7f0000%03x000 1000 1 0 10\n", t, i % 40 < 8 ? 7 : 7 + i % 3, i
	printf "%d 8 E 7\n%d 9 E 7\n%d 7 E 7\n", t, t, t }' >"$dir/three.trace"
each place "json md csv" place --machine skylake-client-4c --runs 2 --events 90 --schemes mmap_lock,per_vma_refcount,rcu_everything,seqcount_retry "$dir/three.trace"
held "place's part of a recording, its verdicts, sentences and tables are those of its runs" counted.py place "$dir/place.json" "$dir/place.md" \
	"$dir/place.csv" "$dir/three.trace"
if command -v zstd >/dev/null; then
	zstd -qdc "$srcdir/bench/traces/sqlite.trace.zst" >"$dir/sqlite.trace"
	each info "csv table" trace info "$dir/sqlite.trace"
	held "trace info counts what the lines of a recording say" counted.py info "$dir/sqlite.trace" "$dir/info.csv" "$dir/info.table"
else
	skipped "trace info counts what the lines of a recording say" "no zstd"
fi
echo "1..$n"
