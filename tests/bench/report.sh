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
has 4 'aria-label="Mean time of a fault' "bars for each trace and workload"
has 4 'aria-label="Latency of a fault' "curves for each trace and workload"
has 1 'aria-label="The fastest' "the map"
grep -q "fill = .var(--a" "$dir/page.html"
ok $? "a cell of the map that one scheme wins has its colour"
has 2 'table class="cells matrix"' "the matrix, both sides"
has 0 '<script' "no script"
has 0 '<b onclick' "markup in a name is escaped"
has 1 "--trace 'it&#39;\\&#39;&#39;s a trace' --format=json" "the command can be typed again"
has 0 'rgb(' "every colour of a plot follows the page's"
grep -qF '&lt;b onclick=&quot;x&quot;&gt;`date` ~1~ &amp;amp; @x' "$dir/page.html"
ok $? "a name is shown as it is, in plots, too"
! grep -oE '(src|href)="[^#][^"]*"|url\([^)]*\)|@import' "$dir/page.html" >"$dir/say"
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
	sed -n '/<tr><th>.*>host</p' "$dir/host.html" | grep -q 'class="n">-</td>' &&
	! sed -n '/<tr><th>.*>host</p' "$dir/host.html" | head -1 | grep -qE 'faster|slower'
ok $? "a column of the host: in plots and tables, without a ratio to the baseline"

# --- in a browser ----------------------------------------------------------------------------------

skip() {
	n=$((n + 1))
	echo "ok $n - in a browser # SKIP $1"
	echo "1..$n"
	exit 0
}
browser=
for each in chromium chromium-browser google-chrome; do
	command -v "$each" >/dev/null && browser=$each && break
done
[ -n "$browser" ] || skip "no browser: ./try packages browser"

# Two that must be caught: something wider than the page, and a plot without a size.
sed 's|</main>|<div style="width:1500px">wide</div></main>|' "$dir/page.html" >"$dir/wide.html"
sed 's|</style>|.chart{display:none!important}</style>|' "$dir/page.html" >"$dir/hidden.html"
cat >"$dir/test.html" <<-'END'
	<!DOCTYPE html><body><pre id="said"></pre><script>
	const all = ["page", "wide", "hidden"].flatMap(name => [390, 1280].map(width => [name, width]));
	Promise.all(all.map(([name, width]) => new Promise(done => {
		const frame = document.createElement("iframe");
		frame.style = "border:0;height:800px;width:" + width + "px";
		frame.src = name + ".html";
		frame.onload = () => {
			const page = frame.contentDocument, root = page.documentElement;
			const charts = [...page.querySelectorAll("svg.chart")];
			const empty = charts.filter(c => c.getBoundingClientRect().width < 100 ||
				c.getBoundingClientRect().height < 50 || c.querySelector("g").getBBox().width < 50);
			done([name, width, root.scrollWidth <= root.clientWidth ? "fits" : "overflows", charts.length, empty.length].join(" "));
		};
		document.body.append(frame);
	}))).then(lines => document.getElementById("said").textContent = "\n" + lines.join("\n") + "\n");
	</script>
END
timeout 120 "$browser" --headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking \
	--disable-component-update --disable-sync --allow-file-access-from-files --user-data-dir="$dir/profile" \
	--virtual-time-budget=20000 --dump-dom "file://$dir/test.html" >"$dir/dom" 2>"$dir/browser"
sed -n 's/^\(page\|wide\|hidden\) /&/p' "$dir/dom" >"$dir/say"
[ -s "$dir/say" ] || skip "$browser does not run here: $(tail -n 1 "$dir/browser" | cut -c 1-200)"

measured() { # LINE NAME
	grep -qx "$1" "$dir/say"
	ok $? "in a browser: $2"
}
for width in 390 1280; do
	measured "page $width fits 11 0" "$width px wide: no overflow, no plot is empty"
	measured "hidden $width [a-z]* 11 11" "$width px wide: plots without a size are seen"
done
measured "wide 390 overflows 11 0" "390 px wide: an overflow is seen"
measured "wide 1280 overflows 11 0" "1280 px wide: an overflow is seen"
echo "1..$n"
