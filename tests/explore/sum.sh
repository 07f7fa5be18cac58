#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Adds up what runs of the explorer have logged, a line for each kind of scenes, model, strategy and scheme, and the whole.
#
#	sum.sh add RUNS LOG SOURCE	add the runs of one occasion to the committed log
#	sum.sh complete RUNS LIST SOURCE	note in the list which scenes were complete under which scheme, and how far others came;
#				the last complete run counts, or the longest
#	sum.sh total LOG		the whole
set -u

case $1 in
add)
	revision=$(git -C "$4" describe --always --dirty 2>/dev/null || echo unknown)
	awk -F '\t' -v OFS='\t' -v when="$(date -u +%Y-%m-%d)" -v revision="$revision" '
		{
			kind = $1 ~ /\// ? substr($1, 1, index($1, "/") - 1) : "mm"
			key = $3 OFS $4 OFS $2 OFS kind
			executions[key] += $5
			classes[key] += $6
			bounds[key] += $7
			findings[key] += $8
			complete[key] += $9 == "complete"
			scenes[key]++
			seconds[key] += $10
		}
		END {
			for (key in executions) {
				split(key, field, OFS)
				print when, revision, field[1], field[2], field[3], scenes[key], executions[key], classes[key],
					bounds[key], findings[key], complete[key], sprintf("%.1f", seconds[key]), field[4]
			}
		}' "$2" | sort >>"$3"
	;;
complete)
	revision=$(git -C "$4" describe --always --dirty 2>/dev/null || echo unknown)
	[ -e "$3" ] || echo "# Scene, scheme, model, executions, CPU seconds, revision; not complete: so far it came.  By make explore-long." >"$3"
	awk -F '\t' -v OFS='\t' -v revision="$revision" '
		{ key = $1 OFS $2 OFS $3 }
		FNR == NR { row[key] = $0; far[key] = $7 == "" ? "complete" : $4; next }
		$4 != "dfs" { next }
		$9 == "complete" { far[key] = "complete" }
		$9 != "complete" && (far[key] == "complete" || far[key] + 0 >= $5) { next }
		$9 != "complete" { far[key] = $5 }
		{ row[key] = key OFS $5 OFS sprintf("%.1f", $10) OFS revision ($9 == "complete" ? "" : OFS "not complete") }
		END { for (key in row) print row[key] }' "$3" "$2" | LC_ALL=C sort >"$3.new"
	mv "$3.new" "$3"
	;;
total)
	awk -F '\t' '
		/^#/ { next }
		{ of[$13] += $7; executions += $7; bounds += $9; findings += $10; complete += $11; seconds += $12 }
		END {
			printf "%d executions, %d cut off by the bound of steps, %d scenes with a finding, %d times a scene was complete, %d s of CPU time\n",
				executions, bounds, findings, complete, seconds
			for (kind in of)
				printf "%12d of the scenes %s\n", of[kind], kind == "mm" ? "of the mm core" : kind == "-" ? "of before kinds were noted" : kind "/"
		}' "$2"
	;;
*)
	echo "sum.sh: add, complete or total" >&2
	exit 2
	;;
esac
