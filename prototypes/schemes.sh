#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Generate from prototypes/schemes.list what would otherwise be a list kept by hand.
#
#	schemes.sh names SRCDIR		the names, one a line
#	schemes.sh page SRCDIR NAME	its page, relative to SRCDIR: FOLDER/NAME.c, where FOLDER may hold several
#	schemes.sh below SRCDIR NAME	the schemes that may stand one rung below NAME, or nothing
#	schemes.sh rules SRCDIR		write prototypes/schemes.{m4,mk}, configure's options and the make rules,
#					if they are not what they should be
#	schemes.sh registry SRCDIR NAME...	print the registry of these schemes, in C; published are those whose page bears
#					its folder's name, the others answer an open question of theirs
set -eu

fail()
{
	echo "schemes.sh: $*" >&2
	exit 1
}

names()
{
	sed -e 's/#.*//' -e 's/[[:space:]]//g' -e '/^$/d' "$1/prototypes/schemes.list"
}

page()
{
	(cd "$1" && ls prototypes/*/"$2.c" 2>/dev/null)
}

# The ADR whose front matter says that it is NAME's, or nothing.
adr()
{
	(cd "$1" && awk -v want="$2" '
		FNR == 1 { front = $0 == "---" }
		front && FNR > 1 && $0 == "---" { front = 0 }
		front && $1 == "scheme:" && $2 == want { print FILENAME }' ADR/[0-9]*.md)
}

# Read from the scheme itself: `.below = { "NAME", ... }` in its struct scheme.
below()
{
	sed -n 's/^[[:space:]]*\.below[[:space:]]*=[[:space:]]*{\([a-z0-9_", ]*\)}.*/\1/p' "$1/$(page "$1" "$2")" |
		tr -d '",' | xargs
}

rules()
{
	srcdir=$1
	list=$(names "$srcdir")
	for s in $list; do
		case $s in
		*[!a-z0-9_]* | [!a-z]*) fail "schemes.list: '$s' is no C identifier in lower case" ;;
		esac
		[ "$(printf '%s\n' $list | grep -cx "$s")" = 1 ] || fail "schemes.list: '$s' stands there twice"
		[ "$(page "$srcdir" "$s" | wc -l)" = 1 ] ||
			fail "schemes.list names '$s': there must be one prototypes/FOLDER/$s.c"
	done

	options "$list" | changed "$srcdir/prototypes/schemes.m4"
	make_rules "$list" | changed "$srcdir/prototypes/schemes.mk"
}

# changed FILE: write stdin to FILE, unless FILE holds the same already, so that its time stays.
changed()
{
	new=$(cat)
	printf '%s\n' "$new" | cmp -s - "$1" || {
		printf '%s\n' "$new" >"$1.$$"
		mv "$1.$$" "$1"
	}
}

options()
{
	echo "dnl Generated from schemes.list by schemes.sh; do not edit."
	for s in $1; do
		echo "LAB_SCHEME([$s], [$(below "$srcdir" "$s")])"
	done
}

make_rules()
{
	echo "# Generated from schemes.list by schemes.sh; do not edit."
	for s in $1; do
		upper=$(echo "$s" | tr a-z A-Z)
		page=$(page "$srcdir" "$s")
		prog=$(echo "${page%.c}" | tr / _)
		printf '\nif SCHEME_%s\n' "$upper"
		printf 'scheme_sources += %s\n' "$page"
		printf 'noinst_PROGRAMS += %s\n' "${page%.c}"
		printf '%s_SOURCES = $(scenario_files)\n' "$prog"
		printf '%s_CPPFLAGS = $(AM_CPPFLAGS) -DSCHEME_NAME=\\"%s\\"\n' "$prog" "$s"
		printf '%s_LDADD = $(LAB_LIBS)\n' "$prog"
		echo endif
		echo "EXTRA_DIST +=" $(adr "$srcdir" "$s")
	done
}

registry()
{
	srcdir=$1
	shift
	cat <<-'EOF'
	/* Generated from schemes.list by prototypes/schemes.sh; do not edit. */
	#include "common/mm/scheme.h"

	EOF
	for s; do
		echo "extern const struct scheme scheme_$s;"
	done
	printf '\nconst struct scheme *const schemes[] = {\n'
	for s; do
		printf '\t&scheme_%s,\n' "$s"
	done
	printf '\tNULL,\n};\n\nconst struct scheme *const schemes_published[] = {\n'
	for s; do
		[ ! -e "$srcdir/prototypes/$s/$s.c" ] || printf '\t&scheme_%s,\n' "$s"
	done
	printf '\tNULL,\n};\n'
}

[ $# -ge 1 ] || fail "no command"
command=$1
shift
case $command in
names | page | below | rules | registry) "$command" "$@" ;;
*) fail "unknown command '$command'" ;;
esac
