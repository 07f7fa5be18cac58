#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What every checkout keeps to; one line of TAP a rule, with each violation named under it.
#
#	rules.sh ROOT TRACKED DISTRIBUTED COMPILED
#
# The last three are files that list, one path a line relative to ROOT: what is
# in git, what `make dist` takes, what some target compiles.
set -u
root=$1
tracked=$2
distributed=$3
compiled=$4
here=$(dirname "$0")
schemes=$(sh "$here/../../prototypes/schemes.sh" names "$root")

. "$here/rule.sh"

# Lines of file $1 that are not in file $2.
missing_from()
{
	grep -vxFf "$2" "$1"
}

# The ADRs whose front matter names scheme $1.
adrs_of()
{
	for adr in "$root"/ADR/[0-9][0-9][0-9][0-9]-*.md; do
		[ -f "$adr" ] && awk -v want="$1" '
			NR == 1 && $0 != "---" { exit }
			NR > 1 && $0 == "---" { exit }
			$1 == "scheme:" && $2 == want { print FILENAME; exit }' "$adr"
	done
}

# The page of scheme $1, relative to the root; FOLDER/NAME.c.
page_of()
{
	sh "$here/../../prototypes/schemes.sh" page "$root" "$1" 2>/dev/null
}

# Those whose page is the first of its folder: an answer to a scheme's open question stands in that scheme's folder.
heads()
{
	for s in $schemes; do
		case $(page_of "$s") in
		prototypes/$s/$s.c | '') echo "$s" ;;
		esac
	done
}

# What a fault does is counted: its rung's own faults, those that leave it, and what else happens.
schemes_have_counters()
{
	for s in $schemes; do
		c=$root/$(page_of "$s")
		grep -q "\.counters[[:space:]]*= ${s}_counters," "$c" 2>/dev/null ||
			echo "$s: its struct scheme has no .counters = ${s}_counters"
		awk -v table="^static const struct scheme_counter ${s}_counters\\[\\] = {" -v name="$s" -v first="${schemes%%[!a-z0-9_]*}" '
			$0 ~ table { on = 1 }
			/^};/ { on = 0 }
			on && /{ "done", COUNTS_DONE, ".+" },/ { done = 1 }
			on && /{ "[a-z_0-9]+", COUNTS_FELL, ".+" },/ { fell = 1 }
			END {
				if (!done)
					print name ": counts no \"done\", COUNTS_DONE"
				if (!fell && name != first)
					print name ": counts no fault that fell (COUNTS_FELL)"
			}' "$c" 2>/dev/null
	done
}

# A row begins "FUNCTION (FILE:LINE)" and ends with the text of the line.  The number may be old, the function, file and text
# (without its comment) not.
# A function is known by its line without indentation.
orders_are_there()
{
	[ ! -f "$root/tests/explore/orders.tsv" ] || awk -F'\t' -v root="$root" '
		function look(file,   line, name) {
			read[file] = 1
			while ((getline line <(root "/" file)) > 0) {
				if (line ~ /^[A-Za-z_].*[(]/ && line !~ /;$/) {
					name = line
					gsub(/__attribute__[(][(][^)]*[)]+ */, "", name)
					sub(/[(].*/, "", name)
					sub(/.*[ *]/, "", name)
				}
				gsub(/^[ \t]+|[ \t]*(\/\*.*)?$/, "", line)
				gsub(/\t/, " ", line)
				there[file, name, line] = 1
			}
			close(root "/" file)
		}
		/^#/ { next }
		{
			split($1, part, /[ ():]+/)
			if (!(part[2] in read))
				look(part[2])
			if (!((part[2], part[1], $NF) in there))
				print "tests/explore/orders.tsv:" NR ": " $1 ": no line \"" $NF "\" there"
		}' "$root/tests/explore/orders.tsv"
}

list_is_not_empty()
{
	[ -n "$schemes" ] || echo "prototypes/schemes.list names no scheme"
}

schemes_have_source()
{
	for s in $schemes; do
		c=$(page_of "$s")
		if [ -z "$c" ]; then
			echo "$s: no prototypes/FOLDER/$s.c"
			continue
		fi
		[ "$(wc -l <"$root/$c")" -le 200 ] || echo "$s: $c is longer than a page of 200 lines"
		grep -q "^const struct scheme scheme_$s = {" "$root/$c" ||
			echo "$s: $c defines no 'const struct scheme scheme_$s'"
		grep -q "\.name[[:space:]]*= \"$s\"" "$root/$c" || echo "$s: $c has another .name"
	done
}

schemes_stand_on_earlier_ones()
{
	earlier=
	for s in $schemes; do
		below=$(sh "$here/../../prototypes/schemes.sh" below "$root" "$s" 2>/dev/null)
		if [ -z "$earlier" ]; then
			[ -z "$below" ] || echo "$s stands first, but falls back to $below"
		else
			for b in ${below:-?}; do
				case " $earlier " in
				*" $b "*) ;;
				*) echo "$s falls back to '$b', which does not stand before it" ;;
				esac
			done
		fi
		earlier="$earlier $s"
	done
}

# The ADR of the scheme; of an answer to its open question, one that speaks of it.
schemes_have_adr()
{
	heads=$(heads)
	for s in $schemes; do
		said=$(sed -n 's/.*\.adr[[:space:]]*= \([0-9]*\),.*/\1/p' "$root/$(page_of "$s")" 2>/dev/null)
		if ! printf '%s\n' "$heads" | grep -qx "$s"; then
			grep -qwF "$s" "$root/ADR/$(printf %04d "$said")"-*.md 2>/dev/null ||
				echo "$s: its source says .adr = '$said', which does not speak of it"
			continue
		fi
		adr=$(adrs_of "$s")
		if [ -z "$adr" ]; then
			echo "$s: no ADR/NNNN-*.md has 'scheme: $s' in its front matter"
			continue
		fi
		number=$(basename "$(printf '%s\n' "$adr" | head -n 1)" | sed 's/^0*\([0-9]*\)-.*/\1/')
		[ "$said" = "$number" ] || echo "$s: its source says .adr = '$said', the ADR is $number"
	done
}

schemes_are_in_readme()
{
	for s in $(heads); do
		grep -q "^| \`$s\` |" "$root/README.md" || echo "$s: has no row in README.md's table"
	done
}

pages_are_in_list()
{
	grep '^prototypes/[^/]*/' "$tracked" | while read -r page; do
		s=$(basename "$page" .c)
		printf '%s\n' $schemes | grep -qx "$s" || echo "$page is not in schemes.list"
		[ -f "$root/${page%/*}/$(basename "${page%/*}").c" ] || echo "$page: its folder has no page of the same name"
	done
}

files_have_spdx()
{
	grep -E '(\.(c|h|sh|mk|am|ac)|^bootstrap|^try|^\.ci/[^/]*)$' "$tracked" | (cd "$root" && xargs awk '
		FNR <= 2 && /SPDX-License-Identifier: GPL-2.0-or-later/ { said[FILENAME] }
		FNR > 2 { nextfile }
		END {
			for (i = 1; i < ARGC; i++)
				if (!(ARGV[i] in said))
					print ARGV[i] ": no SPDX-License-Identifier in its first two lines"
		}' /dev/null | grep -v '^/dev/null:')
}

# By a target, or by a script that names the file.
sources_are_compiled()
{
	grep '\.c$' "$tracked" | missing_from - "$compiled" | while read -r f; do
		sh_files=$(grep '^tests/.*\.sh$' "$tracked")
		(cd "$root" && grep -qwF "$(basename "$f")" $sh_files /dev/null) ||
			echo "$f: no target and no test compiles it"
	done
}

compiled_are_tracked()
{
	grep -v '^prototypes/registry\.c$' "$compiled" | missing_from - "$tracked" |
		sed 's/$/: is compiled, but not in git/'
}

tracked_are_distributed()
{
	missing_from "$tracked" "$distributed" |
		grep -vE '^(\.ci/.*|\.gitignore|\.gitattributes|\.clang-format|\.editorconfig)$' |
		sed 's/$/: make dist leaves it out/'
}

pictures_are_drawn()
{
	sh "$here/../../docs/tools/graphs.sh" check "$root"
}

# So that a diff of two schemes shows the idea: what both have stands in one order.
schemes_have_one_order()
{
	for s in $schemes; do
		awk -v s="$s" '
			BEGIN {
				n = split("counters vma_ctor vma_endread vma_tryread fault vma_mark vma_attach vma_detach marks_done", part, " ")
				for (i = 1; i <= n; i++)
					at[s "_" part[i]] = i
				at["scheme_" s] = n + 1
			}
			/^(static|const) / && !/;$/ {
				for (i = split($0, word, /[^A-Za-z0-9_]+/); i > 0; i--)
					if (word[i] in at) {
						if (at[word[i]] < last)
							print s ": " word[i] " stands behind " name
						last = at[word[i]]
						name = word[i]
						break
					}
			}' "$root/$(page_of "$s")" 2>/dev/null
	done
}

# What configure.ac defines is not known without it, and #ifdef does not complain.
features_are_included()
{
	defined=$(sed -n 's/.*AC_DEFINE[A-Z_]*(\[\([A-Z_]*\)\].*/\1/p' "$root/configure.ac" 2>/dev/null | xargs | tr ' ' '|')
	[ -n "$defined" ] || return 0
	grep '\.[ch]$' "$tracked" | while read -r f; do
		at=$(grep -nEm 1 "^[[:space:]]*#[[:space:]]*(el)?if.*[^A-Za-z0-9_]($defined)([^A-Za-z0-9_]|\$)" "$root/$f" | sed 's/:.*//')
		[ -z "$at" ] || head -n "$at" "$root/$f" | grep -q '^#include "config\.h"$' ||
			echo "$f:$at: asks what was configured before #include \"config.h\""
	done
}

echo 1..15
rule "schemes.list names the schemes" list_is_not_empty
rule "each scheme has its page, under its own name" schemes_have_source
rule "each scheme falls back to one that stands before it" schemes_stand_on_earlier_ones
rule "each scheme has its ADR, and names it" schemes_have_adr
rule "each scheme has its row in README.md" schemes_are_in_readme
rule "each page of prototypes/ is in schemes.list, in the folder of a scheme" pages_are_in_list
rule "each source says its licence" files_have_spdx
rule "each C file is compiled" sources_are_compiled
rule "each compiled file is in git" compiled_are_tracked
rule "each file is in make dist" tracked_are_distributed
rule "each scheme has its picture, and each picture is of what is there" pictures_are_drawn
rule "each scheme counts what its faults do" schemes_have_counters
rule "each scheme's parts stand in one order" schemes_have_one_order
rule "what asks for a feature includes config.h first" features_are_included
rule "each row of tests/explore/orders.tsv names a line that is in its function" orders_are_there
