# SPDX-License-Identifier: GPL-2.0-or-later
# Completion for bash: the command itself says what may follow, from the tables that it reads its arguments by.

_faultline()
{
	local words typed before word reply

	# Not COMP_WORDS, where "--schemes=a,b:c" is in pieces.
	read -ra words <<<"${COMP_LINE:0:COMP_POINT}"
	[[ ${COMP_LINE:0:COMP_POINT} == *[[:blank:]] ]] && words+=("")
	typed=${words[${#words[@]} - 1]}
	before=${typed%"${typed##*[=:]}"}	# bash has it already
	if [ ${#words[@]} -le 2 ]; then
		reply=$("${words[0]}" --complete 2>/dev/null)
	else
		reply=$("${words[0]}" "${words[1]}" --complete "${words[@]:2}" 2>/dev/null)
	fi
	COMPREPLY=()
	case $reply in
	:files) mapfile -t COMPREPLY < <(compgen -f -- "${typed#--*=}") ;;
	:commands) mapfile -t COMPREPLY < <(compgen -c -- "$typed") ;;
	*)
		while read -r word; do
			[[ $word == "$typed"* ]] && COMPREPLY+=("${word#"$before"}")
		done <<<"$reply"
		;;
	esac
}
complete -o filenames -F _faultline faultline
