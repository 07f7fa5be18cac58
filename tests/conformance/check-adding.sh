#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Does docs/adding-a-scheme.md, to the letter, give a scheme that passes conformance?  Its code and its commands are taken
# out of the document, in a copy of the tree.  (`make` there is this script's: it makes the row and the pictures' checksums,
# without waiting for Graphviz.)
set -u
: "${srcdir:=.}" "${builddir:=.}" "${CC:=cc}"
src=$(cd "$srcdir" && pwd -P)
build=$(cd "$builddir" && pwd -P)
libs=$(pkg-config --libs criterion liburcu-memb 2>/dev/null) && command -v python3 >/dev/null || {
	echo "1..0 # SKIP the example is run by Criterion's tests and rendered by a script (libcriterion-dev, python3)"
	exit 0
}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
n=0

# ok WHAT: holds if $work/wrong is empty.
ok()
{
	n=$((n + 1))
	if [ -s "$work/wrong" ]; then
		echo "not ok $n - $1"
		head -40 "$work/wrong" | sed 's/^/# /'
	else
		echo "ok $n - $1"
	fi
	: >"$work/wrong"
}

# blocks KIND: the fenced blocks of that kind, one after the other.
blocks()
{
	awk -v fence='^```'"$1"'$' '$0 ~ fence { on = 1; next } /^```$/ { on = 0 } on' "$src/docs/adding-a-scheme.md"
}

mkdir -p "$work/tree/docs" "$work/bin" "$work/o"
cd "$work/tree" || exit 1
cp -R "$src/prototypes" "$src/ADR" "$src/README.md" .
cp -R "$src/docs/graphs" docs
ln -s "$src/docs/tools" docs/tools
for folder in common bench tests; do
	ln -s "$src/$folder" $folder
done
chmod -R u+w .
cat >"$work/bin/make" <<-END
	#!/bin/sh
	# render, graphs, matrix-update: only what the tree's own check looks at.
	cd "$work/tree" || exit 1
	PATH=\${PATH#*:} PYTHONDONTWRITEBYTECODE=1 python3 ADR/tools/evidence.py render --source . --build "$build"
	for picture in adr fault \$(sh prototypes/schemes.sh names .); do
		sh docs/tools/graphs.sh sum . \$picture >docs/graphs/\$picture.svg
	done
END
chmod +x "$work/bin/make"

echo 1..5
mkdir prototypes/try_first
blocks c >prototypes/try_first/try_first.c
blocks sh >"$work/steps"
PATH=$work/bin:$PATH sh -eu "$work/steps" >"$work/out" 2>&1 || cat "$work/out" >"$work/wrong"
[ -s prototypes/try_first/try_first.c ] || echo "the document has no code" >>"$work/wrong"
sh prototypes/schemes.sh rules . >>"$work/wrong" 2>&1
grep -q 'LAB_SCHEME(\[try_first\], \[mmap_lock\])' prototypes/schemes.m4 || echo "configure has no --disable-try-first" >>"$work/wrong"
ok "the steps are carried out, and make and configure know the scheme"

glue=$(awk -v literals=1 -f tests/source/strip.awk prototypes/try_first/try_first.c | sed 's/^[^:]*:[0-9]*://' | grep -c '[^[:space:]]')
[ "$glue" -gt 20 ] && [ "$glue" -lt 40 ] || echo "$glue lines" >>"$work/wrong"
ok "it is $glue lines of glue: under 40"

# The rules that read the sources of schemes; without libclang there is no row.
"$build/faultline" complexity --help >/dev/null 2>&1 && table='|5' || table=
(cd "$work/tree" && find prototypes ADR README.md docs -type f) >"$work/files"
sh tests/source/tree-rules.sh . "$work/files" "$work/files" "$work/files" 2>&1 |
	grep -E -A9 "^not ok ([12346]|12|13$table) " | sed '/^ok /,$d' >>"$work/wrong"
sh docs/tools/graphs.sh check . >>"$work/wrong"
ok "the check of the tree finds nothing missing"

# The scheme, above mmap_lock alone, in each test that every scheme has.
mkdir -p "$work/generated/tests/support" && cd "$work/tree" || exit 1
sh prototypes/schemes.sh registry . mmap_lock try_first >"$work/generated/registry.c"
sh tests/support/schemes.sh try_first >"$work/generated/tests/support/schemes.h"
printf '%s\n' "$work/generated/registry.c" prototypes/try_first/try_first.c tests/support/mm_test.c tests/support/variants.c \
	$(ls tests/conformance/*.c | grep -v gfp_sites) | CC=$CC work=$work xargs -P 2 -n 1 sh -c '
	$CC -std=gnu11 -O0 -Wall -Wextra -Werror -pthread -I"$work/generated" -I. $(pkg-config --cflags criterion liburcu-memb) \
		-c "$0" -o "$work/o/$(echo "$0" | tr / _).o"' >"$work/wrong" 2>&1
[ -s "$work/wrong" ] || $CC -pthread -Wl,--wrap=platform_native_sleep -o "$work/conformance" "$work"/o/*.o "$build/tests/support/libtest.a" "$build/bench/stage/libstage.a" \
	"$build/prototypes/libprototypes.a" "$build/common/libcommon.a" "$build/prototypes/libprototypes.a" "$build/common/libcommon.a" \
	$libs >"$work/wrong" 2>&1
ok "it compiles without a warning"

[ ! -x "$work/conformance" ] || sh "$src/tests/support/run.sh" "$work/conformance" --filter 'try_first/*' >"$work/out" 2>&1 ||
	cat "$work/out" >"$work/wrong"
grep '^not ok' "$work/out" >>"$work/wrong"
# As many as mmap_lock has: each file's tests are expanded for every scheme alike.
passed=$(grep '^ok' "$work/out" | grep -vc '# SKIP')
tests=$("$build/tests/conformance/conformance" --list | sed -n 's/^mmap_lock: \([0-9]*\) tests$/\1/p')
[ "$passed" -ge 25 ] && [ "$passed" = "$tests" ] || echo "$passed tests passed, of $tests" >>"$work/wrong"
ok "it passes each of the $tests conformance tests"
