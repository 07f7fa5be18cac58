#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Print the files of this tree that are in git; in a tarball, what it holds counts as such.
#
#	tracked.sh ROOT DISTRIBUTED	the second a file that lists what make dist takes
set -u
if [ "$(git -C "$1" rev-parse --show-toplevel 2>/dev/null)" = "$(cd "$1" && pwd -P)" ]; then
	# A file deleted in the work tree is gone, committed or not.
	git -C "$1" ls-files | while read -r f; do
		[ -e "$1/$f" ] && echo "$f"
	done
else
	grep -vE '^(configure|config\.h\.in|aclocal\.m4|Makefile\.in|build-aux/.*|prototypes/schemes\.m[4k])$' "$2"
fi
