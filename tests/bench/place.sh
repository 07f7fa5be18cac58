#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# `faultline place`: what it says of programs that were made up so that the answer is known, and how it is used.
set -u

. "${srcdir:=.}/tests/support/cli.sh"
trace=$srcdir/tests/bench/tiny.trace

run 0 place --help && grep -q -- '--events' "$dir/out" && grep -q -- '--frames' "$dir/out"
ok $? "--help"
refuses "give a trace" place
refuses "unknown scheme 'nothing'" place --schemes nothing "$trace"
refuses "floor has no locks" place --schemes floor "$trace"
refuses "--cpus=0" place --cpus 0 "$trace"
refuses "numbers must rise" place --cpus 4,2 "$trace"
refuses "unknown option" place --fast "$trace"
"$faultline" machines >"$dir/out" 2>"$dir/err"
if [ $? -eq 77 ]; then
	skipped "on a simulated machine" "$(head -1 "$dir/err")"
	echo "1..$n"
	exit 0
fi
refuses "there is no such machine, and no such file" place --machine nowhere "$trace"
refuses "has 8 CPUs, not 9" place --machine skylake-client-4c --cpus 9 "$trace"
refuses "none: cannot be opened" place "$dir/none"
# The good one is not measured before the bad one is looked at.
head -5 "$trace" >"$dir/short.trace"
refused "a trace that is cut short, after one that is whole" "short.trace" place "$trace" "$dir/short.trace"

# One thread changes its memory every 100 us, the other faults in its own in the middle between: at their own pace they do not
# meet.  A machine of four cores is soon copied.
awk 'BEGIN {
	print "# pftrace 1\n# name apart\n# host 6.18 cpus 1 page 4096\n0 7 X prog"
	print "1 7 m 0 1000000 3 22 ffffffff 0 7f0000000000 1\n2 7 m 0 1000000 3 22 ffffffff 0 7e0000000000 1"
	print "3 7 F 7f0000000000 0 6\n4 7 F 7e0000000000 0 6\n5 7 C 8 7"
	for (t = 100000; ++i < 100; t += 100000)
		printf "%d 7 p 7f0000000000 2000 %d 0 1\n%d 8 F 7e0000%03x000 0 6\n", t, i % 2 ? 1 : 3, t + 50000, i
	printf "%d 8 E 7\n%d 7 E 7\n", t, t + 1
}' >"$dir/apart.trace"
three="--machine skylake-client-4c --schemes mmap_lock,seqcount_retry,rcu_everything"
run 0 place $three "$dir/apart.trace" && grep -q '^  apart, at its own pace: ' "$dir/out" &&
	grep -q '^  apart, as soon as possible, an upper bound of contention: rcu_everything wins' "$dir/out" &&
	grep -q '^  apart cannot use more than 2 CPUs' "$dir/out" && grep -q 'recorded on 1 CPU, so no more than 1 of them' "$dir/out"
ok $? "the answer, at both paces, and what limits it"
run 0 place $three --format csv "$dir/apart.trace" && awk -F, '
	$8 == 1 && $6 == 2 { ms[$4, $5] = $9; late[$4, $5] = $10 }
	END { q = "\""; s = q "seqcount_retry" q; m = q "mmap_lock" q
		exit !(ms["own", s] < 1.1 * ms["own", m] && ms["asap", m] > 2 * ms["own", m] && late["own", s] < 20000) }' "$dir/out"
ok $? "at their own pace, threads that are never there at once do not meet; as soon as possible they do"
# `compare` at that pace, which begins with a machine that has run before, says nearly the same of each: its ns a fault, of 101.
run 0 compare --mode paced --threads 2 --runs 1 $three --trace "$dir/apart.trace" && awk '/ns in the mm/ { at = 1 } /Faults/ { at = 0 }
	at && /^  [a-z_]+ +[0-9]/ { print $1, 101 * $2 }' "$dir/out" >"$dir/compared" &&
	run 0 place $three --cpus 2 --format csv "$dir/apart.trace" && awk -F '[ ,"]+' 'NR == FNR { ns[$1] = $2; next }
	$4 == "own" && $8 == 1 { n++; if ($9 > 1.2 * ns[$5] || $9 < 0.9 * ns[$5]) exit 1 } END { exit n != 3 }' "$dir/compared" "$dir/out"
ok $? "compare at the recorded pace says the same"
elsewhere()
{
	env -i PATH="$PATH" LONG="$(printf '%09000d' 0)" "$@"
}
"$faultline" place $three --format json "$dir/apart.trace" >"$dir/1.json" 2>"$dir/err"
elsewhere "$faultline" place $three --format json "$dir/apart.trace" >"$dir/2.json" 2>"$dir/err"
if grep -q 'no jansson' "$dir/err"; then
	skipped "JSON" "this build has no jansson"
else
	cmp "$dir/1.json" "$dir/2.json" >"$dir/say" 2>&1 && grep -q '"schema": "faultline/place/1"' "$dir/1.json"
	ok $? "the same to the byte, in another environment"
fi
run 0 place $three --cpus 2,8 "$dir/apart.trace" && grep -q 'That is less than 8' "$dir/out" &&
	grep -q '^  ms in the mm, on CPUs:  *2  ' "$dir/out"
ok $? "no more CPUs than it has threads"

# Two machines: what holds on both comes first, then a row for each, then what it says of each alone.
run 0 place --machine graviton2-64c,skylake-client-4c --schemes mmap_lock,rcu_everything --format md "$dir/apart.trace" &&
	grep -q '^- apart, as soon as possible, an upper bound of contention: rcu_everything wins on all 2 machines\.' "$dir/out" &&
	[ "$(grep -cE '^\| apart +\| (own|asap) +\| (graviton2-64c|skylake-client-4c) +\| +2 \|' "$dir/out")" -eq 4 ] &&
	[ "$(grep -n 'on all 2 machines' "$dir/out" | head -1 | cut -d : -f 1)" -lt "$(grep -n '^## On graviton2-64c' "$dir/out" | cut -d : -f 1)" ] &&
	sed -n '/^## On skylake-client-4c/,$p' "$dir/out" >"$dir/second" &&
	run 0 place --machine skylake-client-4c --schemes mmap_lock,rcu_everything --format md "$dir/apart.trace" &&
	[ "$(grep '^| rcu_everything' "$dir/second")" = "$(grep '^| rcu_everything' "$dir/out")" ]
ok $? "two machines: what holds on both, a row for each, and each as it is alone"
refuses "graviton2-64c is there twice" place --machine graviton2-64c,graviton2-64c "$trace"
refuses "there is no such machine" place --machine graviton2-64c, "$trace"
refuses "there is no such machine" scale --machine graviton2-64c,skylake-client-4c
refuses "skylake-client-4c has 8 CPUs, not 9" place --machine graviton2-64c,skylake-client-4c --cpus 9 "$trace"

# A program of one thread; of two, of which a part is timed, in which they meet most.
awk 'BEGIN { print "# pftrace 1\n# name alone\n0 7 X prog\n1 7 m 0 1000000 3 22 ffffffff 0 7f0000000000 1"
	for (t = 1000; ++i < 100; t += 1000) printf "%d 7 F 7f0000%03x000 0 6\n", t, i
	print t " 7 E 7" }' >"$dir/alone.trace"
run 0 place --machine rome-2s-128c "$dir/alone.trace" && grep -q '^  alone: one thread, so locking does not matter here: no fault waits for another thread\.' "$dir/out" &&
	grep -q '^  On one CPU' "$dir/out" && ! grep -q 'As soon as possible' "$dir/out"
ok $? "one thread: locking does not matter"
run 0 place --machine skylake-client-4c --schemes mmap_lock "$dir/alone.trace" && grep -q 'there is one scheme only' "$dir/out"
ok $? "one scheme"
run 0 place --events 6 $three --format md "$dir/apart.trace" && grep -q 'timed: 3 of 101 faults, and 3 calls' "$dir/out" && grep -q '^| mmap_lock ' "$dir/out"
ok $? "a part of it, in Markdown"
run 0 place --events 0 --runs 2 --placement packed --cpus 2 $three "$dir/apart.trace" "$dir/alone.trace" &&
	grep -q '2 seeds' "$dir/out" && grep -q 'placed packed' "$dir/out" && grep -q '^  alone: ' "$dir/out"
ok $? "two programs, all of them, placed otherwise"
"$faultline" place --machine skylake-client-4c --runs 10 "$srcdir/bench/traces/python.trace.zst" >"$dir/out" 2>"$dir/err" &
pid=$!
sleep 1
kill -TERM $pid
wait $pid
[ $? -eq 143 ] && [ ! -s "$dir/out" ] && grep -qx 'faultline: interrupted before all was measured' "$dir/err"
ok $? "interrupted: exit status 143, and nothing half-written"
echo "1..$n"
