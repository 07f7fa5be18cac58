#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Adds up what runs of the explorer have logged, a line for each model, strategy and scheme, and the whole.
#
#	sum.sh add RUNS LOG SOURCE	add the runs of one occasion to the committed log
#	sum.sh complete RUNS LIST SOURCE	note in the list which scenes were complete under which scheme; the last run counts
#	sum.sh total LOG		the whole
set -u

case $1 in
add)
	revision=$(git -C "$4" describe --always --dirty 2>/dev/null || echo unknown)
	awk -F '\t' -v OFS='\t' -v when="$(date -u +%Y-%m-%d)" -v revision="$revision" '
		{
			key = $3 OFS $4 OFS $2
			executions[key] += $5
			classes[key] += $6
			bounds[key] += $7
			findings[key] += $8
			complete[key] += $9 == "complete"
			scenes[key]++
			seconds[key] += $10
		}
		END {
			for (key in executions)
				print when, revision, key, scenes[key], executions[key], classes[key], bounds[key], findings[key],
					complete[key], sprintf("%.1f", seconds[key])
		}' "$2" | sort >>"$3"
	;;
complete)
	revision=$(git -C "$4" describe --always --dirty 2>/dev/null || echo unknown)
	[ -e "$3" ] || echo "# Complete: scene, scheme, model, executions, CPU seconds, revision; by make explore-long." >"$3"
	awk -F '\t' -v OFS='\t' -v revision="$revision" '
		FNR == NR { row[$1 OFS $2 OFS $3] = $0; next }
		$9 == "complete" { row[$1 OFS $2 OFS $3] = $1 OFS $2 OFS $3 OFS $5 OFS $10 OFS revision }
		END { for (key in row) print row[key] }' "$3" "$2" | LC_ALL=C sort >"$3.new"
	mv "$3.new" "$3"
	;;
total)
	awk -F '\t' '
		/^#/ { next }
		{ executions += $7; bounds += $9; findings += $10; complete += $11; seconds += $12 }
		END {
			printf "%d executions, %d cut off by the bound of steps, %d scenes with a finding, %d times a scene was complete, %d s of CPU time\n",
				executions, bounds, findings, complete, seconds
		}' "$2"
	;;
*)
	echo "sum.sh: add, complete or total" >&2
	exit 2
	;;
esac
