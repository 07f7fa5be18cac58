#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Doxygen's input filter.  Sources: everything in a file goes into the group of its floor; that takes the place of the
# licence in line 1, so no line moves.  Pages: front matter is left out; links to sources lead to their pages here, links
# to what has no page here become plain text.
set -eu

case $1 in
*.md)
	awk '
	NR == 1 && $0 == "---" { front = 1; print ""; next }
	front { if ($0 == "---") front = 0; print ""; next }
	/^```/ { code = !code }
	code || /^(    |\t)/ { print; next }
	{
		# A mail address is not a command; text in backquotes is taken as it is.
		n = split($0, part, "`")
		$0 = ""
		for (i = 1; i <= n; i++) {
			m = split(part[i], piece, "@")
			$0 = $0 (i > 1 ? "`" : "") piece[1]
			for (k = 2; k <= m; k++)
				$0 = $0 (i % 2 ? "\\@" : "@") piece[k]
		}
		out = ""
		while (match($0, /\]\([^)]*\)/)) {
			target = substr($0, RSTART + 2, RLENGTH - 3)
			before = substr($0, 1, RSTART - 1)
			rest = substr($0, RSTART + RLENGTH)
			if (target ~ /^(\.\.\/)?(common|prototypes|bench)\/.*\.[ch]$/) {
				sub(/^\.\.\//, "", target)
				out = out before "](@ref " target ")"
			} else if (target ~ /^(https?:|#|mailto:)/ || (target ~ /\.(md|svg)(#.*)?$/ && target !~ /(^|\/)(tests|bench)\//)) {
				out = out before "](" target ")"
			} else {
				i = length(before)
				while (i && substr(before, i, 1) != "[")
					i--
				out = out substr(before, 1, i - 1) substr(before, i + 1)
			}
			$0 = rest
		}
		print out $0
	}' "$1"
	exit
	;;
*/common/platform/*) group=platform ;;
*/common/sync/*) group=sync ;;
*/common/mm/*) group=mm ;;
*/prototypes/*) group=prototypes ;;
*/bench/*) group=bench ;;
*) exec cat "$1" ;;
esac
sed "1s|.*| /** @addtogroup $group */ /** @{ */|" "$1"
echo "/** @} */"
