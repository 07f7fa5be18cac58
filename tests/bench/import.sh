#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# `faultline trace import` of what perf 6.1 recorded of `recorded all 7`: its file, and the text of perf script.
set -u

. "${srcdir:=.}/tests/support/cli.sh"
data=$srcdir/tests/bench/import/recorded.data

# Lines of trace $t whose fields from the third on match.
count() {
	cut -d' ' -f3- "$t" | grep -cE "$1"
}

t=$dir/data.trace
run 0 trace import -o "$t" "$data" && [ ! -s "$dir/out" ] && [ "$(grep -c '^faultline: warning' "$dir/err")" -eq 1 ] &&
	grep -q '^faultline: warning: not in the trace: mlock 1$' "$dir/err" &&
	grep -qE '^faultline: imported 379 faults and 42 calls of 2 processes to ' "$dir/err"
ok $? "the file of perf record, and what is not in the trace"
# What is known of `recorded all`: see record.sh.
[ "$(count '^m 0 4d000 3 22 ffffffff 0 [0-9a-f]* [0-9]+$')" -eq 1 ] && [ "$(count '^a [0-9a-f]* 4d000 (f|4) 0 [0-9]+$')" -eq 2 ] &&
	[ "$(count '^r [0-9a-f]* 4d000 9a000 1 0 [0-9a-f]* [0-9]+$')" -eq 1 ] && [ "$(count '^u 1 1000 ffffffffffffffea [0-9]+$')" -eq 1 ] &&
	[ "$(count '^F [0-9a-f]* [0-9a-f]* 7$')" -ge 77 ] && [ "$(count '^K [0-9a-f]* 2$')" -ge 1 ] && [ "$(count '^C ')" -eq 2 ] &&
	[ "$(count '^E ')" -eq 3 ] && [ "$(count '^X ')" -eq 2 ]
ok $? "calls, faults, threads and processes are there"
grep -qx '# host 6.18.44-fc-v657 cpus 2 page 4096' "$t" && grep -qx '# lost 0' "$t" && grep -qx '# name recorded' "$t"
ok $? "the head says which machine it was"
run 0 compare --runs 0 --schemes mmap_lock --trace "$t" && grep -qE ' ([0-9,]+) of \1 VMAs as recorded' "$dir/out"
ok $? "a replay has the VMAs as recorded"

if run 0 trace import -o "$dir/script.trace" "$data.gone" || ! grep -q 'cannot be opened' "$dir/err"; then
	false
fi
ok $? "a file that is not there"
if zstd -dqc "$srcdir/tests/bench/import/recorded.script.zst" >"$dir/recorded.script" 2>/dev/null; then
	run 0 trace import -o "$dir/script.trace" "$dir/recorded.script" && sed '/^# host/d' "$t" >"$dir/wanted" &&
		sed '/^# host/d' "$dir/script.trace" | cmp -s - "$dir/wanted"
	ok $? "the text of perf script is the same trace, to the letter"

	# wrong NAME SAID SCRIPT: a line changed by sed is refused, by its number.
	wrong() {
		sed "$3" "$dir/recorded.script" >"$dir/wrong.script"
		refused "$1" "$dir/wrong.script:$2" trace import -o "$dir/none.trace" "$dir/wrong.script"
	}
	at=$(grep -n 'page_fault_user' "$dir/recorded.script" | head -1 | cut -d: -f1)
	wrong "an address that perf printed as a symbol" "$at: exceptions:page_fault_user: not as perf prints it" "${at}s/address=0x/address=_end /"
	wrong "a fault without its error code" "$at: exceptions:page_fault_user" "${at}s/ error_code.*//"
	wrong "a line without a time" "$at: this is not a line of perf script" "${at}s/[0-9]*[.][0-9]*: //"
	wrong "a time that runs backwards" "$at: is earlier" "${at}s/ [0-9]*[.][0-9]*: / 1.000000: /"
	at=$(grep -n 'NR 25 (' "$dir/recorded.script" | cut -d: -f1)
	wrong "a call of five arguments" "$at: raw_syscalls:sys_enter" "${at}s/, [0-9a-f]*)/)/"
	wrong "a call without its number" "$at: raw_syscalls:sys_enter" "${at}s/NR 25/NR x/"
	at=$(grep -n 'PERF_RECORD_FORK' "$dir/recorded.script" | head -1 | cut -d: -f1)
	wrong "a thread without a number" "$at: PERF_RECORD_FORK" "${at}s/FORK([0-9]*:/FORK(:/"
	at=$(grep -n 'PERF_RECORD_MMAP2' "$dir/recorded.script" | head -1 | cut -d: -f1)
	wrong "a mapping without rights" "$at: PERF_RECORD_MMAP2" "${at}s/: [r-][w-][x-][ps] /: /"
	(echo '# arch : aarch64'; cat "$dir/recorded.script") >"$dir/arm.script"
	refused "another architecture" "$dir/arm.script:1: was recorded on aarch64" trace import -o "$dir/none.trace" "$dir/arm.script"
	grep -v PERF_RECORD_COMM "$dir/recorded.script" >"$dir/wrong.script"
	refused "no exec in it" "--show-task-events" trace import -o "$dir/none.trace" "$dir/wrong.script"
	sed -E 's/: [r-][w-][x-]([ps]) /: r-x\1 /' "$dir/recorded.script" >"$dir/code.script"
	run 0 trace import -o "$dir/code.trace" "$dir/code.script" && grep -q 'mappings without code are not in it: perf record -d' "$dir/err"
	ok $? "only mappings of code: perf record was not told -d"
	# What perf adds with other options: notes, stacks, other events, names with spaces, PID/TID.
	{
		echo '# os release : 6.9'
		sed -e 's|^ *recorded \([0-9]*\) \[|   a name: 1.5: x 20202/\1 [|' -e '/page_fault_user/a\
	    7fb9c1ca7b60 [unknown] (/usr/lib/libc.so)' "$dir/recorded.script"
	} >"$dir/more.script"
	run 0 trace import -o "$dir/more.trace" "$dir/more.script" && sed '/^#/d' "$dir/more.trace" >"$dir/more" &&
		sed '/^#/d' "$t" | cmp -s - "$dir/more" && grep -q '^# host 6.9 ' "$dir/more.trace"
	ok $? "stacks, notes and odd names change nothing"
else
	skipped "the text of perf script" "no zstd"
fi

# Cut at any byte, a file is refused in one line, with the place, and leaves nothing.
size=$(wc -c <"$data")
wrong=
for bytes in 0 1 7 8 30 103 104 200 743 744 800 20000 61783 61784 61790 61900 62100; do
	head -c "$bytes" "$data" >"$dir/cut.data"
	run 2 trace import -o "$dir/cut.trace" "$dir/cut.data" && [ "$(wc -l <"$dir/err")" -eq 1 ] &&
		grep -q "^faultline: $dir/cut.data" "$dir/err" && [ ! -e "$dir/cut.trace" ] || wrong="$wrong $bytes: $(cat "$dir/err")"
done
printf '%s\n' "$wrong" >"$dir/say"
[ -z "$wrong" ] && [ "$size" -gt 70000 ]
ok $? "a file of perf record that was cut"
# changed NAME SAID OFFSET BYTES: some bytes are others.
changed() {
	cp "$data" "$dir/changed.data"
	printf "$4" | dd of="$dir/changed.data" bs=1 seek="$3" conv=notrunc 2>/dev/null
	refused "$1" "$2" trace import -o "$dir/none.trace" "$dir/changed.data"
}
changed "the other order of bytes" "other order of bytes" 0 '2ELIFREP'
changed "a record of no length" "at byte 744: a record does not end" 750 '\000\000'
changed "a record that was compressed" "record without -z" 744 '\121\000\000\000'
changed "no tracepoint of that name" "exceptions/page_fault_user is not in it" \
	"$(($(grep -abo 'name: page_fault_user' "$data" | head -1 | cut -d: -f1) + 6))" 'XXXX'
refused "a folder" "is not a regular file" trace import -o "$dir/none.trace" "$dir"
refused "no file" "give a file of perf record" trace import
refused "two files" "one file at a time" trace import "$data" "$data"
refused "a result that cannot be written" "$dir/none/x: cannot be written" trace import -o "$dir/none/x" "$data"
[ ! -e "$dir/none.trace" ]
ok $? "what is refused leaves no file"
first=$(cksum <"$t")
run 0 trace import -o "$t" "$data" && [ "$(cksum <"$t.old")" = "$first" ] && [ "$(cksum <"$t")" = "$first" ]
ok $? "an older file is kept, and the same file is the same trace"
(ulimit -f 1 && "$faultline" trace import -o "$t" "$data") >"$dir/out" 2>"$dir/err"
[ $? -eq 2 ] && [ "$(wc -l <"$dir/err")" -eq 1 ] && grep -q "^faultline: $t: cannot be written: File too large" "$dir/err" &&
	[ "$(cksum <"$t")" = "$first" ]
ok $? "a file that may not grow: one line, and the older file is where it was"
echo "1..$n"
