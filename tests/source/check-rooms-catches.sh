#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Is each rule of rooms.sh broken by what it forbids, and by nothing else?  Two small rooms that keep to all of them,
# and one planted violation after the other.
set -u
. "${srcdir:=.}/tests/source/catches.sh"

fresh()
{
	rm -rf "$work/tree" "$work/build"
	mkdir -p "$work/tree/tests/source" "$work/tree/bench/low" "$work/tree/bench/high" "$work/build/bench/low" "$work/build/bench/high"
	cd "$work/tree" || exit 1
	printf 'low:\nhigh: low\n' >tests/source/rooms.list
	for room in low high; do
		printf '# SPDX\n# The room that is %s.\n' $room >bench/$room/automake.mk
	done
	printf '#ifndef BENCH_LOW_A_H\n#define BENCH_LOW_A_H\nint a(void);\n#endif\n' >bench/low/a.h
	printf '#include "bench/low/a.h"\nint a(void)\n{\n\treturn 1;\n}\n' >bench/low/a.c
	printf 'int b(void)\n{\n\treturn 2;\n}\n' >bench/low/b.c
	printf '#include "bench/low/a.h"\nint c(void);\nint c(void)\n{\n\treturn a();\n}\n' >bench/high/c.c
	: >bench/automake.mk
}

# expect RULE NAMED WHAT: exactly this rule (its number; none: "") fails, and the message names NAMED.
expect()
{
	find . -type f | sed 's,^\./,,' >"$work/tracked"
	for c in bench/*/*.c; do
		${CC:-cc} -I. -c "$c" -o "$work/build/${c%/*}/lib-$(basename "$c" .c).o" 2>/dev/null
	done
	out=$(sh "$src/tests/source/rooms.sh" "$work/tree" "$work/tracked" "$work/build")
	verdict "$(wrong_rules "$out" "$1" "$2")" "$3" "$out"
	fresh
}

fresh
expect "" "ok 1" "two rooms that keep to the rules"

mkdir bench/new "$work/build/bench/new"
printf '# SPDX\n# A room.\n' >bench/new/automake.mk
echo 'int d;' >bench/new/d.c
expect 1 "bench/new has no line" "a room that the table does not know"

printf '# SPDX\nsources = a.c\n' >bench/low/automake.mk
expect 1 "bench/low/automake.mk does not say" "a room that does not say what it is"

sed -i 's/^low:/low: high/' tests/source/rooms.list
expect 2 "a circle in the table" "a table that goes round"

printf '#include "bench/high/c.h"\n' >>bench/low/b.c
printf '#ifndef BENCH_HIGH_C_H\n#define BENCH_HIGH_C_H\n#endif\n' >bench/high/c.h
expect 3 "bench/low/b.c:5: low may not include high" "an include that goes up"

printf '#include "tests/support/check.h"\n' >>bench/high/c.c
mkdir -p tests/support
: >tests/support/check.h
expect 3 "high may not include tests" "an include of the tests"

printf 'int b(void);\nint a2(void);\nint a2(void)\n{\n\treturn b();\n}\n' >>bench/low/a.c
printf 'int a(void);\nint b2(void);\nint b2(void)\n{\n\treturn a();\n}\n' >>bench/low/b.c
expect 4 "bench/low/a.o" "two files that call each other"

sed -i 's/BENCH_LOW_A_H/BENCH_A_H/' bench/low/a.h
expect 5 "bench/low/a.h: its guard is BENCH_A_H, not BENCH_LOW_A_H" "a guard of another name"

touch bench/one bench/two bench/three
expect 6 "bench/three: at the top" "a heap at the top"

echo "1..$n"
