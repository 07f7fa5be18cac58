#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The pictures of docs/gallery, made anew.  The page of a recorded program is measured here: on a machine that does nothing
# else.  Needs chromium, gnuplot and java.
#
#	gallery.sh FAULTLINE FOLDER [curves|page]...
set -eu
faultline=$(readlink -f "$1")
folder=$(cd "$2" && pwd)
shift 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# picture PAGE SIZE STYLE NAME
picture()
{
	sed "s|</style>|$3</style>|" "$1" >"$work/shown.html"
	chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --blink-settings=preferredColorScheme=1 \
		--window-size="$2" --screenshot="$work/$4" "file://$work/shown.html" >"$work/browser" 2>&1 || { cat "$work/browser" >&2; exit 1; }
	mv "$work/$4" "$folder/$4"
}

curves()
{
	"$faultline" scale --machine icelake-8336c-2s-64c --cpus 1,2,4,8,16,32,64,128 --faults 256 --fresh --workload anon-one-vma \
		--schemes mmap_lock,per_vma_rwsem,per_vma_refcount,vma_hazptr,seqcount_retry,rcu_everything --format json -o "$work/scale.json"
	"$faultline" report "$work/scale.json" -o "$work/scale.html"
	picture "$work/scale.html" 760,815 'h1,h2,.dim,dl,details,footer{display:none!important}header{border:0!important;margin:0!important;padding-bottom:0!important}' scale.png
}

page()
{
	cat >"$work/Words.java" <<-'END'
		import java.util.stream.*;
		public class Words {
			public static void main(String[] args) {
				var counts = IntStream.range(0, 400000).parallel().boxed().collect(Collectors.groupingByConcurrent(i -> "w" + i % 5003, Collectors.counting()));
				System.out.println(counts.size());
			}
		}
	END
	cd "$work"
	"$faultline" record --then report -o words.trace.zst -- java Words.java
	cd - >/dev/null
	picture "$work"/words.html 1000,1110 '' page.png
}

[ $# -gt 0 ] || set -- curves page
for each; do
	$each
done
