#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Has every configured scheme as many tests as any other?  And would a scheme without tests be noticed?
set -u
: "${builddir:=.}" "${SCHEMES:?}"
programs=tests/conformance/conformance
[ -x "$builddir/$programs" ] || {
	echo "1..0 # SKIP no Criterion"
	exit 0
}

# uneven LIST: the schemes that have fewer or more tests in it than the others.
uneven()
{
	most=$(printf '%s\n' "$1" | sed -n 's/^[a-z_0-9]*: \([0-9]*\) tests*$/\1/p' | sort -n | tail -n 1)
	for s in $SCHEMES; do
		has=$(printf '%s\n' "$1" | sed -n "s/^$s: \([0-9]*\) tests*\$/\1/p")
		[ -n "$has" ] && [ "$has" = "$most" ] || echo "$s: ${has:-no} tests, of ${most:-none}"
	done
}

# report N WHAT FOUND
report()
{
	if [ -z "$3" ]; then
		echo "ok $1 - $2"
	else
		echo "not ok $1 - $2"
		printf '%s\n' "$3" | sed 's/^/# /'
	fi
}

echo 1..3
list=$("$builddir/$programs" --list)
report 1 "each scheme has all conformance tests" "$(uneven "$list")"
last=${SCHEMES##* }
found=$(uneven "$(printf '%s\n' "$list" | grep -v "^$last: ")")
[ "$found" = "$last: no tests, of ${found##* }" ] && found= || found="found: $found"
report 2 "a scheme without tests is seen" "$found"
found=$(uneven "$(printf '%s\n' "$list" | sed "s/^\($last: \).*/\11 test/")")
[ "$found" = "$last: 1 tests, of ${found##* }" ] && found= || found="found: $found"
report 3 "a scheme with fewer is seen" "$found"
