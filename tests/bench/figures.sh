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
run 0 sweep --format json --runs 7 --faults 64 --threads 2 --changes 0,1 --episodes 0 \
	--schemes mmap_lock,rcu_everything,vma_seq_retry -o "$dir/sweep.json"
ok $? "a sweep"
run 0 merge "$dir/sweep.json" --format csv -o "$dir/sweep.csv" && run 0 merge "$dir/sweep.json" --format md -o "$dir/sweep.md"
ok $? "its CSV and its table"
PYTHONDONTWRITEBYTECODE=1 python3 "$srcdir/tests/bench/figures.py" "$srcdir/ADR/tools" "$builddir" \
	"$dir/compare.json" "$dir/sweep.json" "$dir/sweep.csv" "$dir/sweep.md" >"$dir/say" 2>&1
ok $? "medians, ratios, intervals, levels and verdicts are those of the runs, and so is what is printed"
# On a simulated machine the same seeds are the same times, however they are printed.
for format in json csv md; do
	run 0 compare --machine skylake-client-4c --runs 6 --trace "$srcdir/tests/bench/tiny.trace" --workload beside-mmap --writer-rate max \
		--faults 16 --threads 2 --schemes mmap_lock,rcu_everything --format $format -o "$dir/printed.$format" || break
done
for format in json md; do
	[ "$status" -eq 0 ] && run 0 compare --machine skylake-client-4c --runs 2 --workload anon,anon-one-vma,beside-mmap --writer-rate 0,20000,max \
		--faults 8 --threads 2 --schemes mmap_lock,per_vma_refcount --format $format -o "$dir/shapes.$format" || break
done
[ "$status" -eq 0 ] && PYTHONDONTWRITEBYTECODE=1 python3 "$srcdir/tests/bench/printed.py" "$dir/printed.json" "$dir/printed.csv" "$dir/printed.md" \
	"$dir/shapes.json" "$dir/shapes.md" >"$dir/say" 2>&1
ok $? "the CSV and the tables of a comparison have the figures of its runs: tails, rungs, locks and shapes, too"
echo "1..$n"
