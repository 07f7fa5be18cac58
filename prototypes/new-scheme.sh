#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A new scheme in a checkout, ready to build: its page, its decision, its line in the list.  `faultline new-scheme` runs it.
#
#	new-scheme.sh SRCDIR NAME [LIKE]
#
# LIKE is the scheme whose page is the beginning; without one the page sends every fault to mmap_lock until it is filled in.
set -eu

fail()
{
	echo "faultline: new-scheme: $*" >&2
	exit 2
}

src=$1 name=$2 like=${3:-}
here=$src/prototypes

case $name in
*[!a-z0-9_]* | [!a-z]* | '') fail "'$name' is no C identifier in lower case" ;;
esac
[ -f "$here/schemes.list" ] && [ -f "$src/ADR/template.md" ] || fail "$src: is not a checkout of faultline (--source)"
! sh "$here/schemes.sh" names "$src" | grep -qx "$name" || fail "there is a scheme '$name' already"
[ ! -e "$here/$name" ] || fail "$here/$name: is there already"
[ -w "$here" ] && [ -w "$src/ADR" ] && [ -w "$here/schemes.list" ] || fail "$src: cannot be written to"

template=$here/new-scheme.c.in
if [ -n "$like" ]; then
	template=$src/$(sh "$here/schemes.sh" page "$src" "$like" || true)
	[ -f "$template" ] || fail "--like: unknown scheme '$like' (see 'faultline list')"
	[ "$like" != mmap_lock ] || fail "--like mmap_lock: the lock that every scheme uses has this name, too; leave --like out"
fi

last=$(cd "$src/ADR" && ls | sed -n 's/^\([0-9][0-9][0-9][0-9]\)-.*\.md$/\1/p' | sort | tail -n 1)
number=$(printf %04d $((1${last:-0000} - 9999)))
words=$(echo "$name" | tr _ -)
adr=$src/ADR/$number-$words.md

# What the table in README.md says of LIKE, or of a scheme that always falls.
front()
{
	value=
	[ -z "$like" ] || value=$(sed -n "s/^$1: //p" "$(grep -l "^scheme: $like\$" "$src"/ADR/[0-9]*.md | head -n 1)" | head -n 1)
	echo "$1: ${value:-$2}"
}

{
	echo "---"
	echo "status: proposed"
	echo "date: $(date +%Y-%m-%d)"
	echo "scheme: $name"
	front fault-holds "nothing yet"
	front change-waits-for "nothing"
	front falls-on "everything, until it is filled in"
	echo "kernel-twin: none"
	sed -n '/^supersedes:/,$p' "$src/ADR/template.md" | sed "s/NNNN/$number/"
} >"$adr.new"

mkdir "$here/$name"
if [ -n "$like" ]; then
	sed -e "s/$like/$name/g" -e "s/\.adr = [0-9]*/.adr = $((1$number - 10000))/" \
		-e "s/\.summary = \".*\"/.summary = \"as $like, until it differs\"/" "$template"
else
	sed -e "s/@NAME@/$name/g" -e "s/@ADR@/$((1$number - 10000))/" "$template"
fi >"$here/$name/$name.c"
mv "$adr.new" "$adr"

# After LIKE, else at the end.
awk -v like="$like" -v name="$name" '
	{ print }
	like != "" && $1 == like { print name; done = 1 }
	END { if (!done) print name }' "$here/schemes.list" >"$here/schemes.list.new"
mv "$here/schemes.list.new" "$here/schemes.list"

cat <<END
$name is in the tree, and builds:
  prototypes/$name/$name.c    the page: say why it is right, then make it so
  ADR/$number-$words.md    the decision: its question, its claims
  prototypes/schemes.list    its line

Next, in the build directory:
  make && ./faultline explain $name
  make render graphs matrix-update    its rows and pictures, from the decision and the page
  make check    the conformance tests exist for it now, under its name
docs/adding-a-scheme.md says what each part of the page is for, and what you may rely on.
END
