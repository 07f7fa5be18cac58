#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Run one test program that prints TAP, and make sure that its silence is not taken for success.
#
#	run.sh PROGRAM [ARG...]
#
# Criterion's programs print TAP when the environment says so.  A program fails
# here, beyond what its own lines say, if
#  - it ran no test (a filter that matches nothing marks all as skipped and exits 0), unless its plan
#    is an honest `1..0 # SKIP reason`;
#  - a sanitizer reported something (a leak in a Criterion child is printed, and the test passes);
#  - it exits with a status other than 0 though no line says `not ok`; 77, cannot tell here, is fine
#    with such a plan.
# RUN_TIMEOUT, in seconds, bounds it (default 900).
set -u

CRITERION_OUTPUTS=tap:-
CRITERION_JOBS=1
ASAN_OPTIONS=handle_segv=0:detect_stack_use_after_return=0${ASAN_OPTIONS:+:$ASAN_OPTIONS}
UBSAN_OPTIONS=print_stacktrace=1${UBSAN_OPTIONS:+:$UBSAN_OPTIONS}
LSAN_OPTIONS=suppressions=$(dirname "$0")/lsan.supp:print_suppressions=0${LSAN_OPTIONS:+:$LSAN_OPTIONS}
export CRITERION_OUTPUTS CRITERION_JOBS ASAN_OPTIONS UBSAN_OPTIONS LSAN_OPTIONS

{
	timeout -k 10 "${RUN_TIMEOUT:-900}" "$@" 2>&1
	printf '\n# exit status %s\n' $?
} | awk '
	{ print; fflush() }
	/^ok([ \t]|$)/ && !/# *[Ss][Kk][Ii][Pp]/ { ran++ }
	/^not ok([ \t]|$)/ { ran++; failed++ }
	/^1\.\.0[ \t]*#[ \t]*[Ss][Kk][Ii][Pp]/ { all_skipped = 1 }
	/ERROR: (Address|Leak)Sanitizer|WARNING: ThreadSanitizer|runtime error: / { reports++ }
	/^# exit status [0-9]+$/ { status = $4 }
	END {
		if (reports)
			print "# a sanitizer reported " reports " time(s)"
		if (!ran && !all_skipped)
			print "# no test ran"
		if (status == 124 || status == 137)
			print "# out of time"
		# The driver counts lines that say "not ok" by itself.
		exit reports || (!ran && !all_skipped) || (status != 0 && !failed && !(status == 77 && all_skipped))
	}'
