#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What a newcomer does with one command each: from a program to a page, a scheme explained, a scheme begun.
set -u

. "${srcdir:=.}/tests/support/cli.sh"

# --- explain: the same story each time, and the answer as the scheme's page has it ---------------------------

# says SCHEME TEXT ARG...
says() {
	scheme=$1 text=$2
	shift 2
	run 0 explain "$scheme" "$@" && grep -qF -- "$text" "$dir/out"
	ok $? "explain $scheme $*: $text"
}
if "$faultline" list | grep -q '^  rcu_everything ' && "$faultline" list | grep -q '^  per_vma_refcount '; then
	says mmap_lock "The munmap waits for the fault, at mm.mmap_lock.count."
	says per_vma_refcount "The mprotect waits for the fault, at vma.per_vma_refcount." --op mprotect
	says rcu_everything "The munmap does not wait: it is over while the fault stands still."
	grep -qF 'The fault sees it (changed), falls, and ends on the rung of mmap_lock: SIGSEGV.' "$dir/out"
	ok $? "explain: where the fault ends, and why"
	says per_vma_refcount "The munmap does not wait" --other
	cp "$dir/out" "$dir/first"
	run 0 explain per_vma_refcount --other --diagram "$dir/story.svg" && cmp "$dir/out" "$dir/first" >"$dir/say" 2>&1
	ok $? "explain: the same again"
	grep -q '^<svg xmlns' "$dir/story.svg" && tail -n 1 "$dir/story.svg" | grep -qx '</svg>' &&
		[ "$(grep -c '<rect' "$dir/story.svg")" -eq $(($(grep -cE '^ *[0-9]+  ' "$dir/out") + 1)) ]
	ok $? "explain: a box for each step"
fi
refused "explain without a scheme" "which scheme" explain
refused "explain: an unknown scheme" "nosuch" explain nosuch
refused "explain: a point that no fault passes" "the fault does not come by change_marked under mmap_lock" explain mmap_lock --point change_marked
refused "explain: no other VMA" "fork changes all VMAs" explain mmap_lock --op fork --other

# --- new-scheme ------------------------------------------------------------------------------------------------

mkdir "$dir/tree" && cp -r "$srcdir/prototypes" "$srcdir/ADR" "$srcdir/common" "$dir/tree/" && chmod -R u+w "$dir/tree"
compiles() { # NAME
	${CC:-cc} -std=gnu11 -Wall -Werror -Wno-unused -fsyntax-only -I"$dir/tree" -I"$builddir" -include config.h "$dir/tree/prototypes/$1/$1.c" 2>"$dir/say"
}
run 0 new-scheme my_lock --source "$dir/tree" && compiles my_lock && tail -n 1 "$dir/tree/prototypes/schemes.list" | grep -qx my_lock &&
	grep -l '^scheme: my_lock$' "$dir/tree"/ADR/*-my-lock.md >"$dir/say"
ok $? "new-scheme: a page that compiles, a decision, a line in the list"
number=$(basename "$(cat "$dir/say")" | cut -c 1-4 | sed 's/^0*//')
grep -q "\.adr = $number," "$dir/tree/prototypes/my_lock/my_lock.c"
ok $? "new-scheme: the page names the decision"
run 0 new-scheme my_seq --like vma_seq_retry --source "$dir/tree" && compiles my_seq && [ "$(grep -c vma_seq_retry "$dir/tree/prototypes/my_seq/my_seq.c")" -eq 1 ] &&
	sed -n '/^vma_seq_retry$/{n;p}' "$dir/tree/prototypes/schemes.list" | grep -qx my_seq
ok $? "new-scheme --like: the other's page under the new name, behind it in the list"
refused "new-scheme: a name that is taken" "there is a scheme 'my_lock' already" new-scheme my_lock --source "$dir/tree"
refused "new-scheme: a name that is no identifier" "'My-Lock' is no C identifier in lower case" new-scheme My-Lock --source "$dir/tree"
refused "new-scheme --like an unknown scheme" "unknown scheme 'nosuch'" new-scheme other --like nosuch --source "$dir/tree"
refused "new-scheme without a name" "which name" new-scheme
refused "new-scheme elsewhere" "is not a checkout of faultline" new-scheme other --source "$dir"

# --- before and after ------------------------------------------------------------------------------------------

tiny=$srcdir/tests/bench/tiny.trace
if ! command -v python3 >/dev/null || ! run 0 compare --runs 6 --schemes mmap_lock,rcu_everything --trace "$tiny" --format json -o "$dir/old.json"; then
	skipped "compare --against" "no python3, or no JSON"
else
	# What was measured, but rcu_everything took twenty times as long.
	python3 - "$dir/old.json" "$dir/slow.json" "$dir/most.json" "$dir/more.json" <<-'END'
		import json, sys
		j = json.load(open(sys.argv[1]))
		for scheme in j["traces"][0]["schemes"][1:]:
		    for run in scheme["runs"]:
		        run["mm_ns"] *= 20
		json.dump(j, open(sys.argv[2], "w"))
		for runs, path in ((1000, sys.argv[3]), (1001, sys.argv[4])):	# as many as a comparison can have, and one more
		    for scheme in j["traces"][0]["schemes"]:
		        scheme["runs"] = (scheme["runs"] * runs)[:runs]
		    json.dump(j, open(path, "w"))
	END
	run 0 compare --runs 6 --schemes mmap_lock,rcu_everything --trace "$tiny" --against "$dir/slow.json" &&
		grep -q '^  tiny, against .*slow.json: rcu_everything is faster than before, [0-9.]* times as fast' "$dir/out"
	ok $? "compare --against: what is faster than before"
	run 0 compare --runs 3 --schemes mmap_lock,rcu_everything --trace "$tiny" --against "$dir/slow.json" && grep -q ': the runs show no change' "$dir/out"
	ok $? "compare --against: half of the runs tell nothing"
	run 0 compare --runs 6 --schemes mmap_lock,rcu_everything --trace "$tiny" --against "$dir/most.json" &&
		grep -q '^  tiny, against .*most.json: rcu_everything is faster than before' "$dir/out"
	ok $? "compare --against a thousand runs"
	run 2 compare --runs 6 --schemes mmap_lock,rcu_everything --trace "$tiny" --against "$dir/more.json" && grep -q 'it has no program under the same name' "$dir/err"
	ok $? "compare --against more runs than a comparison can have"
	mixed="compare --runs 6 --schemes mmap_lock,rcu_everything,vma_hazptr --trace $tiny --workload anon,beside-mmap --writer-rate max --faults 64 --threads 2"
	# shellcheck disable=SC2086
	run 0 $mixed --format json -o "$dir/mixed.json" && sed '1,/"name": "rcu_everything"/s/"mm_ns": \([0-9]*\)/"mm_ns": \100/' "$dir/mixed.json" >"$dir/mixed-slow.json" &&
		run 0 $mixed --format json -o "$dir/mixed-now.json" --against "$dir/mixed-slow.json" &&
		PYTHONDONTWRITEBYTECODE=1 python3 "$srcdir/tests/bench/against.py" "$dir/mixed-slow.json" "$dir/mixed-now.json" >"$dir/say" 2>&1
	ok $? "compare --against: multiples, ratios, chances and sentences are those of both documents' runs"
	refused "compare --against another baseline" "its baseline is 'mmap_lock', not rcu_everything" compare --schemes mmap_lock,rcu_everything \
		--baseline rcu_everything --trace "$tiny" --against "$dir/old.json"
	refused "compare --against other settings" 'the model had other settings' compare --schemes mmap_lock,rcu_everything --trap-ns 100 --trace "$tiny" \
		--against "$dir/old.json"
	refused "compare --against what is not a comparison" "its schema is 'faultline/stores/1'" compare --trace "$tiny" --against "$srcdir/tests/bench/report/stores.json"
fi

run 0 compare --runs 2 --schemes mmap_lock,rcu_everything --threads 1,2 --trace "$tiny" && grep -q '^  tiny over threads' "$dir/out" &&
	grep -qE '^  tiny, 1 thread: replayed by one worker' "$dir/out" && grep -qE '^  tiny, 2 threads: ' "$dir/out" &&
	[ "$(grep -cE '^  rcu_everything +[0-9]+ \([~0-9.]+\) +[0-9]+ \([~0-9.]+\)$' "$dir/out")" -eq 1 ]
ok $? "compare --threads 1,2: a curve"
refused "compare: threads that do not rise" "numbers must rise, and 2 does not" compare --threads 2,2 --trace "$tiny"
refused "compare: several numbers of threads beside a workload" "faultline scale" compare --threads 1,2 --workload anon

# --- from a program to a page ----------------------------------------------------------------------------------

if ! command -v gnuplot >/dev/null; then
	skipped "record --then report" "no gnuplot (package gnuplot-nox)"
else
	run 0 record --then report --method ptrace -o "$dir/true.trace" -- true
	status=$?
	if grep -qE 'no jansson|not permitted' "$dir/err"; then
		skipped "record --then report" "$(head -n 1 "$dir/err")"
	else
		[ $status -eq 0 ] && grep -q '^true: one thread, so locking does not matter here' "$dir/out" &&
			grep -q '<li>true: one thread, so locking does not matter here' "$dir/true.html" &&
			grep -q '"schema": "faultline/compare/1"' "$dir/true.json" && grep -q 'the page is .*true.html' "$dir/err"
		ok $? "record --then report: the answer, the page and its numbers"
	fi
	refused "record --then something else" "--then=page" record --then page -- true
fi
echo "1..$n"
