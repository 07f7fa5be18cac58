#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Who includes whom, as a graph: an edge where a floor includes something of another, and within the mm core an
# edge for each module that includes another's header.
#
#	modules-dot.sh floors|mm ROOT
set -eu

root=$2

# "FROM TO", one line an #include "..." that leads to another file of the project.
includes()
{
	(cd "$root" && find common prototypes bench -name '*.[ch]' | LC_ALL=C sort | xargs awk '
		/^#include "(common|prototypes|bench)\// {
			to = $2
			gsub(/"/, "", to)
			print FILENAME, to
		}')
}

case $1 in
floors)
	cat <<-'EOF'
	// Generated from the sources' includes by build-tools/modules-dot.sh.
	digraph floors {
		graph [rankdir=TB, bgcolor=white, nodesep=0.6, ranksep=0.5];
		node [shape=box, style="filled,rounded", fillcolor="#eef3fa", color="#46618f", fontname="sans-serif", fontsize=12, width=2.4];
		edge [color="#46618f", fontname="sans-serif", fontsize=9];
	EOF
	includes | awk '
		function floor(f,  part) {
			split(f, part, "/")
			return part[1] == "common" ? "common/" part[2] : part[1]
		}
		{
			from = floor($1)
			to = floor($2)
			if (from != to)
				n[from " -> " to] = 1
		}
		END {
			for (e in n) {
				split(e, side, " -> ")
				printf "\t\"%s\" -> \"%s\";\n", side[1], side[2]
			}
		}' | LC_ALL=C sort
	echo "}"
	;;
mm)
	cat <<-'EOF'
	// Generated from the includes of the mm core's headers by build-tools/modules-dot.sh.
	digraph mm {
		graph [rankdir=TB, bgcolor=white, nodesep=0.25, ranksep=0.4];
		node [shape=box, style="filled,rounded", fillcolor="#eef3fa", color="#46618f", fontname="sans-serif", fontsize=11];
		edge [color="#46618f"];
	EOF
	includes | awk '
		$1 ~ /^common\/mm\/.*\.h$/ && $2 ~ /^common\/mm\/.*\.h$/ {
			gsub(/^common\/mm\/|\.h$/, "", $1)
			gsub(/^common\/mm\/|\.h$/, "", $2)
			printf "\t\"%s\" -> \"%s\";\n", $1, $2
		}' | LC_ALL=C sort -u
	echo "}"
	;;
esac
