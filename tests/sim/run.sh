#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The command on the engine: recorded programs and workloads at 1, 8 and 200 threads.  As natively, it checks
# VMAs and contents against the recording and between schemes, and that nothing leaks.
set -u

. "${srcdir:=.}/tests/support/cli.sh"
sim=$builddir/tests/sim/faultline

# With SIM_LONG set: all recorded programs and workloads under all schemes, at each number of threads; minutes.
few=$(echo $SCHEMES | awk '{ print $1 (NF > 1 ? "," $NF : "") }')
traces=$srcdir/bench/traces/sqlite.trace.zst
workloads_1=all schemes_1= faults_1=64
workloads_8=anon-one-vma,file-shared,thread-start,beside-fork schemes_8= faults_8=64
workloads_200=beside-mmap schemes_200=$few faults_200=8
if [ "${SIM_LONG:-}" ]; then
	traces=$(echo "$srcdir"/bench/traces/*.trace.zst)
	workloads_8=all workloads_200=all schemes_200=
fi

echo 1..8
for threads in 1 8 200; do
	eval "workloads=\$dirloads_$threads schemes=\$schemes_$threads faults=\$faults_$threads"
	"$sim" compare --trace $traces --threads $threads --runs 1 ${schemes:+--schemes "$schemes"} >"$dir/out" 2>"$dir/err" &&
		grep -q 'Every scheme ended every address space with the same VMAs and page contents.*nothing leaked' "$dir/out"
	ok $? "recorded programs, $threads threads"
	"$sim" compare --workload $dirloads --threads $threads --runs 1 --faults $faults --writer-rate max \
		${schemes:+--schemes "$schemes"} >"$dir/out" 2>"$dir/err" && grep -q 'nothing leaked' "$dir/out"
	ok $? "workloads, $threads threads"
done
json="compare --workload anon,beside-mmap --threads 2 --runs 2 --faults 64 --writer-rate 0,1000 --format json"
"$sim" $json >"$dir/one" 2>"$dir/err" && LONG=$dir "$sim" $json >"$dir/two" 2>"$dir/err"
cmp "$dir/one" "$dir/two" 2>>"$dir/err"
ok $? "two processes write the same JSON"
FAULTLINE_TURNS_STRICT=1 "$builddir/tests/sim/stress_reclaim" 1000 >"$dir/out" 2>"$dir/err"
ok $? "reclaim, swap, files and fork where a use of freed memory is seen"
