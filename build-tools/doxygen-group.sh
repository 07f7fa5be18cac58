#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Doxygen's input filter: put everything in a file into the group of its floor.  It takes the place of the licence in line 1, so no line moves.
set -eu

case $1 in
*/common/platform/*) group=platform ;;
*/common/sync/*) group=sync ;;
*/common/mm/*) group=mm ;;
*/prototypes/*) group=prototypes ;;
*) exec cat "$1" ;;
esac
sed "1s|.*| /** @addtogroup $group */ /** @{ */|" "$1"
echo "/** @} */"
