#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Does every sentence name its subject?  The forms that words.awk lists are in no comment, document or ADR.
#
#	words.sh [ROOT LIST EXCEPT]	the files to read and the exceptions; without: this tree's
set -u
src=${srcdir:-.}
root=${1:-$src}
except=${3:-$src/tests/source/words.except}
here=$src/tests/source
. "$here/rule.sh"

# check-words-catches.sh quotes every form.
files()
{
	if [ -n "${list:-}" ]; then
		cat "$list"
	else
		sh "$src/tests/source/tracked.sh" "$src" "${builddir:-.}/tests/source/distributed"
	fi | grep -vx 'tests/source/check-words-catches.sh' | grep -E '\.(c|h|sh|py|mk|am|ac|awk|md|patch)$|^(try|bootstrap|\.ci/[a-z]*)$' | sed "s,^,$root/,"
}

# awk itself, not xargs' batches: an exception that no file has is found at the end.
headless()
{
	set -- $(files)
	[ $# -gt 0 ] || echo "there is no file to read"
	${AWK:-awk} -v ROOT="$root" -v EXCEPT="$except" -f "$src/tests/source/words.awk" "$@" </dev/null ||
		echo "words.awk did not get to its end"
}

list=${2:-}
echo 1..1
rule "every sentence of comments and documents names its subject, and says rather than asks" headless
exit $failed
