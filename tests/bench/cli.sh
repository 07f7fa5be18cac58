#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The command as a user sees it: its answers to wrong input, and that results are written whole.
set -u

. "${srcdir:=.}/tests/support/cli.sh"

# Does each row of the Markdown tables in out have as many cells as its head?
square() {
	sed 's/\\|//g' "$dir/out" | awk -F'|' '/^$/ { n = 0; next } n && NF != n { exit 1 } { n = NF }'
}

cat >"$dir/small.trace" <<'END'
# pftrace 1
# name small
0 7 X prog
1 7 C 8 7
2 7 m 0 10000 3 22 ffffffff 0 7f0000000000 5
3 7 V 7f0000000000 10000 7f0000000000 rw-p 0 //anon
8 7 F 7f0000000000 0 6
9 8 F 7f0000001000 0 6
10 8 F 7f0000002000 0 6
11 7 K 7f0000003000 2
12 8 p 7f0000001000 1000 1 0 5
13 8 V 7f0000001000 1000 7f0000001000 r--p 0 //anon
20 7 u 7f0000000000 10000 0 5
30 8 E 7
31 7 E 7
END
sed 's/13 8 V 7f0000001000 1000/13 8 V 7f0000001000 2000/' "$dir/small.trace" >"$dir/wrong.trace"
head -c 200 "$dir/small.trace" >"$dir/cut.trace"

run 0 --help && grep -q compare "$dir/out" && [ ! -s "$dir/err" ]
ok $? "--help lists the commands"
run 0 --version && grep -q '^faultline ' "$dir/out"
ok $? "--version"
run 0 compare --help && grep -q -- --trace "$dir/out"
ok $? "compare --help"
run 0 sweep --help && grep -q -- '--memory .* from 0.1 to 10' "$dir/out"
ok $? "sweep --help"
run 0 list --help && grep -q -- --counters "$dir/out"
ok $? "list --help"
run 0 list --counters && grep -q '^  mmap_lock ' "$dir/out" && grep -q 'mmap_lock_write_hold_ns' "$dir/out"
ok $? "list names the schemes and what is counted"
run 0 list --format csv mmap_lock && grep -q '^"mmap_lock","-","0002",' "$dir/out" && grep -q '^"mmap_lock","done",' "$dir/out"
ok $? "list as CSV"
run 0 list --format md && square
ok $? "list as Markdown: each row has as many cells as its head"

refused "no command" "give a command"
refused "an unknown command" "unknown command 'conpare'" conpare
refused "list: an unknown scheme" "unknown scheme 'nothing' (see 'faultline list')" list nothing
refused "list: a rung below the last" "'mmap_lock' cannot stand below 'mmap_lock': nothing can" list mmap_lock:mmap_lock
refused "list: an option, which no scheme has" "'settle=yes' cannot stand below 'mmap_lock'" list mmap_lock:settle=yes
refused "list: a rung without a name" "'' cannot stand below 'mmap_lock'" list mmap_lock:
refused "list: an unknown option" "unknown option '--all'" list --all
refused "compare without a trace" "give a trace" compare
refused "an unknown workload" "unknown workload 'nothing'" compare --workload anon,nothing
refused "a workload twice" "anon is there twice" compare --workload anon,anon
refused "a rate that is not a number" "--writer-rate=often" compare --workload beside-mmap --writer-rate often
refused "rates that do not rise" "rates must rise" compare --workload beside-mmap --writer-rate 10,0
refused "a baseline that is not compared" "--baseline=rcu_everything is not among" \
	compare --workload anon --schemes mmap_lock --baseline rcu_everything
for option in --host --laps "--faults 9" "--seed 9" "--vmas 9" "--writer-rate 9"; do
	# shellcheck disable=SC2086
	refused "$option without a workload" "${option%% *} does nothing without --workload" compare $option --trace "$dir/small.trace"
done
refused "laps of the host" "only the prototypes' faults are timed in laps" compare --workload anon --laps --host
refused "no faults" "--faults=0" compare --workload anon --faults 0
refused "an unknown scheme" "unknown scheme 'nothing'" compare --schemes mmap_lock,nothing --trace "$dir/small.trace"
refused "an empty scheme" "unknown scheme ''" compare --schemes mmap_lock, --trace "$dir/small.trace"
refused "a scheme twice" "is there twice" compare --schemes mmap_lock,mmap_lock --trace "$dir/small.trace"
refused "an unknown option" "unknown option '--fast'" compare --fast
refused "an option without its value" "needs a value" compare --trace
refused "a value for an option that takes none" "'--laps=3' takes no value" compare --laps=3
refused "the beginning of several options" "'--file' begins more than one option" compare --file
refused "a letter that no option has" "unknown option '-x'" compare -x
refused "what follows -- is not an option" "'--help' is one argument too many" matrix -- --help
refused "an unknown format" "--format=xml" compare --format xml --trace "$dir/small.trace"
refused "an unknown mode" "--mode=slow" compare --mode slow --trace "$dir/small.trace"
refused "runs that are no number" "--runs=many" compare --runs many --trace "$dir/small.trace"
refused "runs below 0" "--runs=-1" compare --runs=-1 --trace "$dir/small.trace"
refused "no threads" "--threads=0" compare --threads 0 --trace "$dir/small.trace"
refused "too few frames to be a machine" "--frames=3" compare --frames 3 --trace "$dir/small.trace"
refused "memory that is not a size" "--memory=much" compare --memory much --trace "$dir/small.trace"
refused "an unknown preset" "--preset=laptop" compare --preset laptop --trace "$dir/small.trace"
refused "swap that nobody uses" "--swap-slots does nothing without --reclaim" \
	compare --swap-slots 10 --trace "$dir/small.trace"
refused "watermarks beyond the machine" "watermarks beyond" \
	compare --reclaim --frames 100 --min-frames 60 --trace "$dir/small.trace"
refused "no slot for the background reclaimer" "with --reclaim there may be no more than 511" \
	compare --reclaim --threads 512 --trace "$dir/small.trace"
refused "a trace that is not there" "$dir/none: cannot be opened" compare --trace "$dir/none"
refused "a directory" "is a directory" compare --trace "$dir"
refused "a trace that was cut" "$dir/cut.trace:9: the last line has no end" compare --trace "$dir/cut.trace"
refused "a good trace and one that was cut" "$dir/cut.trace:9:" compare --trace "$dir/small.trace" "$dir/cut.trace"
refused "an output that cannot be written" "cannot be written" \
	compare --runs 0 --trace "$dir/small.trace" -o "$dir/none/out"

ln -s "$dir/nowhere" "$dir/dangling"
refused "an output that is a link to nothing" "is a link to a file that does not exist" \
	compare --runs 0 --trace "$dir/small.trace" -o "$dir/dangling"
[ -L "$dir/dangling" ] && [ ! -e "$dir/nowhere" ]
ok $? "and nothing is made of it"
echo old >"$dir/kept"
chmod 604 "$dir/kept"
ln -s "$dir/kept" "$dir/keeps"
run 0 compare --runs 0 --trace "$dir/small.trace" -o "$dir/keeps" && [ -L "$dir/keeps" ] &&
	[ "$(stat -c %a "$dir/kept")" = 604 ] && grep -q 'as recorded' "$dir/kept"
ok $? "what is replaced keeps its permissions, and a link to it stays one"
sed "s/name small/name sm$(printf '\033')[31mall$(printf '\302\233')2J/" "$dir/small.trace" >"$dir/escape.trace"
run 0 compare --runs 0 --trace "$dir/escape.trace" && ! grep -q "$(printf '\033')" "$dir/out" "$dir/err" &&
	! grep -q "$(printf '\302\233')" "$dir/out" && grep -qF 'sm?[31mall??2J' "$dir/out"
ok $? "what a terminal would obey in a trace's name is shown as question marks"
name="$dir/no$(printf '\033')[2Jne"
run 2 compare --trace "$name" && ! grep -q "$(printf '\033')" "$dir/err"
ok $? "and in a path"

run 0 compare --runs 3 --trace "$dir/small.trace" &&
	grep -q '2 of 2 VMAs as recorded' "$dir/out" &&
	grep -q 'same VMAs and page contents' "$dir/out" && grep -q '^  mmap_lock .*baseline' "$dir/out"
ok $? "a table"
grep -v '^[0-9]* [78] [FKpV] ' "$dir/small.trace" >"$dir/calls.trace"
run 0 compare --runs 1 --schemes mmap_lock --trace "$dir/calls.trace" && grep -q '^  0 faults, 2 calls; ' "$dir/out" && grep -q 'ns a call' "$dir/out" &&
	! grep -qE 'nan|ns a fault|of all faults' "$dir/out"
ok $? "compare: a program without faults has no table of them"
run 0 compare --runs 0 --trace "$dir/small.trace" "$dir/calls.trace" && grep -q '^  4 faults, 3 calls; 2 threads' "$dir/out" && grep -q '^  0 faults, 2 calls; ' "$dir/out"
ok $? "compare: each of two programs has its head, measured or not"
run 0 compare --runs 0 --schemes rcu_everything --trace "$dir/wrong.trace" && grep -q '1 of 2 VMAs as recorded' "$dir/out"
ok $? "compare: one scheme alone, whose VMAs are not those that were recorded"
run 0 compare --runs 1 --mode paced --threads 2 --trace "$dir/small.trace"
ok $? "at recorded times"
run 0 compare --runs 1 --no-zero --frames 5000 --schemes mmap_lock --format md --trace "$dir/small.trace" &&
	grep -q '^| mmap_lock ' "$dir/out" && square
ok $? "Markdown"
run 0 compare --runs 1 --preset kernel --reclaim --frames 100 --trace "$dir/small.trace" &&
	grep -q '^the machine: --frames 100 --reclaim .*--trap-ns 200 ' "$dir/out"
ok $? "a machine with costs and reclaim, named in the output"
run 0 compare --runs 2 --format csv --trace "$dir/small.trace" &&
	head -1 "$dir/out" | grep -qx 'trace,scheme,run,metric,value' &&
	awk -F, 'NF != 5 { exit 1 }' "$dir/out" && grep -q '^"small",mmap_lock,2,fault_median_ns,' "$dir/out"
ok $? "CSV: five fields in every line"
run 0 compare --runs 1 --workload anon,beside-brk --writer-rate 0,1000 --faults 64 --host --schemes mmap_lock &&
	grep -q 'same operations in the same order' "$dir/out" && grep -q '^  host ' "$dir/out" &&
	grep -q 'beside-brk, over the writer' "$dir/out"
ok $? "workloads, here and on the host"
for laps in '' --laps; do
	run 0 compare --runs 1 --workload anon,anon-one-vma --faults 448 --schemes mmap_lock,rcu_everything $laps --format md &&
		grep -q '^| rcu_everything ' "$dir/out" && square
	ok $? "workloads${laps:+, $laps,} as Markdown: each row has as many cells as its head"
done
over() { # COUNT RATES: so many tables over the writer's rate
	run 0 compare --runs 1 --workload beside-brk --writer-rate "$2" --faults 16 --threads 2 --schemes mmap_lock &&
		[ "$(grep -c "over the writer's rate" "$dir/out")" -eq "$1" ]
	ok $? "compare --writer-rate $2: $1 tables over it"
}
over 1 0,max
over 0 1000,max
over 0 0
run 0 compare --runs 1 --workload thread-start --faults 64 --schemes mmap_lock --format csv &&
	awk -F, 'NF != 5 { exit 1 }' "$dir/out" && grep -q '^"thread-start",mmap_lock,1,fault_count,128$' "$dir/out"
ok $? "workloads as CSV"

# Three seconds, asleep for most of them: a grace period is 10 ms, and each munmap waits for one.
slow="compare --workload thread-start --threads 1 --runs 6 --faults 64 --schemes rcu_everything_grace --grace-period-us 10000"
awk 'BEGIN {
	print "# pftrace 1\n# name slow\n0 7 X prog"
	for (i = 0; i < 20; i++)
		printf "%d 7 m 0 1000 3 22 ffffffff 0 7f0000000000 1\n%d 7 F 7f0000000000 0 6\n%d 7 u 7f0000000000 1000 0 1\n", 10 * i + 1, 10 * i + 4, 10 * i + 6
	print "999 7 E 7"
}' >"$dir/slow.trace"
slow_trace="compare --trace $dir/slow.trace --runs 6 --schemes mmap_lock,rcu_everything_grace --grace-period-us 20000"
if "$faultline" list | grep -q rcu_everything_grace; then
	no_terminal=
	command -v script >/dev/null || no_terminal="there is no script (package bsdutils)"
	[ -n "$no_terminal" ] || script -qec true /dev/null </dev/null >/dev/null 2>&1 || no_terminal="no pseudo-terminal can be had here"
	if [ -z "$no_terminal" ]; then
		TERM=xterm script -qec "'$faultline' $slow" /dev/null </dev/null >"$dir/terminal" 2>&1 &
		TERM=xterm script -qec "stty cols 40; '$faultline' $slow" /dev/null </dev/null >"$dir/narrow" 2>&1 &
		TERM=dumb script -qec "'$faultline' $slow" /dev/null </dev/null >"$dir/dumb" 2>&1 &
		TERM=dumb script -qec "'$faultline' $slow_trace" /dev/null </dev/null >"$dir/dumb_trace" 2>&1 &
	fi
	# shellcheck disable=SC2086
	run 0 $slow && ! grep -q 'left:' "$dir/err" && ! grep -q "$(printf '[\r\033]')" "$dir/out" "$dir/err"
	ok $? "no terminal: no progress"
	if [ -z "$no_terminal" ]; then
		wait
		cp "$dir/terminal" "$dir/out"
		tr '\r' '\n' <"$dir/terminal" | grep -q '^\[#[# ]*\] *[0-9]* %, about [0-9]*:[0-9][0-9] left: thread-start'
		ok $? "a terminal: progress, with an estimate"
		! grep -q "$(printf '\033\\[[0-9;]*m')" "$dir/terminal"
		ok $? "a terminal: no colours"
		tr '\r' '\n' <"$dir/narrow" | grep '^\[[# ]*\]' | sed 's/\x1b.*//' | awk 'length > 39 { bad = 1 } END { exit bad || !NR }'
		ok $? "a narrow terminal: progress fits"
		cp "$dir/dumb" "$dir/out"
		grep -q '^ *[0-9]* %, about [0-9]*:[0-9][0-9] left: thread-start' "$dir/dumb" && ! grep -q "$(printf '\033')" "$dir/dumb"
		ok $? "TERM=dumb: progress in lines"
		cp "$dir/dumb_trace" "$dir/out"
		tr -d '\r' <"$dir/dumb_trace" | awk -F '%' '/left: slow, / { n++; if ($1 + 0 <= last || $1 > 100) bad = 1; last = $1 + 0 }
			END { exit bad || n < 2 || last < 80 }'
		ok $? "of traces, too: it rises to nearly all"
	else
		skipped "a terminal: progress, with an estimate" "$no_terminal"
	fi
fi
run 0 compare --runs 0 --format json --trace "$dir/small.trace"
without=$?
if ! grep -q "no jansson" "$dir/err"; then
	ok $without "JSON of a check alone"
	run 0 compare --runs 2 --format json --trace "$dir/small.trace" &&
		grep -q '"schema": "faultline/compare/1"' "$dir/out" && ! grep -qi '[^a-z]nan[^a-z]' "$dir/out"
	ok $? "JSON with its schema and without NaN"
	if command -v python3 >/dev/null; then
		python3 -c 'import json,sys
j = json.load(open(sys.argv[1]))
s = j["traces"][0]["schemes"]
assert len(s) >= 1 and all(len(x["runs"]) == 2 for x in s)
assert s[0]["runs"][0]["all_faults"]["count"] == 4
m = j["machine"]
assert m["page_zeroing"] is True and m["trap_ns"] == 0 and m["preset"] is None and len(m) > 15' "$dir/out"
		ok $? "JSON: every run is there, every fault was timed, and the machine is named"
	fi
	run 0 compare "$dir/small.trace" --runs 0 -s mmap_lock -f json && tr -d ' \n' <"$dir/out" |
		grep -qF '"argv":["compare","'"$(printf %s "$dir" | tr -d ' ')"'/small.trace","--runs","0","-s","mmap_lock","-f","json"]'
	ok $? "JSON has the arguments in the order in which they were typed"
else
	refused "JSON in a build without jansson" "no jansson" compare --format json --trace "$dir/small.trace"
fi
if [ -c /dev/full ]; then
	refused "a full disk" "/dev/full: cannot be written" compare --runs 0 --trace "$dir/small.trace" -o /dev/full
	timeout 120 "$faultline" compare --runs 0 --trace "$dir/small.trace" >/dev/full 2>"$dir/err"
	[ $? -eq 2 ] && grep -q '^faultline: stdout: cannot be written' "$dir/err"
	ok $? "a full disk behind stdout"
fi
# Every command's help, and what is printed without a file of its own: a stdout that is full or closed is
# an error.
lost=
for command in help --version list "list -c" "list -f json" "matrix --list" $("$faultline" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1+--help/p'); do
	command=$(echo "$command" | tr + ' ')
	# shellcheck disable=SC2086
	timeout 60 "$faultline" $command >"$dir/out" 2>&1 || continue	# not built, no jansson
	for to in /dev/full '&-'; do
		[ "$to" != /dev/full ] || [ -c /dev/full ] || continue
		eval 'timeout 60 "$faultline" '"$command >$to" 2>"$dir/err"
		[ $? -eq 2 ] && [ "$(wc -l <"$dir/err")" -eq 1 ] &&
			grep -q '^faultline: stdout: cannot be written: [NB]' "$dir/err" || lost="$lost$command >$to; "
	done
done
echo "$lost" >"$dir/out"
[ -z "$lost" ]
ok $? "help and lists behind a stdout that is full, or closed"
# The error comes before anything is read or measured: otherwise the missing trace would be reported first.
lost_output() { # COMMAND ARG...
	refused "$1: an output that is a directory" "faultline: $dir: cannot be written: Is a directory" "$@" -o "$dir"
	refused "$1: an output in a folder that is not there" "faultline: $dir/no/x: cannot be written: No such file" \
		"$@" -o "$dir/no/x"
}
lost_output compare --trace "$dir/none"
lost_output sweep --trace "$dir/none"
lost_output place "$dir/none"
# Root may write anywhere, so another user runs this, if that user can reach the command.
as=
[ "$(id -u)" != 0 ] || as="setpriv --reuid 65534 --regid 65534 --clear-groups"
chmod 755 "$dir" && mkdir -m 555 "$dir/locked"
if $as "$faultline" --version >"$dir/out" 2>"$dir/err"; then
	$as "$faultline" compare --trace "$dir/none" -o "$dir/locked/x" >"$dir/out" 2>"$dir/err"
	[ $? -eq 2 ] && grep -qxF "faultline: $dir/locked/x: cannot be written: Permission denied" "$dir/err"
	ok $? "an output in a folder that may not be written"
fi
echo old >"$dir/target" && ln -s target "$dir/link"
run 0 compare --runs 0 --trace "$dir/small.trace" -o "$dir/link" && [ -L "$dir/link" ] &&
	grep -q 'VMAs as recorded' "$dir/target"
ok $? "-o through a link writes what it leads to"
run 0 compare --runs 0 --trace "$dir/small.trace" -o "$dir/result" && [ ! -s "$dir/out" ] &&
	grep -q 'VMAs as recorded' "$dir/result" && [ "$(ls "$dir" | grep -c '^result')" -eq 1 ]
ok $? "-o writes the file and nothing beside it"
run 0 compare --runs 0 --trace "$dir/wrong.trace" && grep -q '1 of 2 VMAs as recorded' "$dir/out" &&
	grep -q "$dir/wrong.trace:12: recorded 7f0000001000-7f0000003000" "$dir/err"
ok $? "a VMA that is not as recorded is told, with its line"
refused "sweep: no number" "--changes=some" sweep --changes some
refused "sweep: a hexadecimal number" "--changes=0x1: the value must be numbers from 0 to 100" sweep --changes 0x1
refused "sweep: a number twice" "--changes=1,0.1,1.0: 1 is there twice" sweep --changes 1,0.1,1.0
refused "sweep: a limit that is no number" "--memory=much" sweep --memory 0.5,limit:much
refused "sweep: a share above 1" "--episodes=2" sweep --episodes 2
refused "sweep: cell 3 of 2" "--cell=3/2" sweep --cell 3/2
refused "sweep: too many parts" "N no more than 1000000" sweep --cell 1/99999999
refused "sweep: an unknown scheme" "unknown scheme 'nothing'" sweep --schemes nothing
refused "sweep: a trace that is not there" "$dir/none: cannot be opened" sweep --trace "$dir/none"
refused "merge without a file" "give files" merge
run 0 sweep --schemes rcu_everything --threads 1 --runs 1 --changes 0 --episodes 0 --delays 0 --memory limit:0.1 --format csv &&
	awk -F, '$5 == 0.1 && $9 == "failed_per_fault" && $10 > 0.005 { n++ } END { exit n != 1 }' "$dir/out"
ok $? "sweep: at a limit allocations are refused that may not wait"

small="--schemes mmap_lock --threads 1 --runs 1 --faults 64 --changes 0,1 --episodes 0,0.5 --delays 0 --memory none"
run 0 sweep $small --trace "$dir/small.trace" && grep -q 'cannot tell' "$dir/out" && grep -q '^  small ' "$dir/out"
ok $? "sweep prints the map, and where the program is on it"
run 0 sweep $small --format csv && [ "$(grep -c ',mm_ns_per_fault,' "$dir/out")" -eq 4 ]
ok $? "sweep as CSV: every cell is there"
run 0 sweep $small --schemes rcu_everything,rcu_everything_keep,rcu_everything:per_vma_refcount --format md && square &&
	grep -qE '^\| against rcu_everything +\| changes \|.* \| rcu_everything_keep \| rcu_everything:per_vma_refcount \|$' "$dir/out"
ok $? "sweep compares the answers of a scheme, and its rungs below, with it"
run 0 sweep $small --cell 1/2 --format json -o "$dir/one.json"
if ! grep -q "no jansson" "$dir/err"; then
	run 0 sweep $small --cell 2/2 --format json -o "$dir/two.json" &&
		run 0 merge "$dir/one.json" "$dir/two.json" --format csv &&
		[ "$(grep -c ',mm_ns_per_fault,' "$dir/out")" -eq 4 ] && [ ! -s "$dir/err" ]
	ok $? "merge puts the cells of two parts together"
	run 0 merge "$dir/one.json" && grep -q '2 of 4 cells' "$dir/err"
	ok $? "merge says that parts are missing"
	sed 's/"measured_on" *: *"[^"]*"/"measured_on":"another CPU, another system"/' "$dir/one.json" >"$dir/elsewhere.json"
	run 0 merge "$dir/elsewhere.json" && grep -q '^another CPU, another system; page zeroing' "$dir/out"
	ok $? "a map's head names the machine that was measured"
	refused "merge: the same part twice" "there already" merge "$dir/one.json" "$dir/one.json"
	run 0 sweep $small --seed 2 --cell 2/2 --format json -o "$dir/other.json"
	sed 's/"version": *"[^"]*"/"version": "0.0"/' "$dir/two.json" >"$dir/version.json"
	refused "merge: parts of two versions" "was measured by version 0.0" merge "$dir/one.json" "$dir/version.json"
	other_revision() { # FILE
		sed -e '/"revision"/d' -e 's/^ "argv"/ "revision": "0123456789ab",\n&/' "$1"
	}
	other_revision "$dir/two.json" >"$dir/revision.json"
	refused "merge: parts of two revisions" "was measured at revision 0123456789ab" merge "$dir/one.json" "$dir/revision.json"
	cp "$dir/revision.json" "$dir/resumed.json"
	refused "sweep: the output is of another revision" "was measured at revision 0123456789ab" \
		sweep $small --format json -o "$dir/resumed.json"
	cmp -s "$dir/revision.json" "$dir/resumed.json"
	ok $? "it is left alone"
	other_revision "$dir/one.json" >"$dir/revision1.json"
	run 0 merge "$dir/revision1.json" "$dir/revision.json" --format json && grep -q '"revision": "0123456789ab"' "$dir/out"
	ok $? "merge keeps the revision that measured"
	sed 's/"measured_on": *"/&another /' "$dir/two.json" >"$dir/machine.json"
	run 0 merge "$dir/one.json" "$dir/machine.json" && grep -q 'of 2 machines' "$dir/err"
	ok $? "merge says that cells are of two machines"
	refused "merge: parts of two sweeps" "of another sweep" merge "$dir/one.json" "$dir/other.json"
	refused "sweep: the output is another sweep's" "of another sweep" \
		sweep $small --seed 3 --format json -o "$dir/one.json"
	head -c 1000 "$dir/one.json" >"$dir/half.json"
	refused "merge: half a file" "$dir/half.json:" merge "$dir/half.json"
	sed -n 's/.*"version": *"\([^"]*\)".*/{"schema": "faultline\/sweep\/1", "version": "\1", "parameters": {"runs": -1}}/p' "$dir/one.json" >"$dir/odd.json"
	refused "merge: odd parameters" "parameters" merge "$dir/odd.json"
	sed 's/"runs": 1,/"runs": 1, &/' "$dir/one.json" >"$dir/twice.json"
	odd_json() { # COMMAND ARG...
		refused "$1: a key twice" "$dir/twice.json:" "$@" "$dir/twice.json"
		refused "$1: a directory instead of JSON" "faultline: $dir is a directory" "$@" "$dir"
		refused "$1: JSON that is not there" "faultline: $dir/none: cannot be opened: No such file" "$@" "$dir/none"
		refused "$1: a file without a name" "faultline: '': cannot be opened: No such file" "$@" ''
	}
	odd_json merge
	odd_json report
	refused "sweep: the output is a directory" "faultline: $dir is a directory" sweep $small --format json -o "$dir"
	refused "sweep: the output is a device" "faultline: /dev/null is not a regular file" sweep $small --format json -o /dev/null
	# A sweep that was stopped after two cells measures the others, and keeps those two.
	sed -n '/"mm_ns_per_fault"/,/]/p' "$dir/one.json" >"$dir/kept"
	run 0 sweep $small --format json -o "$dir/one.json" && grep -q 'has 2 of 4 cells: going on' "$dir/err" &&
		grep -q '"complete": true' "$dir/one.json" &&
		[ "$(grep -c '"mm_ns_per_fault"' "$dir/one.json")" -eq 4 ] &&
		sed -n '/"mm_ns_per_fault"/,/]/p' "$dir/one.json" | grep -qxF -e "$(sed -n 2p "$dir/kept")"
	ok $? "a sweep that was stopped goes on with what is missing"
fi

refused "trace without info" "the subcommands are 'info' and 'import'" trace small.trace
refused "trace info without a trace" "give a trace" trace info
refused "trace info of a trace that was cut" "$dir/cut.trace:9: the last line has no end" trace info "$dir/small.trace" "$dir/cut.trace"
refused "trace info: a file without a name" "faultline: '': cannot be opened: No such file" trace info ''
if command -v zstd >/dev/null && ! grep -q "no libzstd" "$dir/err"; then
	zstd -q </dev/null >"$dir/empty.zst"
	refused "trace info: a compressed file of nothing" "faultline: $dir/empty.zst: holds no event" trace info "$dir/empty.zst"
fi
refused "trace info: an unknown format" "--format=xml" trace info --format xml "$dir/small.trace"
sed 's/^# name small/# maps 7 many 1 prog/' "$dir/small.trace" >"$dir/maps.trace"
refused "a damaged line of the head" "$dir/maps.trace:2: VMAS is not a decimal number" trace info "$dir/maps.trace"
run 0 trace info --format csv "$dir/small.trace" && head -1 "$dir/out" | grep -qx 'trace,metric,value' &&
	grep -qx '"small",changes,3' "$dir/out" && grep -qx '"small",user_faults,3' "$dir/out" &&
	grep -qx '"small",kernel_faults_percent,25.000000' "$dir/out"
ok $? "trace info: CSV"
run 0 trace info "$dir/small.trace" "$dir/small.trace" && grep -qE '^ *faults per change +1.3 +1.3$' "$dir/out"
ok $? "trace info: a table of two"
if run 0 trace info --format json "$dir/small.trace"; then
	grep -q '"schema": "faultline/trace-info/1"' "$dir/out" && grep -q '"changes": 3' "$dir/out"
	ok $? "trace info: JSON"
fi
if command -v python3 >/dev/null; then
	printf '\377' >"$dir/notes.md"
	mkfifo "$dir/0001-pipe.md"
	mkdir "$dir/0002-folder.md"
	refused "verify looks at the name before it reads" "$dir/notes.md: the name is not NNNN-words.md" verify "$dir/notes.md"
	refused "verify: a pipe that nobody writes to" "$dir/0001-pipe.md is not a regular file" verify "$dir/0001-pipe.md"
	refused "verify: a directory" "$dir/0002-folder.md is a directory" verify "$dir/0002-folder.md"
	refused "verify: an ADR that is not there" "$dir/0003-none.md: No such file" verify "$dir/0003-none.md"
fi
# --- ended half-way -----------------------------------------------------------------------

# A program that takes long enough: 1024 faults, sixteen times over.
awk 'BEGIN {
	print "# pftrace 1\n# name long\n0 7 X prog\n1 7 m 0 400000 3 22 ffffffff 0 7f0000000000 1"
	for (i = 0; i < 16; i++) {
		for (k = 0; k < 1024; k++)
			printf "%d 7 F 7f00%05x000 0 6\n", 10 + i, k
		printf "%d 7 a 7f0000000000 400000 4 0 1\n", 10 + i
	}
	print "99 7 E 7"
}' >"$dir/long.trace"

# Start faultline in the background; a shell would make it ignore SIGINT, which this undoes.
start() { # ARG...
	seen=" "
	nr_seen=0
	rm -f "$dir/result"
	env --default-signal=INT "$faultline" "$@" >"$dir/out" 2>"$dir/err" &
	pid=$!
}

# Wait until it has had so many threads in all: each run has one of its own, beside a few helpers'.
threads_seen() { # COUNT
	while [ $nr_seen -lt "$1" ] && kill -0 $pid 2>/dev/null; do
		for task in /proc/"$pid"/task/*; do
			case $seen in
			*" $task "*) ;;
			*)
				seen="$seen$task "
				nr_seen=$((nr_seen + 1)) ;;
			esac
		done
		sleep 0.02
	done
}

if [ -d "/proc/$$/task" ] && env --default-signal=INT true 2>/dev/null; then
	start compare --trace "$dir/long.trace" "$dir/small.trace" --schemes mmap_lock,rcu_everything --threads 1 --runs 1000
	threads_seen 14
	kill -INT $pid
	wait $pid
	[ $? -eq 130 ] && grep -q '^PARTIAL: ' "$dir/out" && grep -q '^  PARTIAL: [1-9][0-9]* of 1000 runs' "$dir/out" &&
		grep -q '^  mmap_lock .*baseline' "$dir/out" && ! grep -q '^small' "$dir/out" &&
		grep -q 'the result is partial' "$dir/err"
	ok $? "SIGINT in a comparison: whole rounds are kept, and marked as partial"
	start compare --workload anon,anon-one-vma --schemes mmap_lock --threads 1 --faults 100000 --runs 1000 --format csv -o "$dir/result"
	threads_seen 10
	kill -TERM $pid
	wait $pid
	[ $? -eq 143 ] && grep -q '^"",,,partial,1$' "$dir/result" && grep -q '^"anon",mmap_lock,1,' "$dir/result" &&
		grep -q '^"anon-one-vma",mmap_lock,1,' "$dir/result" && ! grep -q '"anon",mmap_lock,1000,' "$dir/result"
	ok $? "SIGTERM between workloads: the whole rounds of each are kept"
	start compare --trace "$dir/long.trace" --threads 1 --runs 1000 -o "$dir/result"
	threads_seen 14
	kill -STOP $pid
	kill -INT $pid
	kill -TERM $pid
	kill -CONT $pid
	wait $pid
	[ $? -gt 128 ] && [ ! -e "$dir/result" ] && [ ! -s "$dir/out" ] && ! grep -q partial "$dir/err"
	ok $? "a second signal ends it at once, and nothing is written"
	if "$faultline" list | grep -q rcu_everything_grace; then
		# Two seconds a run, asleep.
		slow="compare --workload thread-start --threads 1 --faults 64 --schemes rcu_everything_grace --grace-period-us 40000"
		# shellcheck disable=SC2086
		twice() { # PAUSE
			start $slow
			threads_seen 2
			kill -INT $pid
			sleep "$1"
			kill -INT $pid
			wait $pid
		}
		twice 0.1
		[ $? -eq 130 ] && grep -q '^faultline: interrupted' "$dir/err"
		ok $? "SIGINT twice within half a second, as from timeout, counts as one"
		twice 0.7
		[ $? -eq 130 ] && ! grep -q '^faultline: interrupted' "$dir/err"
		ok $? "SIGINT again a while later ends it at once"
	fi
	start sweep --schemes mmap_lock --threads 1 --runs 64 --faults 20000 --format json -o "$dir/result"
	if ! grep -q "no jansson" "$dir/err"; then
		while [ ! -e "$dir/result" ] && kill -0 $pid 2>/dev/null; do
			sleep 0.02
		done
		kill -TERM $pid
		wait $pid
		[ $? -eq 143 ] && grep -q '"complete": false' "$dir/result" && grep -q '"mm_ns_per_fault"' "$dir/result" &&
			grep -q 'interrupted: [0-9]* of 55 cells' "$dir/err"
		ok $? "SIGTERM in a sweep: the cells that are whole are kept"
	fi
fi

# --- a kernel without what RCU requires ------------------------------------------------------

if command -v strace >/dev/null && strace -qq -o /dev/null true 2>/dev/null; then
	timeout 60 strace -qq -o /dev/null -e trace=membarrier -e inject=membarrier:error=ENOSYS \
		"$faultline" list >"$dir/out" 2>"$dir/err"
	[ $? -eq 77 ] && [ ! -s "$dir/out" ] && [ "$(wc -l <"$dir/err")" -eq 1 ] && grep -q '^membarrier(2) ' "$dir/err"
	ok $? "no membarrier: one line, 77"
fi

# --- limits -------------------------------------------------------------------------------

echo old >"$dir/kept"
beside=$(ls "$dir" | grep -c "^kept")
(ulimit -f 1 && "$faultline" compare --runs 1 --trace "$dir/small.trace" --format csv -o "$dir/kept") >"$dir/out" 2>"$dir/err"
[ $? -eq 2 ] && grep -q '^faultline: .*kept: cannot be written: File too large' "$dir/err" && [ "$(cat "$dir/kept")" = old ] &&
	[ "$(ls "$dir" | grep -c "^kept")" -eq "$beside" ]
ok $? "a file that may not grow: told, the old one is whole, and nothing lies beside it"
short_stdout() { # COMMAND ARG...
	(ulimit -f 1 && "$faultline" "$@" >"$dir/kept") 2>"$dir/err"
	[ $? -eq 2 ] && grep -q '^faultline: stdout: cannot be written: File too large' "$dir/err"
	ok $? "a file behind stdout that may not grow: $1"
}
short_stdout list
short_stdout compare --runs 1 --format csv --trace "$dir/small.trace"
# A sanitizer's shadow is larger than any such limit.
if (ulimit -v 400000 && "$faultline" --version) >/dev/null 2>&1; then
	(ulimit -v 400000 && "$faultline" compare --runs 0 --frames 1000000 --trace "$dir/small.trace") >"$dir/out" 2>"$dir/err"
	[ $? -eq 2 ] && [ ! -s "$dir/out" ] && [ "$(wc -l <"$dir/err")" -eq 1 ] && grep -q 'not enough memory: 1000000 page frames' "$dir/err"
	ok $? "memory that does not suffice for the frames"
fi
refused "a limit that is too low is the one to blame, not the frames" "long: --charge-limit=64 is too low for this replay: " \
	compare --runs 1 --schemes mmap_lock --frames 5000 --charge-limit 64 --trace "$dir/long.trace"
run 0 compare --runs 1 --threads 64 --schemes mmap_lock,rcu_everything --trace "$dir/small.trace" &&
	grep -q 'on 64 workers' "$dir/out" && grep -q 'nothing leaked' "$dir/out"
ok $? "64 workers"
run 0 compare --runs 1 --threads 64 --schemes rcu_everything --workload beside-mmap --writer-rate 1000 --faults 32 &&
	grep -q 'beside-mmap' "$dir/out"
ok $? "a workload of 64 threads"
echo "1..$n"
