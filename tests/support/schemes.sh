#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Print FOR_EACH_SCHEME(X, ...) for the schemes named.
set -eu
echo '/* Generated from prototypes/schemes.list; do not edit. */'
printf '#define FOR_EACH_SCHEME(X, ...)'
for s; do
	printf ' \\\n\tX(%s, __VA_ARGS__)' "$s"
done
echo
