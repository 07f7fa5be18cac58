#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Does this tree keep to the rules of tree-rules.sh?  In a tarball, what it holds counts as tracked.
set -u
src=${srcdir:-.}
lists=${builddir:-.}/tests/source

if [ "$(git -C "$src" rev-parse --show-toplevel 2>/dev/null)" = "$(cd "$src" && pwd -P)" ]; then
	# A file deleted in the work tree is gone, committed or not.
	git -C "$src" ls-files | while read -r f; do
		[ -e "$src/$f" ] && echo "$f"
	done >"$lists/tracked"
else
	grep -vE '^(configure|config\.h\.in|aclocal\.m4|Makefile\.in|build-aux/.*|prototypes/schemes\.m[4k])$' \
		"$lists/distributed" >"$lists/tracked"
fi
exec sh "$src/tests/source/tree-rules.sh" "$src" "$lists/tracked" "$lists/distributed" "$lists/compiled"
