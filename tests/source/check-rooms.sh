#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Do the rooms of this tree, and of this build, keep to rooms.sh?
set -u
src=${srcdir:-.}
build=${builddir:-.}
lists=$build/tests/source

sh "$src/tests/source/tracked.sh" "$src" "$lists/distributed" >"$lists/tracked-rooms"
exec sh "$src/tests/source/rooms.sh" "$src" "$lists/tracked-rooms" "$build"
