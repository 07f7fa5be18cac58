#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Is each rule of tree-rules.sh broken by what it forbids, and by nothing else?  A small tree that keeps
# to all of them, and one planted violation after the other.
set -u
. "${srcdir:=.}/tests/source/catches.sh"

# A tree with two schemes and a test, and its three lists: made once, copied for each case.
fresh()
{
	cd "$work" || exit 1
	rm -rf tree
	cp -R whole/. .
	cd tree || exit 1
}

make_whole()
{
	mkdir -p "$work/tree/prototypes" "$work/tree/ADR" "$work/tree/tests" "$work/tree/common" "$work/tree/bench" \
		"$work/tree/docs/graphs"
	cd "$work/tree" || exit 1
	number=1
	below=
	for s in base fast; do
		mkdir "prototypes/$s"
		number=$((number + 1))
		{
			echo "/* SPDX-License-Identifier: GPL-2.0-or-later */"
			echo "static const struct scheme_counter ${s}_counters[] = {"
			printf '\t[DONE] = { "done", COUNTS_DONE, "faults handled" },\n'
			[ -z "$below" ] || printf '\t[BUSY] = { "busy", COUNTS_FELL, "it was busy" },\n'
			printf '};\n'
			echo "const struct scheme scheme_$s = {"
			printf '\t.name = "%s",\n\t.adr = %s,\n\t.counters = %s_counters,\n' $s $number $s
			[ -z "$below" ] || printf '\t.below = { "%s" },\n' "$below"
			echo "};"
		} >"prototypes/$s/$s.c"
		printf -- '---\nstatus: proposed\ndate: 2026-01-02\nscheme: %s\nsupersedes: none\n---\n# ADR-000%s: Words\n' \
			$s $number >"ADR/000$number-$s.md"
		echo "$s" >>prototypes/schemes.list
		echo "| \`$s\` | what it is |" >>README.md
		below=$s
	done
	echo "/* SPDX-License-Identifier: GPL-2.0-or-later */" >common/core.c
	cp common/core.c tests/planted.c
	printf '#!/bin/sh\n# SPDX-License-Identifier: GPL-2.0-or-later\ncc planted.c\n' >tests/seam.sh
	# Files that pass for pictures of this tree.
	for s in adr base fast; do
		sh "$src/docs/tools/graphs.sh" sum "$work/tree" $s >docs/graphs/$s.svg
	done
	find . -type f | sed 's,^\./,,' | sort >"$work/tracked"
	cp "$work/tracked" "$work/distributed"
	grep '\.c$' "$work/tracked" | grep -v planted >"$work/compiled"
	echo "prototypes/registry.c" >>"$work/compiled"
	mkdir "$work/whole"
	cd "$work" && cp -R tree tracked distributed compiled whole
}

# expect RULES NAMED WHAT: exactly these rules (their numbers) fail, and the message names NAMED.
expect()
{
	out=$(sh "$src/tests/source/tree-rules.sh" "$work/tree" "$work/tracked" "$work/distributed" "$work/compiled")
	verdict "$(wrong_rules "$out" "$1" "$2")" "$3" "$out"
	fresh
}

add()
{
	echo "$1" >>"$work/tracked"
	echo "$1" >>"$work/distributed"
}

echo 1..27
make_whole
fresh
expect "" "ok 10" "the small tree keeps to every rule"

: >prototypes/schemes.list
expect "1 6" "names no scheme" "an empty list"

echo ghost >>prototypes/schemes.list
expect "2 3 4 5 11 12" "ghost: no prototypes/FOLDER/ghost.c" "a scheme without folder, ADR and row"

sed -i 's/scheme_fast/scheme_quick/' prototypes/fast/fast.c
expect "2" "no 'const struct scheme scheme_fast'" "a scheme under another symbol"

sed -i 's/name = "fast"/name = "quick"/' prototypes/fast/fast.c
expect "2" "another .name" "a scheme under another name"

sed -i 's/below = { "base"/below = { "base", "later"/' prototypes/fast/fast.c
expect "3" "falls back to 'later'" "a chain to a scheme that is not there"

rm ADR/0003-fast.md
expect "4 11" "has 'scheme: fast'" "a scheme without ADR"

sed -i '/^scheme:/d; $a scheme: fast' ADR/0003-fast.md
expect "4 11" "has 'scheme: fast'" "an ADR that names its scheme outside the front matter"

sed -i 's/adr = 3/adr = 7/' prototypes/fast/fast.c
expect "4" "says .adr = '7'" "a scheme that names another ADR"

sed -i '/fast/d' README.md
expect "5" "fast: has no row" "a scheme that README forgets"

sed -i '/fast/d' prototypes/schemes.list
expect "6" "prototypes/fast/fast.c is not in schemes.list" "a page that the list forgets"

# An answer to an open question of fast, in its folder, in fast's ADR.
sed 's/fast/fast_slow/g' prototypes/fast/fast.c >prototypes/fast/fast_slow.c
echo fast_slow >>prototypes/schemes.list
add prototypes/fast/fast_slow.c
echo prototypes/fast/fast_slow.c >>"$work/compiled"
sh "$src/docs/tools/graphs.sh" sum "$work/tree" fast_slow >docs/graphs/fast_slow.svg
expect "4" "fast_slow: its source says .adr = '3', which does not speak of it" "an answer that no ADR speaks of"

yes '/* padding */' | head -n 200 >>prototypes/fast/fast.c
expect "2" "fast: prototypes/fast/fast.c is longer than a page" "a page of more than 200 lines"

sed -i 1d common/core.c
expect "7" "common/core.c: no SPDX" "a C file without licence"

sed -i 2d tests/seam.sh
expect "7" "tests/seam.sh: no SPDX" "a script without licence"

cp common/core.c tests/forgotten.c
add tests/forgotten.c
expect "8" "tests/forgotten.c: no target" "a test that nobody compiles"

echo common/local.c >>"$work/compiled"
expect "9" "common/local.c: is compiled" "a source that is only on this machine"

sed -i '/core\.c/d' "$work/distributed"
expect "10" "common/core.c: make dist leaves it out" "a file that make dist forgets"

rm docs/graphs/base.svg
expect "11" "base.svg is missing" "a scheme without a picture"

sed -i 's/struct scheme {/&/; $a [FELL] = { "fell", COUNTS_FELL, "always" },' prototypes/fast/fast.c
expect "11" "fast.svg is stale" "a counter that the picture does not know"

sed -i 's/\.counters = /.numbers = /' prototypes/fast/fast.c
expect "12" "fast: its struct scheme has no .counters" "a scheme without counters"

sed -i '/"done"/d' prototypes/fast/fast.c
expect "11 12" 'fast: counts no "done"' "a scheme that does not count what it handles"

sed -i '/"busy"/d' prototypes/fast/fast.c
expect "11 12" 'fast: counts no fault that fell' "a scheme that does not count what it sends down"

printf 'static enum fault_result fast_fault(void)\n{\n}\n' >>prototypes/fast/fast.c
expect "13" "fast: fast_fault stands behind scheme_fast" "a scheme whose parts are out of order"

echo 'AC_DEFINE([HAVE_THAT], [1], [])' >configure.ac
printf '#include "config.h"\n#ifdef HAVE_THAT\n#endif\n' >>common/core.c
printf '#ifndef HAVE_THAT\n#endif\n#include "config.h"\n' >>tests/planted.c
expect "14" "tests/planted.c:2: asks what was configured" "a feature that no header has told"

# An order in a function of that name; then in another.
printf 'static void first(int *x)\n{\n\tsmp_mb();\n}\n\nvoid last(int *x)\n{\n\tsmp_wmb();\n}\n' >>common/core.c
mkdir tests/explore
printf '# line\nfirst (common/core.c:90)\tseq_cst\t-\tnobody\tsmp_mb();\n' >tests/explore/orders.tsv
expect "" "ok 15" "an order whose line has moved"

printf 'static void first(int *x)\n{\n\tsmp_mb();\n}\n\nvoid last(int *x)\n{\n\tsmp_wmb();\n}\n' >>common/core.c
mkdir tests/explore
printf 'last (common/core.c:4)\tseq_cst\t-\tnobody\tsmp_mb();\n' >tests/explore/orders.tsv
expect "15" 'last (common/core.c:4): no line "smp_mb();" there' "an order that is another function's"
