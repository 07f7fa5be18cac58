#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The manual pages, from what the command says of itself.
#
#	man.sh HELP2MAN FAULTLINE OUTDIR	write OUTDIR/faultline.1 and OUTDIR/faultline-COMMAND.1 for each command that is there
set -eu

help2man=$1
faultline=$2
out=$3

# page NAME SUMMARY PROGRAM-AND-COMMAND SEE-ALSO
page()
{
	printf '[SEE ALSO]\n%s\n' "$4" >"$out/include.tmp"
	$help2man --no-info --name="$2" --version-string="$1 $version" --include="$out/include.tmp" \
		--output="$out/$1.tmp" "$3"
	mv "$out/$1.tmp" "$out/$1.1"
}

mkdir -p "$out"
rm -f "$out"/*.1
version=$("$faultline" --version | sed 's/.* //')
commands=$("$faultline" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z-][a-z-]*\) .*/\1/p')
[ -n "$commands" ] || { echo "man.sh: $faultline --help names no command" >&2; exit 1; }

also=
for command in $commands; do
	# What needs a program that was not built has nothing to say.
	"$faultline" "$command" --help >/dev/null 2>&1 || continue
	summary=$("$faultline" --help | sed -n "/^Commands:/,/^\$/s/^  $command  *//p")
	page "faultline-$command" "$summary" "$faultline $command" '\fBfaultline\fR(1)'
	also="$also${also:+, }\\fBfaultline-$command\\fR(1)"
done
page faultline 'a laboratory for page-fault locking' "$faultline" "$also"
rm -f "$out/include.tmp"
