#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The command on the engine, on recorded programs and workloads at 1, 8 and 200 threads: it checks VMAs and contents against
# the recording and between all runs of all schemes, and that nothing leaks.  And all ends as natively.
set -u

. "${srcdir:=.}/tests/support/cli.sh"
engine=$builddir/tests/sim/faultline

# in_json PROGRAM FILE ARGUMENT...
in_json()
{
	program=$1 file=$2
	shift 2
	rm -f "$file"
	"$program" compare "$@" --format json -o "$file" 2>"$dir/err"
}

# What the order of threads does not decide: what each address space held at its end, what a workload's threads did, and
# the VMAs that they left.  All runs of all schemes agree on it, or compare would have said so: it is told once.
decided()
{
	awk '
	/^   "name":/ { of = $0; line = "" }
	/^   "case":/ { of = of $0 }
	/"line":/ { line = $0 }
	/"([a-z]+_hash|vmas_mismatched|final_maps_differ|unexpected)":/ {
		gsub(/[ ,]+/, " ")
		if (!told[of, line, $0]++)
			print of line $0
	}' "$1"
}

# alike: is all decided on the engine as it is natively?  What is not is in $dir/out.
alike()
{
	decided "$dir/native" >"$dir/a" && decided "$dir/engine" >"$dir/b" && [ -s "$dir/a" ] && diff "$dir/a" "$dir/b" >"$dir/out"
}

# planted WHAT TRACE TRACE: alike() sees a difference, and just this, between what one leaves natively, the other on the engine.
planted()
{
	in_json "$faultline" "$dir/native" --runs 0 --schemes mmap_lock --trace "$2" &&
		in_json "$engine" "$dir/engine" --runs 0 --schemes mmap_lock --trace "$3" && ! alike &&
		[ "$(sed -n 's/^>.*"\(.*\)":.*/\1/p' "$dir/out" | xargs)" = "$1" ]
	ok $? "planted: $1"
}

"$faultline" list --format json >"$dir/out" 2>"$dir/err" || {
	echo "1..0 # SKIP $(cat "$dir/err")"
	exit 77
}

# With FAULTLINE_LONG set all schemes also at 1 and 8 threads.  With SIM_LONG set all recorded programs and workloads under all
# schemes, at each number of threads, natively as well: an hour on two CPUs, which 200 threads share there.
first=$(echo $SCHEMES | awk '{ print $1 }')
few=$(echo $SCHEMES | awk '{ print $1 (NF > 1 ? "," $NF : "") }')
traces=$srcdir/bench/traces/sqlite.trace.zst
workloads_1=all schemes_1=$few faults_1=64
workloads_8=anon-one-vma,file-shared,thread-start,beside-fork schemes_8=$few faults_8=64
workloads_200=beside-mmap schemes_200=$few faults_200=8
if [ "${SIM_LONG:-}${FAULTLINE_LONG:-}" ]; then
	schemes_1= schemes_8=
fi
if [ "${SIM_LONG:-}" ]; then
	traces=$(echo "$srcdir"/bench/traces/*.trace.zst)
	workloads_8=all workloads_200=all schemes_200=
fi

for threads in 1 8 200; do
	eval "workloads=\$workloads_$threads schemes=\$schemes_$threads faults=\$faults_$threads"
	set -- --trace $traces --threads $threads
	in_json "$engine" "$dir/engine" "$@" --runs 1 ${schemes:+--schemes "$schemes"}
	ok $? "recorded programs, $threads threads"
	[ "${SIM_LONG:-}" ] && set -- "$@" --runs 1 || set -- "$@" --runs 0 --schemes "$first"
	in_json "$faultline" "$dir/native" "$@" && alike
	ok $? "they leave the same VMAs, contents and entries as natively"

	set -- --workload $workloads --threads $threads --faults $faults --writer-rate max --runs 1
	in_json "$engine" "$dir/engine" "$@" ${schemes:+--schemes "$schemes"}
	ok $? "workloads, $threads threads"
	[ "${SIM_LONG:-}" ] || [ $threads -lt 200 ] || continue
	[ "${SIM_LONG:-}" ] || set -- "$@" --schemes "$first"
	in_json "$faultline" "$dir/native" "$@" && alike
	ok $? "they do the same, and leave the same VMAs, as natively"
done

# Would a difference be seen?  A page that is not written to, rights that change elsewhere.
sed '/ u /d' "$srcdir/tests/bench/tiny.trace" >"$dir/tiny.trace"
sed '/ F 7f0000001000 /d' "$dir/tiny.trace" >"$dir/unwritten.trace"
sed 's/ 7f0000001000 1000 1 0 5/ 7f0000008000 1000 1 0 5/' "$dir/tiny.trace" >"$dir/elsewhere.trace"
planted "pages_hash ptes_hash" "$dir/tiny.trace" "$dir/unwritten.trace"
planted "vmas_hash ptes_hash" "$dir/tiny.trace" "$dir/elsewhere.trace"

json="compare --workload anon,beside-mmap --threads 2 --runs 2 --faults 64 --writer-rate 0,1000 --format json"
for run in one two; do
	LONG=$run-$dir "$engine" $json >"$dir/json" 2>"$dir/err" && sed '/^ "date":/d' "$dir/json" >"$dir/$run" || break
done
[ -s "$dir/two" ] && cmp "$dir/one" "$dir/two" >"$dir/out"
ok $? "two processes write the same JSON, but for its date"
FAULTLINE_TURNS_STRICT=1 "$builddir/tests/sim/stress_reclaim" 1000 >"$dir/out" 2>"$dir/err"
ok $? "reclaim, swap, files and fork where a use of freed memory is seen"
echo "1..$n"
