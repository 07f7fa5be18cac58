#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The page of results as people see it: pictures, light and dark, wide and narrow, taken by a headless browser, which also
# measures it: nothing overflows or is cut off, no plot is empty, text can be read on its ground, plots and tables have
# titles.  A page with a fault of each kind must be seen to have it.
set -u

. "${srcdir:=.}/tests/support/cli.sh"
data=$srcdir/tests/bench/report

skip_all() {
	echo "1..0 # SKIP $1"
	exit 77
}
browser=
for each in chromium chromium-browser google-chrome; do
	command -v "$each" >/dev/null && browser=$each && break
done
[ -n "$browser" ] || skip_all "no browser to take pictures with: ./try packages browser"
command -v gnuplot >/dev/null || skip_all "no gnuplot (package gnuplot-nox)"

pictures=$builddir/tests/bench/pictures
mkdir -p "$pictures"
"$faultline" scale --machine skylake-client-4c --cpus 1,2,4 --faults 64 --schemes mmap_lock,per_vma_rwsem --format json \
	-o "$dir/scale.json" 2>"$dir/say"
"$faultline" place --machine skylake-client-4c --schemes mmap_lock,per_vma_rwsem --format json "$srcdir/tests/bench/tiny.trace" \
	>"$dir/place.json" 2>"$dir/say"
scale=
[ -s "$dir/scale.json" ] && scale="$dir/scale.json $dir/place.json"
# shellcheck disable=SC2086
"$faultline" report "$data/compare.json" "$data/sweep.json" $scale "$data/matrix.json" "$data/stores.json" \
	"$srcdir/docs/stories/order-valid.svg" -o "$dir/page.html" 2>"$dir/say"
status=$?
grep -q 'no jansson' "$dir/say" && skip_all "this build has no jansson to read JSON with"
[ $status -eq 0 ]
ok $? "a page of every kind of result"

# Faults that must be seen: wider than the page, a plot without a size, one that is cut off, text on a ground of its own
# colour, a table that nobody names, a plot without a title.
broken() { # NAME SED-SCRIPT
	sed "$2" "$dir/page.html" >"$dir/$1.html"
}
broken wide 's|</main>|<div style="width:1500px">wide</div></main>|'
broken hidden 's|</style>|.chart{display:none!important}</style>|'
broken cut 's|</style>|.plot{overflow:hidden!important;width:90px!important}.chart{min-width:300px!important}</style>|'
broken pale 's|</style>|figcaption{color:var(--card)!important}</style>|'
broken nameless 's|<caption>[^<]*</caption>||'
broken untitled 's|aria-label="[^"]*"><title>[^<]*</title>|>|'
cat >"$dir/test.html" <<-'END'
	<!DOCTYPE html><body><pre id="said"></pre><script>
	const names = ["page", "wide", "hidden", "cut", "pale", "nameless", "untitled"];
	const all = names.flatMap(name => [390, 1280].map(width => [name, width]));
	const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
	const rgb = colour => {
		canvas.clearRect(0, 0, 1, 1);
		canvas.fillStyle = colour;
		canvas.fillRect(0, 0, 1, 1);
		return [...canvas.getImageData(0, 0, 1, 1).data];
	};
	const light = c => [0.2126, 0.7152, 0.0722].reduce((sum, w, i) => {
		const x = c[i] / 255;
		return sum + w * (x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);
	}, 0);
	const contrast = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05);
	/* The ground of an element: the nearest that has a colour. */
	const ground = (view, e) => {
		for (; e; e = e.parentElement) {
			const c = rgb(view.getComputedStyle(e).backgroundColor);
			if (c[3] === 255)
				return c;
		}
		return [255, 255, 255, 255];
	};
	const faint = (view, page) => {
		const walk = page.createTreeWalker(page.body, NodeFilter.SHOW_TEXT), found = new Set();
		for (let node; (node = walk.nextNode());) {
			const e = node.parentElement, style = view.getComputedStyle(e);
			if (!node.data.trim() || !e.getClientRects().length || e.closest("title"))
				continue;
			const ink = rgb(e.closest("svg") ? style.fill : style.color);
			if (ink[3] && contrast(ink, ground(view, e)) < 4.5)
				found.add(e);
		}
		return found.size;
	};
	/* What lies outside of a box that does not scroll. */
	const cut = (view, page) => [...page.querySelectorAll("figure, .plot, .scroll, td, th, dd, p, li")].filter(e =>
		e.scrollWidth > e.clientWidth + 1 && !["auto", "scroll", "visible"].includes(view.getComputedStyle(e).overflowX)).length +
		[...page.querySelectorAll("svg.chart")].filter(svg => [...svg.querySelectorAll("text")].some(t => {
			const a = t.getBoundingClientRect(), b = svg.getBoundingClientRect();
			return a.width && (a.left < b.left - 1 || a.right > b.right + 1);
		})).length;
	Promise.all(all.map(([name, width]) => new Promise(done => {
		const frame = document.createElement("iframe");
		frame.style = "border:0;height:800px;width:" + width + "px";
		frame.src = name + ".html";
		frame.onload = () => {
			const view = frame.contentWindow, page = frame.contentDocument, root = page.documentElement;
			const charts = [...page.querySelectorAll("svg.chart")];
			const empty = charts.filter(c => c.getBoundingClientRect().width < 100 ||
				c.getBoundingClientRect().height < 50 || c.querySelector("g").getBBox().width < 50);
			const untitled = charts.filter(c => !c.getAttribute("aria-label") || !c.querySelector("title")).length +
				[...page.images].filter(i => !i.alt).length;
			const nameless = [...page.querySelectorAll("table")].filter(t => !t.caption || !t.querySelector("th[scope=col]")).length;
			done([name, width, root.scrollWidth <= root.clientWidth ? "fits" : "overflows", "empty", empty.length,
				"cut", cut(view, page), "faint", faint(view, page), "untitled", untitled, "nameless", nameless].join(" "));
		};
		document.body.append(frame);
	}))).then(lines => document.getElementById("said").textContent = "\n" + lines.join("\n") + "\n");
	</script>
END
# Both widths in one picture.
cat >"$dir/both.html" <<-'END'
	<!DOCTYPE html><style>body{margin:0;display:flex;align-items:flex-start;gap:10px;background:#888}
	iframe{border:0;height:5600px}</style>
	<iframe src="page.html" style="width:1280px"></iframe><iframe src="page.html" style="width:390px"></iframe>
END
run_browser() { # ARG...
	timeout 120 "$browser" --headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking \
		--disable-component-update --disable-sync --allow-file-access-from-files --hide-scrollbars --user-data-dir="$dir/profile" \
		--virtual-time-budget=20000 "$@" 2>"$dir/browser"
}

seen() { # TEXT NAME
	grep -qxE "$1" "$dir/say"
	ok $? "$theme: $2"
}
for theme in light dark; do
	scheme=1
	[ $theme = dark ] && scheme=0
	run_browser --blink-settings=preferredColorScheme=$scheme --dump-dom "file://$dir/test.html" >"$dir/dom"
	sed -n '/ \(fits\|overflows\) empty /p' "$dir/dom" >"$dir/say"
	if ! [ -s "$dir/say" ]; then
		n=$((n + 1))
		echo "ok $n - in a browser # SKIP $browser does not run here: $(tail -n 1 "$dir/browser" | cut -c 1-200)"
		echo "1..$n"
		exit 0
	fi
	for width in 390 1280; do
		seen "page $width fits empty 0 cut 0 faint 0 untitled 0 nameless 0" "$width px: fits, whole, readable, named"
		seen "wide $width overflows .*" "$width px: an overflow is seen"
		seen "hidden $width .* empty [1-9].*" "$width px: plots without a size are seen"
		seen "cut $width .* cut [1-9].*" "$width px: plots that are cut off are seen"
		seen "pale $width .* faint [1-9].*" "$width px: text on its own colour is seen"
		seen "nameless $width .* nameless [1-9].*" "$width px: tables without a name are seen"
		seen "untitled $width .* untitled [1-9].*" "$width px: plots without a title are seen"
	done
	rm -f "$pictures/$theme.png"
	run_browser --blink-settings=preferredColorScheme=$scheme --window-size=1680,5600 --screenshot="$pictures/$theme.png" \
		"file://$dir/both.html" >"$dir/out"
	# PNG's IHDR: the window's width and height.
	[ "$(od -An -tu1 -j16 -N8 "$pictures/$theme.png" 2>/dev/null | tr -s ' ')" = " 0 0 6 144 0 0 21 224" ]
	ok $? "$theme: a picture, wide and narrow: $pictures/$theme.png"
done
! cmp -s "$pictures/light.png" "$pictures/dark.png"
ok $? "the dark picture is another than the light one"
echo "1..$n"
