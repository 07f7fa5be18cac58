#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The matrix is as docs/matrix.md says, scheme by scheme, on one CPU as on all; and what the
# command says to wrong input.
set -u

. "${srcdir:=.}/tests/support/cli.sh"
doc=$srcdir/docs/matrix.md

# The scheme's tables, as they come out when run by "$@", against the page.
as_written() { # SCHEME COMMAND...
	scheme=$1
	shift
	sh "$srcdir/docs/tools/matrix-doc.sh" tables "$doc" "$scheme" >"$dir/want"
	timeout 120 "$@" "$faultline" matrix --schemes "$scheme" --format=md >"$dir/all" 2>"$dir/say" || return 1
	sh "$srcdir/docs/tools/matrix-doc.sh" tables "$dir/all" "$scheme" >"$dir/got"
	[ -s "$dir/want" ] || { echo "docs/matrix.md has no tables of it" >"$dir/say"; return 1; }
	diff "$dir/want" "$dir/got" >"$dir/say"
}

# On one CPU, where there is a way to ask for that.
one_cpu=
taskset -c 0 true 2>/dev/null && one_cpu="taskset -c 0"
for scheme in $SCHEMES; do
	as_written "$scheme" env
	ok $? "$scheme: as docs/matrix.md says"
	if [ -n "$one_cpu" ]; then
		as_written "$scheme" $one_cpu
		ok $? "$scheme: the same on one CPU"
	fi
done

# A fault is held while it waits for a page that it reads.  Changes of its VMA wait exactly if it holds a lock: it does if the
# policy says so for what it reads, under a scheme that has one, or falls to one that has.
waits_as_told() { # READS POLICY HOLDS
	"$faultline" matrix --reads "$1" --io "$2" --point fault_wait --schemes "$reading" --format=csv >"$dir/csv" 2>"$dir/say" &&
	awk -F, -v holds="$3" -v schemes="$reading" '
		NR == 1 || $5 != "\"this\"" || $4 !~ /^(mmap_fixed|munmap|mprotect|mremap|advice|fork)$/ { next }
		{ n++ }
		($6 == "waits") != (holds && $1 !~ /^(vma_seq_retry|rcu_everything_leave)$/) { print; bad = 1 }
		END { exit bad || n != 6 * split(schemes, each, ",") }' "$dir/csv" >>"$dir/say"
}

# In .ci/run all schemes.
reading=$(echo $SCHEMES | awk '{ print $1 (NF > 1 ? "," $NF : "") }')
[ -z "${FAULTLINE_LONG:-}" ] || reading=$(echo $SCHEMES | tr ' ' ,)
for reads in file swap remote-file remote-swap; do
	for policy in retry-mmap retry-vma hold file-hold; do
		holds=0
		case $policy-$reads in hold-* | file-hold-*file) holds=1 ;; esac
		waits_as_told $reads $policy $holds
		ok $? "--reads $reads --io $policy: changes wait for the fault exactly if it holds a lock"
	done
done

refuses "with --io, --reads" matrix --io hold
refuses "no such operation" matrix --op nothing
refuses "no such point" matrix --point nowhere
refuses "nothing comes by" matrix --op dontneed --point change_downgraded
refuses "nosuch" matrix --schemes nosuch
refuses "unknown option" matrix --nosuch
refuses "one argument too many" matrix munmap
refuses "--format=yaml: the value must be one of table" matrix --format yaml

# Every cell of one operation at one point, for a program.
"$faultline" matrix --op munmap --point fault_made --format=csv >"$dir/csv" 2>"$dir/say"
awk -F, 'NR > 1 && ($2 != "fault" || $3 != "fault_made" || $4 != "munmap") { exit 1 } END { exit NR < 2 }' "$dir/csv"
ok $? "a filter leaves what it names"

if command -v python3 >/dev/null && "$faultline" matrix --op fork --format=json >"$dir/json" 2>"$dir/say"; then
	python3 - "$dir/json" >"$dir/say" 2>&1 <<-'END'
	import json, sys
	d = json.load(open(sys.argv[1]))
	assert d["schema"] == "faultline/matrix/1", d["schema"]
	assert d["cells"]
	for c in d["cells"]:
	    assert c["operation"] == "fork" and c["held"] in ("fault", "operation"), c
	    assert c["operation_does"] in ("goes on", "waits", "held"), c
	    assert c["fault_does"] in ("goes on", "waits", "retries", "falls"), c
	    assert (c["operation_does"] == "waits") == (c["operation_waits_for"] is not None), c
	END
	ok $? "JSON: faultline/matrix/1"
fi
echo "1..$n"
