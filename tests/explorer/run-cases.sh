#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Does every case of the explorer come out as written in it?
set -u
cd "${srcdir:-.}/tests/explorer" || exit 1
command -v python3 >/dev/null || {
	echo "1..0 # SKIP the explorer needs python3"
	exit 0
}
PYTHONDONTWRITEBYTECODE=1
export PYTHONDONTWRITEBYTECODE
n=0
for case in *.py; do
	[ "$case" != explore.py ] || continue
	n=$((n + 1))
	if out=$(python3 "$case" 2>&1); then
		echo "ok $n - $case"
	else
		echo "not ok $n - $case"
		printf '%s\n' "$out" | sed 's/^/# /'
	fi
done
echo "1..$n"
