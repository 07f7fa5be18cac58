#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The pictures of docs/graphs.  Each is kept as SVG, so that pages show it anywhere, with the checksum of the DOT text
# that it was drawn from: a check sees without Graphviz that one is stale.
#
#	graphs.sh draw ROOT		draw all
#	graphs.sh check ROOT		name those that are missing or stale
#	graphs.sh sum ROOT NAME		the line of checksum that the picture must have
set -eu

root=$2
here=$(dirname "$0")
schemes=$(sh "$here/../../prototypes/schemes.sh" names "$root")
kept=$(cd "$root/docs/graphs" && ls -- *.dot | sed 's/\.dot$//')

# The DOT text of picture $1.
dot_of()
{
	case $1 in
	adr) PYTHONDONTWRITEBYTECODE=1 python3 "$here/../../ADR/tools/evidence.py" --source "$root" graph ;;
	*)
		if [ -f "$root/docs/graphs/$1.dot" ]; then
			cat "$root/docs/graphs/$1.dot"
		else
			sh "$here/ladder-dot.sh" "$root" "$1"
		fi
		;;
	esac
}

sum_of()
{
	echo "<!-- drawn from DOT with the checksum $(dot_of "$1" | cksum | cut -d' ' -f1) -->"
}

draw()
{
	dot_of "$1" | dot -Tsvg | sed "1a $(sum_of "$1")" >"$root/docs/graphs/$1.svg.tmp"
	mv "$root/docs/graphs/$1.svg.tmp" "$root/docs/graphs/$1.svg"
}

check()
{
	svg=docs/graphs/$1.svg
	if [ ! -f "$root/$svg" ]; then
		echo "$svg is missing: make graphs"
	elif ! grep -qxF "$(sum_of "$1")" "$root/$svg"; then
		echo "$svg is stale: make graphs"
	fi
}

case $1 in
sum)
	sum_of "$3"
	;;
draw | check)
	# The decisions' graph is made by the scripts that read them, which need Python.
	adr=$(command -v python3 >/dev/null && echo adr || :)
	for name in $adr $kept $schemes; do
		"$1" "$name"
	done
	;;
esac
