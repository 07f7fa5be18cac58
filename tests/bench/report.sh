#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The page of results: every plot and table that the input asks for, text escaped, wrong input refused in one
# line; and in a real browser, where there is one, no plot is empty and nothing overflows.
set -u

. "${srcdir:=.}/tests/support/cli.sh"
data=$srcdir/tests/bench/report

"$faultline" report "$data/stores.json" >"$dir/page" 2>"$dir/say"
if grep -q "no jansson" "$dir/say"; then
	echo "1..0 # SKIP this build has no jansson to read JSON with"
	exit 77
fi

# It must exit with STATUS, say one line on stderr that holds TEXT, and leave no file.
refused() { # STATUS TEXT ARG...
	status=$1 text=$2
	shift 2
	rm -f "$dir/page"
	"$faultline" report "$@" -o "$dir/page" >"$dir/out" 2>"$dir/say"
	[ $? -eq "$status" ] && [ ! -s "$dir/out" ] && [ ! -e "$dir/page" ] && [ "$(wc -l <"$dir/say")" -eq 1 ] &&
		grep -qF -- "$text" "$dir/say"
	ok $? "refused: $text"
}

# changed FILE SED-SCRIPT: an input with something wrong; it must differ.
changed() {
	sed "$2" "$data/$1" >"$dir/$1"
	! cmp -s "$data/$1" "$dir/$1" || echo "# the change of $1 changes nothing"
}

refused 2 "give files"
refused 2 "nosuch.json" "$dir/nosuch.json"
refused 2 "unknown option" --nosuch "$data/stores.json"
changed stores.json 's/stores.1/stores\/99/'
refused 2 "stores.json: schema: 'faultline/stores/99'" "$dir/stores.json"
head -c 900 "$data/compare.json" >"$dir/cut.json"
refused 2 "cut.json:" "$dir/cut.json"
: >"$dir/empty.json"
refused 2 "empty.json:" "$dir/empty.json"
echo '[]' >"$dir/array.json"
refused 2 "array.json: schema: text is missing" "$dir/array.json"
changed stores.json 's/"lines_per_fault":[0-9.]*/"lines_per_fault":1e300/'
refused 2 "stores.json: schemes[0].lines_per_fault: the number is too large" "$dir/stores.json"
changed stores.json 's/"lines_per_fault":[0-9.]*/"lines_per_fault":1e999/'
refused 2 "stores.json:" "$dir/stores.json"
changed stores.json 's/"lines_per_fault":[0-9.]*/"lines_per_fault":NaN/'
refused 2 "stores.json:" "$dir/stores.json"
changed stores.json 's/"faults":[0-9]*/"faults":-1/'
refused 2 "stores.json: schemes[0].faults: the number is below 0" "$dir/stores.json"
changed compare.json 's/"mean_ns":/"other":/'
refused 2 "mean_ns: a number is missing" "$dir/compare.json"
changed matrix.json 's/"fault_does":"[a-z ]*"/"fault_does":7/'
refused 2 "matrix.json: cells[0].fault_does: the value must be text" "$dir/matrix.json"
changed sweep.json 's/"cell":1,/"cell":0,/'
refused 2 "sweep.json: cells[1]: the same cell is there twice" "$dir/sweep.json"
changed sweep.json 's/"cell":1,/"cell":4000000000,/'
refused 2 "sweep.json: cells[1].cell: the number is too large" "$dir/sweep.json"
changed sweep.json 's/"best":"[a-z_]*"/"best":"nosuch"/'
refused 2 "among the parameters" "$dir/sweep.json"
refused 2 "cut.json:" "$data/stores.json" "$dir/cut.json"

PATH=$dir "$faultline" report "$data/compare.json" -o "$dir/page" >"$dir/out" 2>"$dir/say"
[ $? -eq 77 ] && [ ! -e "$dir/page" ] && [ "$(wc -l <"$dir/say")" -eq 1 ] && grep -q gnuplot-nox "$dir/say"
ok $? "without gnuplot: 77, and the package's name"

if ! command -v gnuplot >/dev/null; then
	n=$((n + 1))
	echo "ok $n - plots # SKIP no gnuplot (package gnuplot-nox)"
	echo "1..$n"
	exit 0
fi

# The page of everything; a name in it that tries to be markup, and a command of gnuplot's.
evil='<b onclick=\\"x\\">`date` ~1~ \&amp; @x'
sed "s|\"name\":\"beside-mmap\"|\"name\":\"$evil\"|; s|\"name\":\"per_vma_rwsem\"|\"name\":\"$evil\"|g
	s|tests/bench/tiny.trace|it's a trace|" "$data/compare.json" >"$dir/compare.json"
"$faultline" report "$dir/compare.json" "$data/sweep.json" "$data/matrix.json" "$data/stores.json" -o "$dir/page.html" >"$dir/out" 2>"$dir/say"
status=$?
[ $status -eq 0 ] && [ ! -s "$dir/out" ] && [ ! -s "$dir/say" ]
ok $? "a page of four files"

has() { # COUNT TEXT NAME: TEXT is there in COUNT lines
	found=$(grep -cF -- "$2" "$dir/page.html")
	[ "$found" -eq "$1" ] || echo "found $found" >"$dir/say"
	[ "$found" -eq "$1" ]
	ok $? "$3"
}
# 4 cases of compare have bars and curves each; the map has a plot, and each of its rows.
has 11 '<svg class="chart"' "as many plots as the input asks for"
has 1 'aria-label="Time in the mm per fault' "dots for each trace"
has 3 'aria-label="Mean time of a fault' "dots for each workload"
has 4 'aria-label="Latency of a fault' "curves for each trace and workload"
has 1 'aria-label="The fastest' "the map"
grep -q "fill = .color-mix(in srgb,var(--a" "$dir/page.html"
ok $? "a cell of the map that one scheme wins has its colour"
has 2 'table class="cells matrix"' "the matrix, both sides"
has 0 '<script' "no script"
has 0 '<b onclick' "markup in a name is escaped"
has 1 "--trace 'it&#39;\\&#39;&#39;s a trace' --format=json" "the command can be typed again"
has 0 'rgb(' "every colour of a plot follows the page's"
grep -qF '&lt;b onclick=&quot;x&quot;&gt;`date` ~1~ &amp;amp; @x' "$dir/page.html"
ok $? "a name is shown as it is, in plots, too"
! grep -oE '(src|href)="[^#d][^"]*"|url\([^)]*\)|@import' "$dir/page.html" >"$dir/say"
ok $? "it refers to nothing outside"
LC_ALL=C grep -q "$(printf '\001')" "$dir/page.html" && false || grep -q '</html>' "$dir/page.html"
ok $? "whole, with no mark left over"
! grep -q 'PARTIAL' "$dir/page.html"
ok $? "a whole sweep is not called partial"
sed 's/"complete":true/"complete":false/; s/"cells_in_all":6/"cells_in_all":12/' "$data/sweep.json" >"$dir/sweep.json"
"$faultline" report "$dir/sweep.json" 2>"$dir/say" | grep -q 'Partial: only 6 of 12 cells'
ok $? "a part of a sweep is called partial"

# The running kernel as a column: named, drawn beside the others, never compared with them.
"$faultline" report "$data/host.json" >"$dir/host.html" 2>"$dir/say" && [ "$(grep -c '<svg class="chart"' "$dir/host.html")" -eq 4 ] &&
	grep -q '<p class="legend">.*>host</span>' "$dir/host.html" &&
	sed -n '/<tr><th scope="row">.*>host</p' "$dir/host.html" | grep -q 'class="n">-</td>' &&
	! sed -n '/<tr><th scope="row">.*>host</p' "$dir/host.html" | grep -qE 'faster|slower' &&
	! sed -n '/class="answer"/,/<nav/p' "$dir/host.html" | grep -q ' host'
ok $? "a column of the host: in tables, without a ratio to the baseline, and no part of the answer"

# What place says, and its tables: mmap_lock's time on one CPU as the document has it.
"$faultline" place --machine skylake-client-4c --schemes mmap_lock,rcu_everything --format json "$srcdir/tests/bench/tiny.trace" >"$dir/place.json" 2>"$dir/say"
if [ $? -eq 77 ]; then
	skipped "a page of place" "$(head -1 "$dir/say")"
else
	ms=$(awk '/"mm_ns"/ { gsub(/[^0-9.]/, ""); printf "%.3f", $0 / 1e6; exit }' "$dir/place.json")
	"$faultline" report "$dir/place.json" >"$dir/page.html" 2>"$dir/say" && grep -q '<p>On the simulated machine skylake-client-4c:' "$dir/page.html" &&
		grep -q '^<li>tiny, at its own pace: ' "$dir/page.html" && [ "$(grep -c '<caption>A.* the baseline' "$dir/page.html")" -eq 2 ] &&
		grep -qF "<td class=\"n\">$ms (1.00)</td>" "$dir/page.html"
	ok $? "a page of place: the answer, and a table for each pace"
	sed 's/"share_of_mm"/"other"/' "$dir/place.json" >"$dir/odd.json"
	refused 2 "share_of_mm: a number is missing" "$dir/odd.json"
fi

# --- the answer is about the samples -------------------------------------------------------------------

if command -v python3 >/dev/null; then
	# changed_runs PYTHON: the page of compare.json whose last workload has other samples; c is its columns by name.
	changed_runs() {
		python3 - "$data/compare.json" "$dir/other.json" "$1" <<-'END'
			import copy, json, sys
			j = json.load(open(sys.argv[1]))
			c = {column["name"]: column for column in j["workloads"][-1]["columns"]}
			exec(sys.argv[3])
			json.dump(j, open(sys.argv[2], "w"))
		END
		"$faultline" report "$dir/other.json" 2>"$dir/say" | sed -n '/class="answer"/,/<\/ul>/p' | sed -n 's/^<li>beside-mmap, writer at full speed: //p' >"$dir/out"
	}
	changed_runs 'pass'
	grep -q '^per_vma_rwsem and rcu_everything win: somewhere from [0-9.]* to [0-9.]* times as fast as mmap_lock; between them the runs show no difference' "$dir/out"
	ok $? "the answer names the winners and by how much"
	changed_runs 'c["mmap_lock"]["runs"], c["rcu_everything"]["runs"] = c["rcu_everything"]["runs"], c["mmap_lock"]["runs"]'
	grep -q '^the runs show nothing faster than mmap_lock; rcu_everything takes [0-9.]* times as long' "$dir/out"
	ok $? "two schemes' samples are swapped, and so are the names"
	changed_runs 'for column in c.values(): column["runs"] = copy.deepcopy(c["mmap_lock"]["runs"])'
	grep -q '^7 runs show no difference between the schemes' "$dir/out"
	ok $? "equal samples are no difference"
	changed_runs 'for column in c.values(): column["runs"] = column["runs"][:3]'
	grep -q '^3 runs of each cannot tell 3 schemes apart' "$dir/out"
	ok $? "half of the runs tell nothing"
fi
"$faultline" report "$data/compare.json" "$srcdir/docs/stories/order-valid.svg" >"$dir/story.html" 2>"$dir/say" &&
	[ "$(grep -c '<img class="story" alt="The story order-valid.svg, step by step" src="data:image/svg+xml;base64,PHN2Zy' "$dir/story.html")" -eq 1 ]
ok $? "a story of explore"
printf 'no drawing' >"$dir/bad.svg"
refused 2 "bad.svg: is not a drawing of 'faultline explore --diagram'" "$dir/bad.svg"
echo "1..$n"
