#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The rooms of bench/: what may include what, and that there is no cycle.  A line of TAP a rule.
#
#	rooms.sh ROOT TRACKED OBJECTS
#
# TRACKED lists the files in git, one path a line relative to ROOT; OBJECTS is the folder of a build that
# has bench/FOLDER/*.o.
set -u
root=$1
tracked=$2
objects=$3
here=$(dirname "$0")
table=$root/tests/source/rooms.list

. "$here/rule.sh"

# loops WHAT: pairs on stdin, "FROM TO"; prints the cycles.
loops()
{
	tsort 2>&1 >/dev/null | sed -e '/input contains a loop/d' -e "s/^tsort: /$1: /"
}

folders_are_in_table()
{
	sed -n 's,^bench/\([^/]*\)/.*\.[ch]$,\1,p' "$tracked" | sort -u | while read -r folder; do
		grep -q "^$folder:" "$table" || echo "bench/$folder has no line in tests/source/rooms.list"
		sed -n 2p "$root/bench/$folder/automake.mk" 2>/dev/null | grep -q '^# [A-Z]' ||
			echo "bench/$folder/automake.mk does not say in its second line what the folder is"
	done
}

table_has_no_circle()
{
	sed -n 's/^\([a-z_]*\): */\1 /p' "$table" | awk '{ for (i = 2; i <= NF; i++) print $1, $i }' | loops "a circle in the table"
}

includes_are_allowed()
{
	grep '^bench/[^/]*/.*\.[ch]$' "$tracked" | (cd "$root" && xargs awk '
		FNR == NR {
			if (sub(/:/, ""))
				for (i = 1; i <= NF; i++)
					may[$1, $i] = 1
			next
		}
		/^#[ \t]*include "(bench|sim|tests)\// {
			split(FILENAME, mine, "/")
			split($0, part, /["\/]/)
			to = part[2] == "bench" ? part[3] : part[2]
			if (!((mine[2], to) in may))
				print FILENAME ":" FNR ": " mine[2] " may not include " to
		}' "tests/source/rooms.list")
}

guards_are_paths()
{
	grep -E '^(bench|common|prototypes|tests|sim)/.*\.h$' "$tracked" | (cd "$root" && xargs awk '
		/^#ifndef .*_H$/ && !(FILENAME in guard) { guard[FILENAME] = $2 }
		END {
			for (f in guard) {
				want = toupper(f)
				gsub(/[^A-Z0-9]/, "_", want)
				if (guard[f] != want)
					print f ": its guard is " guard[f] ", not " want
			}
		}')
}

# By the symbols that each file defines and uses.
files_have_no_circle()
{
	find "$objects/bench" -name '*.o' -exec nm -A -g {} + 2>/dev/null | awk -v skip="$objects/" '
		{
			file = substr($1, length(skip) + 1)
			sub(/:.*/, "", file)
			sub(/[^\/]*-/, "", file)
			if ($(NF - 1) == "U")
				uses[file, $NF] = 1
			else if ($(NF - 1) ~ /[TDRBC]/)
				of[$NF] = file
		}
		END {
			for (pair in uses) {
				split(pair, p, SUBSEP)
				if (p[2] in of && of[p[2]] != p[1])
					print p[1], of[p[2]]
			}
		}' | sort -u | loops "these call each other round"
}

top_is_small()
{
	[ "$(grep -c '^bench/[^/]*$' "$tracked")" -le 3 ] || grep '^bench/[^/]*$' "$tracked" | sed 's/$/: at the top of bench\//'
}

echo 1..6
rule "each folder of bench/ has its line in rooms.list, and says what it is" folders_are_in_table
rule "what may include what has no circle" table_has_no_circle
rule "each folder of bench/ includes what it may, nothing else" includes_are_allowed
rule "no files of bench/ call each other in a circle" files_have_no_circle
rule "each header's guard is its path" guards_are_paths
rule "at most three files stand at the top of bench/" top_is_small
