#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# docs/graphs/calls-SCHEME.svg: the calls of each scheme's fault, as libclang reads them, with the checksum of the DOT text.
#
#	call-graphs.sh draw ROOT COMPLEXITY.json	draw all
#	call-graphs.sh check ROOT COMPLEXITY.json	name those that are missing, stale or shown nowhere
set -eu

root=$2
dot="python3 $(dirname "$0")/calls-dot.py"

for scheme in $($dot names "$3"); do
	svg=docs/graphs/calls-$scheme.svg
	sum="<!-- drawn from DOT with the checksum $($dot dot "$3" "$scheme" | cksum | cut -d' ' -f1) -->"
	case $1 in
	draw)
		$dot dot "$3" "$scheme" | dot -Tsvg | sed "1a $sum" >"$root/$svg.tmp"
		mv "$root/$svg.tmp" "$root/$svg"
		;;
	check)
		if ! grep -qxF "$sum" "$root/$svg" 2>/dev/null; then
			echo "$svg is missing or stale: make graphs"
		fi
		grep -qF "(graphs/calls-$scheme.svg)" "$root/docs/call-graphs.md" ||
			echo "docs/call-graphs.md does not show $svg"
		;;
	esac
done
