#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The rules of the seam, as far as a tool can see them; one line of TAP a rule, each violation
# under it as `file:line: rule: what`.
#
#	CC=... [KEPT=DIRECTORY] rules.sh ROOT
#
# Objects are kept in KEPT, and taken from there when neither their source nor any header has changed.
#
# common/ (but for common/platform) and the folders of prototypes/ stand on platform.h and on nothing else, so that
# the very same code runs on the host, under ThreadSanitizer and on a simulated machine.  Their
# objects are compiled as for that machine, and nm lists what they need and what they hold.
set -u
root=${1:?usage: rules.sh ROOT}
here=$(cd "$(dirname "$0")" && pwd)
cc=${CC:-cc}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

# What an object may need from outside: the seam, the hooks, pure functions.
allowed_symbols='^(platform_.*|__tsan_.*|mem(cpy|move|set|cmp)|str(cmp|ncmp|len)|_GLOBAL_OFFSET_TABLE_)$'
# What may be included in angle brackets: constants and types, no function that does anything.
allowed_headers='^(stdbool|stddef|stdint|limits|errno|string)[.]h$'

cd "$root" || exit 1
for folder in common prototypes sim bench tests; do
	[ -d $folder ] && find $folder -name '*.[ch]'
done | sort >"$work/files"
grep -E '^(common|prototypes/[^/]*)/' "$work/files" | grep -v '^common/platform/' >"$work/bound"
grep '\.c$' "$work/bound" >"$work/sources"

# FILE:LINE:TEXT of all of them without comments; code: without what stands in strings, too.
xargs awk -v literals=0 -f "$here/strip.awk" <"$work/files" /dev/null >"$work/code"
# FILE:LINE FILE <NAME> or "NAME" of each include.
sed -nE 's/^([^:]*):([0-9]*):[ 	]*#[ 	]*include[ 	]*([<"][^>"]*[>"]).*/\1:\2 \1 \3/p' \
	"$work/code" >"$work/includes"
grep -E '^(common|prototypes/[^/]*)/' "$work/code" | grep -v '^common/platform/' >"$work/bound_code"

# --- objects ---------------------------------------------------------------------------------------

# The registry of the schemes is generated; it is bound by the rules as well.
if [ -f prototypes/schemes.sh ]; then
	mkdir "$work/generated"
	sh prototypes/schemes.sh registry . $(sh prototypes/schemes.sh names .) >"$work/generated/registry.c"
	echo "$work/generated/registry.c" >>"$work/sources"
fi

# Without position independence a const table of pointers is read-only, not relocated data.
flags="-std=gnu11 -O1 -I. -DPLATFORM_CALL -fsanitize=thread -fno-builtin-memcpy -fno-builtin-memset
	-fno-builtin-memmove -fno-builtin-memcmp -fno-pic -fno-pie -fno-stack-protector -U_FORTIFY_SOURCE -w"
mkdir "$work/o"
kept=${KEPT:-}
headers=$(grep '\.h$' "$work/files" | xargs cksum /dev/null | cksum | tr ' ' -)
export cc flags work kept headers
xargs -P "$(nproc 2>/dev/null || echo 2)" -d '\n' -n 1 sh -c '
	o=$work/o/$(printf %s "${0#"$work"/}" | tr / :).o
	k=${kept:+$kept/${o##*/}-$headers-$(cksum <"$0" | tr " " -)}
	[ -z "$k" ] || ! cp "$k" "$o" 2>/dev/null || exit 0
	$cc $flags -c "$0" -o "$o" 2>"$o.err" || {
		rm -f "$o"
		echo "$0" >"$o.failed"
		exit 0
	}
	[ -z "$k" ] || cp "$o" "$k"' <"$work/sources"

# FILE CLASS TYPE SECTION NAME of each symbol.
for o in "$work"/o/*.o; do
	[ -f "$o" ] || continue
	file=$(basename "$o" .o | tr : /)
	nm -f sysv "$o" | awk -F'|' -v file="$file" 'NF >= 7 && $3 !~ /Class/ {
		for (i = 1; i <= NF; i++)
			gsub(/[ \t]/, "", $i)
		print file, $3, $4 == "" ? "-" : $4, $7 == "" ? "-" : $7, $1 }'
done >"$work/symbols"

# Reads FILE NAME WHAT...: prints FILE:LINE: RULE: NAME WHAT, at the first line that has NAME.
located()
{
	sort -u | awk -v rule="$1" '{
		file = $1
		name = plain = $2
		sub(/\..*/, "", plain)
		what = $0
		sub(/^[^ ]+ [^ ]+ /, "", what)
		at = 1
		for (line = 1; (getline text <file) > 0; line++)
			if (text ~ ("(^|[^A-Za-z0-9_])" plain "($|[^A-Za-z0-9_])")) {
				at = line
				break
			}
		close(file)
		print file ":" at ": " rule ": " name " " what
	}'
}

# --- the rules; each prints its violations ---------------------------------------------------------

compiles()
{
	[ -s "$work/sources" ] || echo "common:1: compiles: there is nothing to compile"
	for f in "$work"/o/*.failed; do
		[ -f "$f" ] || continue
		grep -m 1 error "${f%.failed}.err" | sed 's/^\([^:]*:[0-9]*\):[0-9]*: /\1: compiles: /'
	done
}

symbols()
{
	awk -v allowed="$allowed_symbols" '
		NR == FNR { if ($2 ~ /^[A-TV-Z]$/) defined[$5]; next }
		$2 ~ /^[Uwv]$/ && $5 !~ allowed && !($5 in defined) { print $1, $5, "is not of the seam" }' \
		"$work/symbols" "$work/symbols" | located symbols
}

data()
{
	awk '$2 ~ /^[dDbBcCgGsSu]$/ && $3 != "TLS" { print $1, $5, "can be written and is on no stack" }' \
		"$work/symbols" | located data
}

tls()
{
	awk '$3 == "TLS" { print $1, $5, "is thread-local" }' "$work/symbols" | located tls
	words '__thread|_Thread_local|thread_local' tls
}

# words REGEX RULE: the lines with one of these words.
words()
{
	grep -E "^[^:]*:[0-9]*:(.*[^A-Za-z0-9_])?($1)([^A-Za-z0-9_]|\$)" "$work/bound_code" |
		grep -vE '^[^:]*:[0-9]*:[ 	]*#[ 	]*include' |
		sed -E "s/^([^:]*:[0-9]*):[ 	]*(.*)/\1: $2: \2/"
}

assembly()
{
	words 'asm|__asm|__asm__' assembly
}

# At least a type, then NAME : WIDTH; no label, no ?:
bit_fields()
{
	grep -E '^[^:]*:[0-9]*:[ 	]*([A-Za-z_][A-Za-z0-9_]*[ 	]+)+[A-Za-z_0-9]*[ 	]*:[ 	]*[A-Za-z0-9_(][^:?]*[;,]' \
		"$work/bound_code" | grep -vE '^[^:]*:[0-9]*:[ 	]*(case|default)([^A-Za-z0-9_]|$)' |
		sed -E 's/^([^:]*:[0-9]*):[ 	]*(.*)/\1: bit-fields: \2/'
}

# errno.h gives the constants; the word errno is a thread's own.
foreign()
{
	words '(u?atomic|cmm|caa|cds|urcu|pthread|futex)_[A-Za-z0-9_]*|errno|syscall' foreign
	awk -v ok="$allowed_headers" '
		NR == FNR { bound[$1]; next }
		$3 ~ /^</ && ($2 in bound) && substr($3, 2, length($3) - 2) !~ ok { print $1 ": foreign: includes " $3 }' \
		"$work/bound" "$work/includes"
}

atomics()
{
	words '(__atomic|__sync|__c11_atomic|atomic_thread)_[A-Za-z0-9_]*|_Atomic' atomics | grep -v '^common/sync/'
}

imports_down()
{
	awk '
		function floor(path) {
			if (path ~ /^common\/platform\//) return 1
			if (path ~ /^common\/sync\//) return 2
			if (path ~ /^common\/mm\//) return 3
			if (path ~ /^prototypes\//) return 4
			if (path ~ /^sim\// || path == "config.h") return 5
			if (path ~ /^bench\// || path == "paths.h" || path == "revision.h") return 6
			if (path ~ /^tests\//) return 7
			return 0
		}
		$3 ~ /^"/ {
			to = substr($3, 2, length($3) - 2)
			if (!floor(to))
				print $1 ": imports: \"" to "\" is on no floor (name it from the root)"
			else if (floor(to) > floor($2))
				print $1 ": imports: " to " is above"
		}' "$work/includes"
}

# A scheme called like something of the core (there is a common/*/NAME.h) may be meant by its plain name.
scheme_names()
{
	[ -s prototypes/schemes.list ] || echo "prototypes/schemes.list:1: scheme-names: names no scheme"
	sed -e 's/#.*//' -e 's/[[:space:]]//g' -e '/^$/d' prototypes/schemes.list | while read -r s; do
		regex="scheme_$s|\"$s\"|prototypes/$s"
		ls common/*/"$s.h" >/dev/null 2>&1 || regex="$regex|$s"
		grep -E '^(common|sim)/' "$work/files" | xargs grep -nE "(^|[^A-Za-z0-9_])($regex)([^A-Za-z0-9_]|\$)" /dev/null |
			sed -E "s/^([^:]*:[0-9]*):.*/\1: scheme-names: knows the scheme $s/"
	done
}

. "$here/rule.sh"
echo 1..10
rule "all of common/ and prototypes/ compiles with every access hooked" compiles
rule "objects need the seam, the hooks and pure functions only" symbols
rule "no data at file scope that can be written" data
rule "nothing is thread-local" tls
rule "no inline assembly" assembly
rule "no bit-fields" bit_fields
rule "nothing of pthreads, liburcu or the system outside common/platform" foreign
rule "no atomic builtins outside common/sync" atomics
rule "imports point down" imports_down
rule "common/ and sim/ know no scheme by name" scheme_names
exit $failed
