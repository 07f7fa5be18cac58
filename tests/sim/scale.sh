#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# faultline on simulated machines: what it prints, that it is the same each time, and every bad input in one line.
set -u

. "${srcdir:=.}/tests/support/cli.sh"

"$faultline" machines >"$dir/machines" 2>"$dir/err"
if [ $? -eq 77 ]; then
	echo "1..0 # SKIP $(cat "$dir/err")"
	exit 77
fi

# bad WHAT-IT-SAYS SED-SCRIPT: a description that was damaged.
bad() {
	sed "$2" "$srcdir/sim/machines/rome-2s-128c.json" >"$dir/bad.json"
	if cmp -s "$dir/bad.json" "$srcdir/sim/machines/rome-2s-128c.json"; then
		echo "not ok $((n = n + 1)) - the script '$2' changes nothing"
		return
	fi
	refuses "$1" machines "$dir/bad.json"
}

for json in "$srcdir"/sim/machines/*.json; do
	name=${json##*/}
	name=${name%.json}
	"$faultline" machines "$name" >"$dir/out" 2>"$dir/err" && grep -q "hold_share" "$dir/out" && grep -q "^  $name " "$dir/machines" &&
		"$faultline" machines "$json" 2>"$dir/err" | cmp -s - "$dir/out"
	ok $? "$name is listed, built in and as a file alike"
done

bad "to_same_l3_ns is missing" '/"to_same_l3_ns"/d'
bad "between_sockets_ns: [1][0] is 246, but [0][1] is 245" 's/\[245, 115\]/[246, 115]/'
bad "a row for each of 2 sockets is expected" 's/\[245, 115\]$/[245, 115], [1, 1]/'
bad "sockets: 0 is not from 1 to 16" 's/\("sockets": {"value": \)2/\10/'
bad "sockets: 1e+09 is not from 1 to 16" 's/\("sockets": {"value": \)2/\11000000000/'
bad "it has 8192 CPUs; there may be no more than 1024" 's/\("cores_per_l3": {"value": \)4/\1128/'
bad "invalid token near 'NaN'" 's/\("rmw_ns": {"value": \)[0-9.]*/\1NaN/;s/"access_ns"/\n"access_ns"/'
bad "rmw_ns: -1 is not from 0 to 1000" 's/\("rmw_ns": {"value": \)[0-9.]*/\1-1/'
bad "rmw_ns: a number is expected" 's/\("rmw_ns": {"value": \)[0-9.]*/\1"fast"/'
bad 'rmw_ns: either "source" or "guess" has to say where it comes from' 's/\("rmw_ns": {"value": [0-9.]*\), .*}/\1}/'
bad '"speed" is none that this version knows' 's/"rmw_ns"/"speed": 1, "rmw_ns"/'
bad 'schema: "faultline/machine/1" is expected' 's,faultline/machine/1,faultline/machine/2,'
bad 'grant: "fifo" or "local-first" is expected' 's/"local-first"/"by-luck"/'
bad "duplicate" 's/"l1_kib"/"sockets": 1, "sockets": 2, "l1_kib"/'
printf '{' >"$dir/short.json"
refuses "short.json: line 1:" machines "$dir/short.json"
refuses "there is no such machine, and no such file" machines nowhere
refuses "there is no such machine, and no such file" scale --machine nowhere --cpus 1
refuses "there is no such machine, and no such file" compare --machine=nowhere --workload anon
refuses "the value must be packed, spread or random" scale --placement far --cpus 1
refuses "--placement" compare --placement spread --workload anon
refuses "has 8 CPUs, not 9" scale --machine skylake-client-4c --cpus 9
refuses "the value must be a number from 1 to 511" scale --cpus 512
refuses "numbers must rise" scale --cpus 2,2
refuses "the first one must be 1" scale --latencies 0.7
refuses "unknown workload 'nothing'" scale --workload nothing
refuses "with one thread only" scale --schemes floor
refuses "the value must be a number from 1 to 512" compare --machine rome-2s-128c --workload anon --threads 513

# The same in every process, whatever its environment, and in any order of schemes.
small="--machine rome-2s-128c --cpus 1,4,20 --latencies 1,1.3 --workload anon-one-vma --faults 64 --format json"
for run in 1 2; do
	"$faultline" scale $small --schemes mmap_lock,per_vma_rwsem >"$dir/$run.json" 2>"$dir/err" || break
done
elsewhere()
{
	env -i PATH="$PATH" LONG="$(printf '%09000d' 0)" "$@"
}
elsewhere "$faultline" scale $small --schemes mmap_lock,per_vma_rwsem >"$dir/3.json" 2>"$dir/err"
cmp "$dir/1.json" "$dir/2.json" >"$dir/out" 2>&1 && cmp "$dir/1.json" "$dir/3.json" >"$dir/out" 2>&1 && [ -s "$dir/1.json" ]
ok $? "the same result to the byte, three times, in two environments"
"$faultline" scale $small --schemes per_vma_rwsem,mmap_lock >"$dir/4.json" 2>"$dir/err"
grep -h '"faults_per_s"' "$dir/1.json" | sort >"$dir/a"
grep -h '"faults_per_s"' "$dir/4.json" | sort >"$dir/b"
cmp "$dir/a" "$dir/b" >"$dir/out" 2>&1
ok $? "the order of schemes changes no number"
"$faultline" scale $small --schemes mmap_lock,per_vma_rwsem --seed 2 >"$dir/5.json" 2>"$dir/err"
! cmp -s "$dir/1.json" "$dir/5.json"
ok $? "another seed, other numbers"

# What each format has.
for format in table csv md; do
	"$faultline" scale ${small%--format json} --schemes mmap_lock,per_vma_rwsem --format $format >"$dir/out" 2>"$dir/err" &&
		grep -q "mm.mmap_lock.count" "$dir/out"
	ok $? "$format names the field that limits"
done

# A trace, and compare, run there, too.
"$faultline" scale --machine skylake-client-4c --cpus 1,2 --latencies 1 --schemes mmap_lock,vma_seq_retry \
	--trace "$srcdir/tests/bench/tiny.trace" >"$dir/out" 2>"$dir/err" && grep -q "ahead" "$dir/out"
ok $? "scale replays a recorded program"
# Not the waits of the replay itself, nor those of the thread that only waits for grace periods; and while they are there, things have names.
"$faultline" scale --cpus 2 --latencies 1 --schemes mmap_lock --trace "$srcdir/bench/traces/python.trace.zst" --format csv >"$dir/out" 2>"$dir/err" &&
	grep -q ',mm.mmap_lock.count,line,' "$dir/out"
ok $? "and names the field that limits one"
for run in 1 2; do
	"$faultline" compare --machine zen5-2s-128c --threads 12 --runs 1 --faults 32 --workload anon --schemes mmap_lock,rcu_everything \
		--trace "$srcdir/tests/bench/tiny.trace" --format json >"$dir/c$run.json" 2>"$dir/err" || break
done
cmp "$dir/c1.json" "$dir/c2.json" >"$dir/out" 2>&1 && grep -q simulated_machine "$dir/c1.json"
ok $? "compare, of a workload and a trace, the same to the byte"
"$faultline" sweep --machine skylake-client-4c --threads 3 --runs 2 --faults 64 --changes 0,1 --episodes 0 --delays 0 --memory none \
	--schemes mmap_lock,per_vma_rwsem >"$dir/out" 2>"$dir/err"
ok $? "sweep"
"$faultline" compare --machine skylake-client-4c --threads 20 --runs 1 --faults 64 --workload anon --schemes mmap_lock >"$dir/out" 2>"$dir/err" &&
	grep -q "20 threads on 8 CPUs" "$dir/err"
ok $? "more threads than CPUs take turns"

# A signal leaves what is whole.
"$faultline" scale --machine rome-2s-128c --cpus 1,2,4 --runs 32 --faults 64 >"$dir/out" 2>"$dir/err" &
pid=$!
sleep 3
kill -TERM $pid
wait $pid
[ $? -eq 143 ] && { grep -q PARTIAL "$dir/out" || grep -q "before a point was measured whole" "$dir/err"; }
ok $? "interrupted: the points that are whole, and exit status 143"
echo "1..$n"
