#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Same program, same seed: the same accesses in the same order, whatever the process, its environment, and
# what ran before in it.  Addresses of programs and stacks are random where this runs, or the test says that they are not.
set -u

. "${srcdir:=.}/tests/support/cli.sh"
prog=$builddir/tests/sim/turns_hash

backward=
for s in $SCHEMES; do
	backward="$s $backward"
done
long=$(awk 'BEGIN { while (n++ < 5000) printf "x" }')

echo 1..10
for threads in 1 8 200; do
	rounds=$((threads < 200 ? 40 : 3))
	run="$prog --threads $threads --rounds $rounds"
	$run $SCHEMES >"$dir/one" && $run $SCHEMES >"$dir/two" && cmp -s "$dir/one" "$dir/two" && [ -s "$dir/one" ]
	ok $? "$threads threads: two processes"
	env -i $run $SCHEMES >"$dir/bare" && LONG=$long ANOTHER=1 $run $SCHEMES >"$dir/long" &&
		cmp -s "$dir/one" "$dir/bare" && cmp -s "$dir/one" "$dir/long"
	ok $? "$threads threads: an empty environment, and a large one"
	$run $backward >"$dir/backward" && sort "$dir/one" >"$dir/a" && sort "$dir/backward" | cmp -s "$dir/a" -
	ok $? "$threads threads: schemes in the other order"
done
random=$(cat /proc/sys/kernel/randomize_va_space 2>/dev/null)
[ "$random" = 2 ] || echo "# randomize_va_space is ${random:-not known}: addresses were not random"
$prog --seed 2 --threads 8 $SCHEMES >"$dir/other" && $prog --seed 1 --threads 8 $SCHEMES >"$dir/first" || exit 1
same=$(sort "$dir/other" "$dir/first" | awk '{ print $2 }' | uniq -d | wc -l)
[ "$same" = 0 ]
ok $? "another seed: other hashes"
