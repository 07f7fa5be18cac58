#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# One allocation of the host's fails, in each command: one line says so, or the command does without; nothing aborts, and
# no file is half-written.  A few places of each here, spread by NO_MEMORY_SEED; all of them with NO_MEMORY_PLACES=all.
set -u

. "${srcdir:=.}/tests/support/cli.sh"
# By its name alone: LD_PRELOAD ends a path at a space, LD_LIBRARY_PATH does not.
preloads=$(cd "$builddir" && pwd)/tests/bench
if [ ! -e "$preloads/no_memory.so" ]; then
	echo "1..0 # SKIP nothing can be preloaded under a sanitizer, or without glibc"
	exit 77
fi
: "${NO_MEMORY_PLACES:=3}" "${NO_MEMORY_SEED:=1}"
trace=$srcdir/tests/bench/tiny.trace

# Where the number $2 of $1 places lies; the last ones are where results are written.
place() {
	[ "$NO_MEMORY_PLACES" = all ] && echo "$2" && return
	echo $((($2 * $1 / NO_MEMORY_PLACES - (NO_MEMORY_SEED * 7919 + $2 * 104729) % ($1 / NO_MEMORY_PLACES + 1)) % $1 + 1))
}

# What happened to one that failed at $1; empty: what should.
tried() {
	at=$1
	shift
	rm -f "$dir/result"
	NO_MEMORY_AT=$at timeout 60 env LD_LIBRARY_PATH="$preloads" LD_PRELOAD=no_memory.so "$faultline" "$@" >"$dir/out" 2>"$dir/err"
	status=$?
	case $status in
	0) return ;;
	2 | 77) ;;
	*)
		echo "at $at: status $status: $(head -c 200 "$dir/err" | tr '\n' ' ');"
		return
		;;
	esac
	[ "$(grep -vcE '^faultline: (warning|note)' "$dir/err")" -eq 1 ] && grep -qiE 'memory|temporarily unavailable' "$dir/err" || echo "at $at: says $(wc -l <"$dir/err") lines: $(head -c 200 "$dir/err" | tr '\n' ' ');"
	# A sweep keeps the cells that it has, whole.
	[ ! -e "$dir/result" ] || { [ "$1" = sweep ] && [ "$(tail -c 2 "$dir/result")" = '}' ]; } || echo "at $at: a file was written;"
}

tries=0 tried=
survives() { # ARG...
	tried="$tried $1 "
	rm -f "$dir/count" "$dir/result"
	NO_MEMORY_COUNT=$dir/count timeout 60 env LD_LIBRARY_PATH="$preloads" LD_PRELOAD=no_memory.so "$faultline" "$@" >"$dir/out" 2>"$dir/err"
	if [ $? -ne 0 ] || [ ! -s "$dir/count" ]; then
		skipped "$*" "this build does not have it: $(head -n 1 "$dir/err")"
		return
	fi
	most=$(cat "$dir/count")
	[ "$NO_MEMORY_PLACES" = all ] && nr=$most || nr=$NO_MEMORY_PLACES
	i=1
	wrong=
	while [ $i -le "$nr" ]; do
		wrong="$wrong$(tried "$(place "$most" $i)" "$@")"
		tries=$((tries + 1))
		i=$((i + 1))
	done
	printf '%s\n' "$wrong" | tr ';' '\n' >"$dir/say"
	: >"$dir/out"
	: >"$dir/err"
	[ -z "$wrong" ]
	ok $? "$1${2+ $2}: of $most allocations each of $nr fails once"
}

"$faultline" sweep --schemes mmap_lock,rcu_everything --threads 1 --runs 6 --faults 16 --changes 0 --episodes 0 --format json -o "$dir/sweep.json" 2>/dev/null
survives compare --runs 1 --schemes mmap_lock,rcu_everything --trace "$trace"
survives compare --runs 1 --schemes mmap_lock,per_vma_refcount --workload anon,beside-mmap --writer-rate 0 --faults 16 --threads 2 -o "$dir/result"
survives compare --runs 1 --schemes seqcount_retry --trace "$trace" --reclaim --frames 400 --format csv
survives compare --runs 1 --schemes mmap_lock --trace "$trace" --format json -o "$dir/result"
survives sweep --schemes mmap_lock,vma_seq_retry --threads 2 --runs 6 --faults 16 --changes 0 --episodes 0.5 --delays 0 --format json -o "$dir/result"
survives merge "$dir/sweep.json" -o "$dir/result"
survives matrix --schemes mmap_lock,rcu_everything -o "$dir/result"
survives place --runs 1 --schemes mmap_lock,rcu_everything -o "$dir/result" "$trace"
survives trace info "$trace"
survives trace import -o "$dir/result" "$srcdir/tests/bench/import/recorded.data"
survives list --format json
survives report -o "$dir/result" "$srcdir/tests/bench/report/compare.json"
survives record -o "$dir/result" true
survives machines
survives scale --machine skylake-client-4c --cpus 1 --faults 16 --schemes mmap_lock
survives stores --rounds 1 --schemes mmap_lock
survives explain mmap_lock --diagram "$dir/result"
survives explore -n 1 --scene 'write_empty+munmap*' --schemes mmap_lock,vma_hazptr
# What is left is Python's or the shell's memory, libclang's, or takes a minute.
untried=
for command in $("$faultline" help | sed -n '/^Commands:/,/^$/s/^  \([a-z][a-z-]*\) .*/\1/p'); do
	case "$tried verify new-scheme complexity calibrate " in *" $command "*) ;; *) untried="$untried $command" ;; esac
done
echo "untried:$untried" >"$dir/say"
[ -z "$untried" ] && [ -n "$tried" ]
ok $? "each command is tried, or stands here"
echo "# $tries failures"
echo "1..$n"
