#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Same program, same seed: the same accesses in the same order, whatever the process, its environment, and
# what ran before in it.  Addresses of programs and stacks are random where this runs, or the test says that they are not.
set -u
prog=${builddir:-.}/tests/sim/turns_hash
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
n=0

ok()
{
	n=$((n + 1))
	[ "$1" = 0 ] && echo "ok $n - $2" || echo "not ok $n - $2"
}

backward=
for s in $SCHEMES; do
	backward="$s $backward"
done
long=$(awk 'BEGIN { while (n++ < 5000) printf "x" }')

echo 1..10
for threads in 1 8 200; do
	rounds=$((threads < 200 ? 40 : 3))
	run="$prog --threads $threads --rounds $rounds"
	$run $SCHEMES >"$work/one" && $run $SCHEMES >"$work/two" && cmp -s "$work/one" "$work/two" && [ -s "$work/one" ]
	ok $? "$threads threads: two processes"
	env -i $run $SCHEMES >"$work/bare" && LONG=$long ANOTHER=1 $run $SCHEMES >"$work/long" &&
		cmp -s "$work/one" "$work/bare" && cmp -s "$work/one" "$work/long"
	ok $? "$threads threads: an empty environment, and a large one"
	$run $backward >"$work/backward" && sort "$work/one" >"$work/a" && sort "$work/backward" | cmp -s "$work/a" -
	ok $? "$threads threads: schemes in the other order"
done
random=$(cat /proc/sys/kernel/randomize_va_space 2>/dev/null)
[ "$random" = 2 ] || echo "# randomize_va_space is ${random:-not known}: addresses were not random"
$prog --seed 2 --threads 8 $SCHEMES >"$work/other" && $prog --seed 1 --threads 8 $SCHEMES >"$work/first" || exit 1
same=$(sort "$work/other" "$work/first" | awk '{ print $2 }' | uniq -d | wc -l)
[ "$same" = 0 ]
ok $? "another seed: other hashes"
