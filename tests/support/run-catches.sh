#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Does run.sh fail on each thing that it is there to catch?
set -u
. "${srcdir:=.}/tests/source/catches.sh"
run=$src/tests/support/run.sh

# expect STATUS WHAT SCRIPT: run.sh ends with 0 (STATUS pass) or not (STATUS fail).
expect()
{
	out=$(RUN_TIMEOUT=2 sh "$run" sh -c "$3" 2>&1)
	if [ $? -eq 0 ]; then got=pass; else got=fail; fi
	[ $got = "$1" ] && wrong= || wrong="it is a $got"
	verdict "$wrong" "$2" "$out"
}

echo 1..12
expect pass "a test that passed" 'echo 1..1; echo ok 1 - a'
expect fail "nothing printed" 'true'
expect fail "a filter that matched nothing: all skipped" 'echo 1..1; echo "ok - a::b # SKIP test was skipped"'
expect pass "all skipped, with a reason in the plan" 'echo "1..0 # SKIP no Criterion"'
expect pass "the same, with the status for it" 'echo "1..0 # SKIP no Criterion"; exit 77'
expect fail "that status without such a plan" 'echo 1..1; echo ok 1 - a; exit 77'
expect fail "a plan of none without a reason" 'echo 1..0'
expect fail "a status other than 0 after lines that are ok" 'echo 1..1; echo ok 1 - a; exit 3'
expect pass "a line not ok is left to the driver" 'echo 1..1; echo not ok 1 - a; exit 1'
expect fail "a leak that was only printed" 'echo 1..1; echo ok 1 - a; echo "==1==ERROR: LeakSanitizer: detected memory leaks" >&2'
expect fail "a data race that was only printed" 'echo 1..1; echo ok 1 - a; echo "WARNING: ThreadSanitizer: data race (pid=1)"'
expect fail "a test that does not end" 'echo 1..1; echo ok 1 - a; sleep 60'
