#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# `faultline complexity` beside what was counted by hand, beside pmccabe and beside clang-tidy.
set -u

: "${srcdir:=.}" "${builddir:=.}"
src=$(cd "$srcdir" && pwd -P)
here=$src/tests/bench
faultline=$builddir/faultline
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
n=0

"$faultline" complexity --help >"$dir/help" 2>&1
if [ $? -eq 77 ]; then
	echo "1..0 # SKIP $(cat "$dir/help")"
	exit 0
fi

# ok WHAT: holds if $dir/wrong is empty.
ok()
{
	n=$((n + 1))
	if [ -s "$dir/wrong" ]; then
		echo "not ok $n - $1"
		head -20 "$dir/wrong" | sed 's/^/# /'
	else
		echo "ok $n - $1"
	fi
	: >"$dir/wrong"
}

skip()
{
	n=$((n + 1))
	echo "ok $n - $1 # SKIP $2"
}

# The rows of a CSV: name path and what AWK picks of the named columns (c["cyclomatic"] is its number).
csv()
{
	awk -F, -v OFS=' ' 'NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next } $c["what"] == "function" '"$1" "$2"
}

# differ EXPECTED: lines that are only in EXPECTED or only in $dir/got.
differ()
{
	sort "$1" >"$dir/a"
	sort "$dir/got" >"$dir/b"
	comm -23 "$dir/a" "$dir/b" | sed 's/^/expected: /' >"$dir/wrong"
	comm -13 "$dir/a" "$dir/b" | sed 's/^/got:      /' >>"$dir/wrong"
}

: >"$dir/wrong"
echo 1..9

"$faultline" complexity -f csv "$here/counted.c" >"$dir/counted.csv" 2>>"$dir/wrong"
csv '{ v = $c["volume_bits"] + 0; print $c["name"], $c["lines"], $c["cyclomatic"], $c["cognitive"], $c["nesting"], $c["shared"],
	$c["orderings"], $c["locks"], $c["rcu"] }' "$dir/counted.csv" >"$dir/got"
awk '!/^#/ { print $1, $2, $3, $4, $5, $7, $8, $9, $10 }' "$here/counted.expected" >"$dir/expected"
differ "$dir/expected"
ok "each function has the figures that were counted by hand"

csv '{ if ($c["name"] == "twice") print $c["name"], $c["volume_bits"] + 0 }' "$dir/counted.csv" >"$dir/got"
awk '!/^#/ && $6 != "-" { print $1, $6 }' "$here/counted.expected" >"$dir/expected"
differ "$dir/expected"
ok "Halstead's volume, counted by hand"

# One branch more in one place is one more in one figure.
sed 's/int twice(int x) { return x + x; }/int twice(int x) { if (x) x++; return x + x; }/' "$here/counted.c" >"$dir/planted.c"
"$faultline" complexity -f csv "$dir/planted.c" 2>&1 |
	csv '{ print $c["name"], $c["cyclomatic"], $c["cognitive"], $c["nesting"] }' - >"$dir/got"
awk '!/^#/ { m = $1 == "twice"; print $1, $3 + m, $4 + m, $5 + m }' "$here/counted.expected" >"$dir/expected"
differ "$dir/expected"
ok "a planted branch is seen, where it is and nowhere else"

if command -v clang-tidy >/dev/null; then
	# Its notes say what came from a macro.  (What stands unbraced under an if it may miss: counted.c
	# has braces there.)
	clang-tidy --quiet '--checks=-*,readability-function-cognitive-complexity' --config='{CheckOptions: [
		{key: readability-function-cognitive-complexity.Threshold, value: 0},
		{key: readability-function-cognitive-complexity.IgnoreMacros, value: false}]}' \
		"$here/counted.c" -- 2>/dev/null | awk '
		/warning: function/ { match($0, /function .[a-z_]*/); f = substr($0, RSTART + 10, RLENGTH - 10) }
		/note: \+/ { match($0, /\+[0-9]+/); last = substr($0, RSTART + 1, RLENGTH - 1); sum[f] += last }
		/expanded from macro .CHECK/ { sum[f] -= last }
		END { for (f in sum) print f, sum[f] }' >"$dir/got"
	awk '!/^#/ && $4 > 0 { print $1, $4 }' "$here/counted.expected" >"$dir/expected"
	differ "$dir/expected"
	ok "clang-tidy counts the same cognitive complexity"
else
	skip "clang-tidy counts the same cognitive complexity" "no clang-tidy (package clang-tidy)"
fi

"$faultline" complexity --source "$src" -f csv >"$dir/tree.csv" 2>>"$dir/wrong"
if command -v pmccabe >/dev/null; then
	# Each function that both see; a loop whose head is a macro is a word to pmccabe.
	csv '{ print $c["path"] ":" $c["name"], $c["cyclomatic"] }' "$dir/tree.csv" | sort >"$dir/ours"
	(cd "$src" && cut -d: -f1 "$dir/ours" | sort -u | xargs pmccabe) 2>/dev/null |
		sed 's/^[0-9]*\t\([0-9]*\)\t[0-9]*\t[0-9]*\t[0-9]*\t\([^(]*\)([0-9]*): \(.*\)$/\2:\3 \1/' | sort >"$dir/theirs"
	join "$dir/ours" "$dir/theirs" >"$dir/both"
	awk '$2 != $3 && $1 !~ /^common\/mm\/vma\.c:mark_and_wait$/ { print $1 ": " $2 ", pmccabe " $3 }' "$dir/both" >"$dir/wrong"
	awk -v ours="$(wc -l <"$dir/ours")" 'END { if (NR < 0.95 * ours) print "only " NR " of " ours " functions compared" }' \
		"$dir/both" >>"$dir/wrong"
	ok "pmccabe counts the same cyclomatic numbers in the whole tree"
else
	skip "pmccabe counts the same cyclomatic numbers in the whole tree" "no pmccabe (package pmccabe)"
fi

# A new word in atomic.h that the command does not know would go uncounted.
cat "$src/common/sync/atomic.h" "$src/common/sync/rcu.h" | sed -n 's/^#define[[:space:]]*\([A-Za-z_]*\)(.*/\1/p' |
	while read -r word; do
		grep -q "{ \"$word\"," "$src/bench/complexity/primitives.c" || echo "$word"
	done >"$dir/wrong"
ok "every word of atomic.h and rcu.h is known"

for s in $SCHEMES; do
	awk -F, -v s="$s" '$1 == "own" && $2 == s && $8 > 0 { found = 1 } END { exit !found }' "$dir/tree.csv" ||
		echo "$s: no figures of its own"
	awk -F, -v s="$s" '$1 == "function" && (" " $6 " ") ~ " " s " " && $4 ~ /^common\// { n++ } END { exit n < 50 }' \
		"$dir/tree.csv" || echo "$s: reaches next to nothing in common/"
done >"$dir/wrong"
ok "every scheme has code, and reaches the core"

for wrong in "$dir/absent.c" "--source $dir" "--schemes ghost" "--format xml" "--ghost"; do
	# shellcheck disable=SC2086
	"$faultline" complexity $wrong >"$dir/out" 2>"$dir/err"
	[ $? -eq 2 ] && [ ! -s "$dir/out" ] && [ "$(wc -l <"$dir/err")" -eq 1 ] || {
		echo "$wrong:"
		cat "$dir/out" "$dir/err"
	} >>"$dir/wrong"
done
ok "wrong input: one line, status 2, no output"

echo 'int f(void) { return 1 }' >"$dir/broken.c"
"$faultline" complexity "$dir/broken.c" >"$dir/out" 2>"$dir/err"
[ $? -eq 2 ] && grep -q 'broken.c:1' "$dir/err" || cat "$dir/out" "$dir/err" >"$dir/wrong"
ok "what does not parse is told with its place"
