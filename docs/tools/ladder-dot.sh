#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The ladder that a fault goes down under a scheme, as a graph made of what the scheme itself counts: counters of the kind
# COUNTS_FELL lead to the rung below, those of the kind COUNTS_AGAIN back to the same rung.
#
#	ladder-dot.sh ROOT NAME
set -eu

here=$(dirname "$0")
exec awk -v root="$1" -v name="$2" -v page="sh $here/../../prototypes/schemes.sh page $1" '
# Reads the counters of a scheme, and its usual rung below, from its source.
function read_scheme(scheme,  file, line, part, kind) {
	(page " " scheme) | getline file
	close(page " " scheme)
	file = root "/" file
	done = fell = again = below = ""
	while ((getline line < file) > 0) {
		split(line, part, "\"")
		if (line ~ /^[ \t]*\[[A-Z_0-9]+\] = \{ "[a-z_0-9]+", COUNTS_[A-Z]+, ".*" \},$/) {
			kind = part[3]
			if (kind ~ /COUNTS_DONE/)
				done = done == "" ? part[4] : done
			else if (kind ~ /COUNTS_FELL/)
				fell = fell part[2] ": " part[4] "\\l"
			else if (kind ~ /COUNTS_AGAIN/)
				again = again part[2] ": " part[4] "\\l"
		} else if (line ~ /^[ \t]*\.below[ \t]*=/) {
			below = part[2]
		}
	}
	close(file)
}
BEGIN {
	print "// Generated from the counters of " name ".c and the schemes below it by docs/tools/ladder-dot.sh."
	print "digraph " name " {"
	print "\tgraph [rankdir=TB, bgcolor=white, ranksep=0.35];"
	print "\tnode [shape=box, style=\"filled,rounded\", fillcolor=\"#eef3fa\", color=\"#46618f\", fontname=\"sans-serif\", fontsize=12];"
	print "\tedge [color=\"#46618f\", fontname=\"sans-serif\", fontsize=10];"
	print "\tfault [shape=plain, style=\"\", label=\"a fault\"];"
	print "\tfault -> " name ";"
	for (rung = name; rung != ""; rung = below) {
		read_scheme(rung)
		print "\t" rung " [label=\"" rung "\\n" done "\"];"
		if (again != "")
			print "\t" rung ":e -> " rung ":e [label=\"" again "\"];"
		if (below != "")
			print "\t" rung " -> " below " [label=\"" fell "\"];"
	}
	print "}"
}'
