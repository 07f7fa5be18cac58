#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The tables in docs/matrix.md.
#
#	matrix-doc.sh tables FILE SCHEME	print what stands there for a scheme
#	matrix-doc.sh update FILE FAULTLINE	write all of them anew
set -eu

case $1 in
tables)
	awk -v head="### $3: " '
		/^<!-- / { on = 0 }
		/^### / { on = index($0, head) == 1 }
		/^A dot: / { on = 0 }
		on' "$2"
	;;
update)
	new=$(mktemp)
	trap 'rm -f "$new" "$new.tables"' EXIT
	"$3" matrix --format=md --output="$new.tables"
	awk -v tables="$new.tables" '
		/^<!-- generated: matrix/ {
			print; print ""
			while ((getline line <tables) > 0)
				print line
			print ""; skip = 1; next
		}
		/^<!-- end -->/ { skip = 0 }
		!skip' "$2" >"$new"
	cat "$new" >"$2"
	;;
*)
	echo "matrix-doc.sh: unknown command '$1'" >&2
	exit 1
	;;
esac
