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

one()
{
	"$@" $SCHEMES >"$dir/one" && [ -s "$dir/one" ]
}

# Are the hashes those of one(): in another process, in other environments, with the schemes in the other order?
processes()
{
	"$@" $SCHEMES | cmp -s "$dir/one" -
}

environments()
{
	env -i "$@" $SCHEMES | cmp -s "$dir/one" - && LONG=$long ANOTHER=1 "$@" $SCHEMES | cmp -s "$dir/one" -
}

orders()
{
	sort "$dir/one" >"$dir/a" && "$@" $backward | sort | cmp -s "$dir/a" -
}

for threads in 1 8 200; do
	set -- "$prog" --threads $threads --rounds $((threads < 200 ? 40 : 3))
	one "$@" || exit 1
	processes "$@"
	ok $? "$threads threads: two processes"
	environments "$@"
	ok $? "$threads threads: an empty environment, and a large one"
	orders "$@"
	ok $? "$threads threads: schemes in the other order"
done
$prog --seed 2 --threads 8 $SCHEMES >"$dir/other" && $prog --seed 1 --threads 8 $SCHEMES >"$dir/first" || exit 1
same=$(sort "$dir/other" "$dir/first" | awk '{ print $2 }' | uniq -d | wc -l)
[ "$same" = 0 ]
ok $? "another seed: other hashes"

# What each of these is there to catch.
random=$(cat /proc/sys/kernel/randomize_va_space 2>/dev/null)
for check in processes environments; do
	if [ "$random" = 2 ]; then
		one "$prog" --threads 2 --rounds 16 --plant address && ! $check "$prog" --threads 2 --rounds 16 --plant address
		ok $? "planted: an address of the host decides, seen in two $check"
	else
		skipped "planted: an address of the host decides" "randomize_va_space is ${random:-not known}: addresses are not random"
	fi
done
if [ "$(echo $SCHEMES | wc -w)" -gt 1 ]; then
	one "$prog" --threads 2 --rounds 16 --plant past && ! orders "$prog" --threads 2 --rounds 16 --plant past
	ok $? "planted: earlier runs decide, seen in two orders"
fi
echo "1..$n"
