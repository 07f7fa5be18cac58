#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# `faultline record` on a small program, by each method that this machine permits.
set -u

. "${srcdir:=.}/tests/support/cli.sh"
program=$builddir/tests/bench/recorded

# Lines of trace T whose fields from the third on match.
count() {
	cut -d' ' -f3- "$t" | grep -cE "$1"
}

run 0 record --help && grep -q -- --method "$dir/out"
ok $? "--help"
refused "no command" "give a command" record
refused "an unknown method" "--method=magic" record --method magic true
refused "a ring that is not a power of two" "--buffer=5" record --buffer 5 true
refused "a ring that is not a number" "--buffer=-4" record --buffer=-4 true
refused "an unknown option" "unknown option '--fast'" record --fast true
refused "a recording that is a directory" "$dir is a directory" record -o "$dir" -- touch "$dir/ran"
refused "a recording that is a device" "/dev/null is not a regular file" record -o /dev/null -- touch "$dir/ran"
[ ! -e "$dir/ran" ]
ok $? "the command of a recording that is refused does not run"

# What is known of `recorded all`: 4D pages are 77, 4F are 79.
check_calls() { # METHOD
	main=4d000 other=4f000
	[ "$(count "^m 0 $main 3 22 ffffffff 0 [0-9a-f]* [0-9]+\$")" -eq 1 ] &&
		[ "$(count "^a [0-9a-f]* $main (f|4) 0 [0-9]+\$")" -eq 2 ] &&
		[ "$(count "^p [0-9a-f]* $main [13] 0 [0-9]+\$")" -eq 2 ] &&
		[ "$(count "^r [0-9a-f]* $main 9a000 1 [0-9a-f]* [0-9a-f]* [0-9]+\$")" -eq 1 ] &&
		[ "$(count "^u [0-9a-f]* 9a000 0 [0-9]+\$")" -eq 1 ] &&
		[ "$(count "^m 0 $other 3 22 ffffffff 0 [0-9a-f]* [0-9]+\$")" -eq 1 ] &&
		[ "$(count "^u [0-9a-f]* $other 0 [0-9]+\$")" -eq 1 ] &&
		[ "$(count '^u 1 1000 ffffffffffffffea [0-9]+$')" -eq 1 ] && [ "$(count '^b ')" -ge 2 ]
	ok $? "$1: every call is there once, with its result"
	[ "$(count '^X recorded$')" -eq 2 ] || [ "$(count '^X exe$')" -eq 1 ] && [ "$(count '^C ')" -eq 2 ] && [ "$(count '^E ')" -eq 3 ]
	ok $? "$1: exec, thread, child, and their ends"
	# Faults of the main thread, of the other, and of the child, on the ranges that were mapped.
	awk -v main=$main -v other=$other '
		$3 == "m" && $5 == main { at = $10 } $3 == "m" && $5 == other { at2 = $10 }
		{ line[NR] = $3 " " $2 " " substr($4, 1, 7) }
		$3 == "C" { made[++nr] = $4 }
		END {
			for (i = 1; i <= NR; i++) {
				split(line[i], f, " ")
				if (f[1] != "F") continue
				if (f[2] == made[1]) thread++
				else if (f[2] == made[2]) child++
				else first++
			}
			exit !(at != "" && at2 != "" && first >= 77 && thread >= 79 && child >= 77)
		}' "$t"
	ok $? "$1: faults stand with the thread that took them"
}

methods=0
why=
for method in tracepoints ptrace; do
	t=$dir/$method.trace
	run 7 record --method $method -o "$t" -- "$program" all 7
	status=$?
	if [ $status -ne 0 ] && grep -q '^faultline: recording is not permitted here: ' "$dir/err"; then
		why=$(sed 's/^faultline: //' "$dir/err")
		n=$((n + 1))
		echo "ok $n - $method # SKIP $why"
		continue
	fi
	methods=$((methods + 1))
	ok $status "$method: the exit status is the command's"
	[ ! -s "$dir/out" ] && grep -q ', 0 events lost' "$dir/err" && grep -qx '# lost 0' "$t"
	ok $? "$method: nothing is lost, and stdout is the command's"
	grep -q '^faultline: warning: not in the trace: mlock 1$' "$dir/err" && grep -qx '# missing mlock 1' "$t" &&
		run 0 trace info "$t" && grep -q 'missing: mlock 1$' "$dir/out"
	ok $? "$method: a call that no trace has a line for is counted by name, here and in the file"
	check_calls $method
	timeout 60 "$faultline" compare --runs 0 --schemes mmap_lock --trace "$t" >"$dir/compare" 2>"$dir/err" &&
		grep -qE ' ([0-9,]+) of \1 VMAs as recorded' "$dir/compare"
	ok $? "$method: a replay has the VMAs as recorded"
	if [ $method = tracepoints ]; then
		[ "$(id -u)" != 0 ] || grep -qE '^# zero-page (yes|no)$' "$t"
		ok $? "$method: the head says whether the kernel has a zero page"
		[ "$(count '^K [0-9a-f]* 2$')" -ge 1 ] && [ "$(grep '^# missing' "$t")" = '# missing mlock 1' ] &&
			[ "$(count '^F [0-9a-f]* [0-9a-f]* 7$')" -ge 77 ]
		ok $? "$method: the kernel's own fault, and the child's copy-on-write faults"
	else
		grep -q '^# missing kernel-mode faults' "$t" && grep -q '^# missing error codes' "$t" &&
			[ "$(count '^F [0-9a-f]* [0-9a-f]* 6$')" -ge 156 ]
		ok $? "$method: the file says what is missing"
	fi

	run 143 record --method $method -o "$t" "$program" kill
	ok $? "$method: a command that dies of a signal"

	run 153 record --method $method -o "$dir/limit.trace" -- sh -c 'kill -XFSZ $$'
	ok $? "$method: the command's signals are not ignored: SIGXFSZ"

	# A signal to the recorder ends recording and command; the file is whole.
	rm -f "$t" "$dir/ready"
	timeout 60 "$faultline" record --method $method -o "$t" -- "$program" wait "$dir/ready" 2>"$dir/err" &
	waits=0
	while [ ! -e "$dir/ready" ] && [ $waits -lt 300 ]; do
		sleep 0.1
		waits=$((waits + 1))
	done
	kill -TERM $! && wait $!
	[ $? -eq 143 ] || [ $? -eq 124 ] && [ -s "$t" ] && [ "$(tail -1 "$t" | cut -d' ' -f3)" = E ] &&
		timeout 60 "$faultline" compare --runs 0 --schemes mmap_lock --trace "$t" >/dev/null 2>"$dir/err"
	ok $? "$method: a recording that was interrupted is whole"

	run 2 record --method $method -o "$t.new" "$dir/nothing" && [ ! -e "$t.new" ] &&
		[ "$(wc -l <"$dir/err")" -eq 1 ] && grep -qF "$dir/nothing: cannot be run" "$dir/err"
	ok $? "$method: a command that is not there leaves no file"
	run 2 record --method $method -o "$dir/none/file" true && [ "$(wc -l <"$dir/err")" -eq 1 ]
	ok $? "$method: a file that cannot be written is told before the command runs"
done
if [ $methods -eq 0 ]; then
	echo "# no method is permitted here: $why"
fi
if run 0 record -o "$dir/p.trace.zst" true; then
	run 0 compare --runs 0 --schemes mmap_lock --trace "$dir/p.trace.zst"
	ok $? "a compressed recording"
	first=$(cksum <"$dir/p.trace.zst")
	run 0 record -o "$dir/p.trace.zst" true && [ "$(cksum <"$dir/p.trace.zst.old")" = "$first" ] &&
		grep -q "held is $dir/p.trace.zst.old now" "$dir/err" && [ -s "$dir/p.trace.zst" ]
	ok $? "an older recording is kept beside"
fi
echo "1..$n"
