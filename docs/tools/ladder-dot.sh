#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The ladder that a fault goes down under a scheme, as a graph made of what the scheme itself counts: counters whose
# meaning begins with "fell:" lead to the rung below, those that begin with "tried again:" or "walked again:" back to the
# same rung.
#
#	ladder-dot.sh ROOT NAME
set -eu

exec awk -v root="$1" -v name="$2" '
# Reads the counters of a scheme, and its usual rung below, from its source.
function read_scheme(scheme,  file, line, part, meaning) {
	file = root "/prototypes/" scheme "/" scheme ".c"
	done = fell = again = below = ""
	while ((getline line < file) > 0) {
		split(line, part, "\"")
		if (line ~ /^[ \t]*\[[A-Z_0-9]+\] = \{ "[a-z_0-9]+", ".*" \},$/) {
			meaning = part[4]
			if (part[2] == "done")
				done = done == "" ? meaning : done
			else if (sub(/^fell: */, "", meaning))
				fell = fell part[2] ": " meaning "\\l"
			else if (sub(/^(tried|walked) again: */, "", meaning))
				again = again part[2] ": " meaning "\\l"
		} else if (line ~ /^[ \t]*\.below[ \t]*=/) {
			below = part[2]
		}
	}
	close(file)
}
BEGIN {
	print "// Generated from the counters of prototypes/" name "/" name ".c and the schemes below it by docs/tools/ladder-dot.sh."
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
