#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Is what is committed in ADR/ and README.md what the committed evidence gives?  Nothing is timed here.
set -u
: "${srcdir:=.}" "${builddir:=.}"
command -v python3 >/dev/null || {
	echo "1..0 # SKIP evidence is checked by a script (package python3)"
	exit 0
}
PYTHONDONTWRITEBYTECODE=1 python3 "$srcdir/ADR/tools/evidence.py" check --source "$srcdir" --build "$builddir"
status=$?
"$builddir/faultline" complexity --help >/dev/null 2>&1
[ $? -ne 77 ] || echo "# README's table and claims about complexity were not checked (package libclang-dev)"
exit $status
