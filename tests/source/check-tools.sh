#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Does debian-packages install every tool that a script of this tree calls?
set -u
src=${srcdir:-.}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

command -v python3 >/dev/null || {
	echo "1..0 # SKIP a script asks (python3)"
	exit 0
}
sh "$src/tests/source/tracked.sh" "$src" "${builddir:-.}/tests/source/distributed" >"$work/tracked"
found=$(PYTHONDONTWRITEBYTECODE=1 python3 "$src/tests/source/tools.py" "$src" "$work/tracked" 2>&1)
case $? in
0)
	echo 1..1
	echo "ok 1 - debian-packages installs every tool that a script calls"
	;;
77)
	echo "1..0 # SKIP nobody can tell which package has a tool: $found"
	;;
*)
	echo 1..1
	echo "not ok 1 - debian-packages installs every tool that a script calls"
	printf '%s\n' "$found" | sed 's/^/# /'
	;;
esac
