#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Does this tree keep to the rules of tree-rules.sh?
set -u
src=${srcdir:-.}
lists=${builddir:-.}/tests/source

sh "$src/tests/source/tracked.sh" "$src" "$lists/distributed" >"$lists/tracked"
exec sh "$src/tests/source/tree-rules.sh" "$src" "$lists/tracked" "$lists/distributed" "$lists/compiled"
