#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Every scene under every scheme once, with FAULTLINE_LONG set twice, and an execution that comes again in another process; the long
# share is `make explore-long`.
set -u

. "${srcdir:=.}/tests/support/cli.sh"
explore=$builddir/tests/explore/explore
if [ ! -x "$explore" ]; then
	echo "1..0 # SKIP the explorer is not built: it takes a compiler with -fsanitize=thread, and no other sanitizer"
	exit 77
fi
times=${FAULTLINE_LONG:+2}
out=$("$explore" --scene '*+*' --strategy random -n "${times:-1}" --keep-going 2>&1)
status=$?
printf '%s\n' "$out" | grep -A 40 '^Finding' | sed 's/^/# /'
ok $status "$(printf '%s\n' "$out" | tail -n 1)"

out=$("$explore" --programs $((30 * ${times:-1})) --executions 20 2>&1)
status=$?
printf '%s\n' "$out" | grep -A 40 '^Program' | sed 's/^/# /'
ok $status "random programs: $(printf '%s\n' "$out" | tail -n 1)"

seed='write_empty+munmap_piece@rcu_everything@weak@pos@12345'
again() { "$explore" --replay "$seed" | grep '^Hash'; }
first=$(again)
second=$(env -i PATH="$PATH" LONGER="$(printf '%4000s' x)" setarch "$(uname -m)" -R "$explore" --replay "$seed" 2>/dev/null | grep '^Hash') ||
	second=$(env -i PATH="$PATH" LONGER="$(printf '%4000s' x)" "$explore" --replay "$seed" | grep '^Hash')
[ -n "$first" ] && [ "$first" = "$second" ]
ok $? "a seed comes again in another process, environment and at other addresses: $first"

out=$("$explore" --scene planted/seqlock_read_fence 2>&1)
status=$?
seed=$(printf '%s\n' "$out" | sed -n 's/.*; seed: //p')
replayed=$("$explore" --replay "$seed" --diagram "$builddir/tests/explore/story.svg" 2>&1)
[ $status -eq 1 ] && printf '%s\n' "$replayed" | grep -q 'an old value: .*is newer' &&
	grep -q '^</svg>' "$builddir/tests/explore/story.svg" && grep -q 'class="old"' "$builddir/tests/explore/story.svg"
ok $? "the shortest story of a finding comes again by its seed, and is drawn"
rm -f "$builddir/tests/explore/story.svg"

awk -F '\t' '!/^#/ && ($9 || $10) { print "# " $0; bad = 1 } END { exit bad }' "$srcdir/tests/explore/log.tsv"
ok $? "no execution of the log broke a judge or ran into the bound of steps"

for wrong in '--replay nothing' '--replay a@b@c@d@e' '--scene nosuch' '--schemes nosuch' '--strategy fast' '-n 0' '--scene program/w9' '--programs none'; do
	# shellcheck disable=SC2086
	said=$("$explore" $wrong 2>&1 >/dev/null)
	status=$?
	[ $status -eq 2 ] && [ "$(printf '%s\n' "$said" | wc -l)" -le 2 ] || { echo "# $wrong: $status: $said"; n=$((n + 1)); echo "not ok $n - $wrong"; }
done
ok 0 "wrong arguments end with status 2 and a line"
echo "1..$n"
