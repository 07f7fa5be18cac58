#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# `faultline place`: the stores that its model assumes are those that `faultline stores` counts; and how it is used.
set -u

. "${srcdir:=.}/tests/support/cli.sh"
trace=$srcdir/tests/bench/tiny.trace


run 0 place --help && grep -q -- '--line-ns' "$dir/out" && grep -q -- '--frames' "$dir/out" &&
	grep -q -- '^--trap-ns is one option' "$dir/out"
ok $? "--help"
refuses "give a trace" place
refuses "give one trace, not several" place "$trace" "$trace"
refuses "unknown scheme 'nothing'" place --schemes nothing "$trace"
refuses "the model knows no walks" place --schemes floor "$trace"
refuses "--cpus=0" place --cpus 0 "$trace"
refuses "--line-ns=much" place --line-ns much "$trace"
refuses "unknown option" place --fast "$trace"
refuses "none: cannot be opened" place "$dir/none"

run 0 place --runs 1 --preset kernel --cpus 64 "$trace" && grep -q -- ' --cpus 64 --trap-ns 200 ' "$dir/out" &&
	grep -q 'its place: ' "$dir/out" && [ "$(grep -c ' least *$' "$dir/out")" -eq 1 ] && grep -q 'by the model: least, or nearer to it than the model' "$dir/out" &&
	grep -q 'by replay, as compare has it: tiny: 1 run of each cannot tell' "$dir/out"
ok $? "a table, of the given machine"
run 0 place --runs 1 --cpus 5 --line-ns 7 --format md "$trace" && grep -q '^| scheme ' "$dir/out"
ok $? "Markdown"
run 0 place --runs 1 --format csv "$trace" && awk -F, 'NF != 3 { exit 1 }' "$dir/out" &&
	[ "$(grep -c ',wins,1$' "$dir/out")" -eq 1 ]
ok $? "CSV, and one winner"
cp "$dir/out" "$dir/csv"

# The stores of a fault to the address space's and the VMA's lines that place assumes, against `faultline
# stores`.
if run 0 stores --rounds 1 --format csv; then
	for scheme in $SCHEMES; do
		counted=$(awk -F, -v s="$scheme" '$1 == s && $5 != "all" { sum[$5 ~ /^vma/] += $6 / $4 }
			END { printf "%g %g", sum[0], sum[1] }' "$dir/out")
		assumed=$(awk -F, -v s="$scheme" '$1 == s && $2 == "mm_stores" { mm = $3 } $1 == s && $2 == "vma_stores" { vma = $3 }
			END { printf "%g %g", mm, vma }' "$dir/csv")
		[ "$counted" = "$assumed" ]
		ok $? "$scheme: $assumed stores to the lines of mm and VMA, as counted"
	done
else
	n=$((n + 1))
	echo "ok $n - stores as counted # SKIP $(head -1 "$dir/err")"
fi
if run 0 place --runs 1 --calibrate "$srcdir/tests/bench/place-sweep.json" "$trace"; then
	grep -q 'the model on that sweep: ratios off' "$dir/out"
	ok $? "calibrated by a sweep"
	refuses "is not a result of faultline sweep" place --calibrate "$srcdir/docs/schemas/sweep.json" "$trace"
else
	grep -q jansson "$dir/err"
	ok $? "without jansson no sweep is read, and that is told"
fi
echo "1..$n"
