# SPDX-License-Identifier: GPL-2.0-or-later
# Completion for bash: commands, options and schemes are asked of the command itself, so that nothing here goes stale.

_faultline()
{
	local program=${COMP_WORDS[0]} cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} words=
	local commands command=${COMP_WORDS[1]}

	# `--option=value` arrives as three words.
	[ "$cur" = = ] && cur=
	[ "$prev" = = ] && prev=${COMP_WORDS[COMP_CWORD - 2]}
	commands=$("$program" --help 2>/dev/null | sed -n '/^Commands:/,/^$/s/^  \([a-z-][a-z-]*\) .*/\1/p')
	if [ "$COMP_CWORD" -eq 1 ]; then
		words="$commands --help --version"
	elif [ "${cur#-}" != "$cur" ]; then
		words=$("$program" "$command" --help 2>/dev/null | grep -oE -- '(^|[ ,])--?[a-z][a-z-]*' | tr -d ' ,')
	else
		case $prev in
		--schemes | --scheme | --baseline | -s)
			words=$("$program" list 2>/dev/null | sed -n '2,/^$/s/^ *\([a-z][a-z_]*\)  .*/\1/p')
			;;
		--format | -f)
			words="table csv json md"
			;;
		esac
	fi
	if [ -n "$words" ]; then
		COMPREPLY=($(compgen -W "$words" -- "$cur"))
	else
		COMPREPLY=($(compgen -f -- "$cur"))
	fi
}
complete -o filenames -F _faultline faultline
