#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Help, manual pages and completion know the same commands and options.
set -u

. "${srcdir:=.}/tests/support/cli.sh"
completion=$srcdir/bench/completion/faultline.bash
man=$builddir/docs/man

right() { # NAME WRONG...: holds if nothing is wrong
	name=$1
	shift
	printf '%s\n' "$*" >"$dir/say"
	[ -z "$*" ]
	ok $? "$name"
}

# complete WORD...: what is offered for the last word, sorted, in one line.
complete_words() {
	PATH=$(cd "$builddir" && pwd):$PATH bash --norc -c '
		. "$1"
		shift
		COMP_LINE="faultline $*"
		COMP_POINT=${#COMP_LINE}
		_faultline
		printf "%s\n" "${COMPREPLY[@]}"' bash "$completion" "$@" | LC_ALL=C sort | tr '\n' ' '
}

commands=$("$faultline" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z-][a-z-]*\) .*/\1/p')
right "there are commands" "$(echo "$commands" | grep -qx compare || echo "--help lists: $commands")"

# A command whose program was not built says so, and exits with 77.
wrong=
there=
for command in $commands; do
	said=$("$faultline" "$command" --help 2>/dev/null)
	status=$?
	case $status:$said in
	"0:Usage: faultline $command"*) there="$there $command" ;;
	77:) ;;
	*) wrong="$wrong $command" ;;
	esac
done
right "each command has help that begins with its usage" "$wrong"
right "help fits 80 columns" "$(for command in '' $there; do
	"$faultline" $command --help | sed "s|$(cd "$srcdir" && pwd)|DIR|" | awk -v c="$command" 'length > 80 { print c ": " $0 }'
done)"

wrong=
for command in $there; do
	[ "$("$faultline" help "$command" 2>&1)" = "$("$faultline" "$command" --help)" ] || wrong="$wrong $command"
done
right "'help COMMAND' is 'COMMAND --help'" "$wrong"
wrong=$("$faultline" help nosuch 2>&1) && wrong="$wrong: status 0"
right "help of no command" "$(echo "$wrong" | grep -vx "faultline: unknown command 'nosuch'.*")"

version=$("$faultline" --version)
right "-V, version and --version are one" "$(for say in -V version; do
	[ "$("$faultline" $say)" = "$version" ] || echo "$say is not --version"
done)"

# near HINT ARG...: the message has the hint.
near() {
	hint=$1
	shift
	said=$("$faultline" "$@" 2>&1)
	case $said in
	*"did you mean '$hint'?"*) ;;
	*) echo "$*: $said;" ;;
	esac
}
right "what is mistyped is told what is near it" "$(near compare comapre; near schemes compare --scemes mmap_lock
	near rcu_everything compare --schemes rcu_evrything --trace none; near csv list --format csw; near task compare --gfp tsk
	near beside-mmap compare --workload beside-mmp; near munmap matrix --op munnap; near fault_made matrix --point fault_mad)"
right "what is near nothing is told nothing" "$("$faultline" xyzzy 2>&1 | grep 'did you mean')"

# As after 'make faultline' alone: what configure found all for is not built, or is installed.
alone=$dir/alone
mkdir "$alone"
cp "$faultline" "$alone"
wrong=
for command in stores complexity; do
	[ -x "$builddir/bench/$command/$command" ] || continue
	said=$("$alone/faultline" "$command" --help 2>&1)
	case $?:$said in
	"77:faultline: $command: its program is not built: run make" | 0:*) ;;
	*) wrong="$wrong $said" ;;
	esac
done
right "a program that could be built is said to be not built" "$wrong"

if [ -e "$man/faultline.1" ]; then
	wrong=
	for command in $there; do
		[ -s "$man/faultline-$command.1" ] || { wrong="$wrong no page for $command;"; continue; }
		for option in $("$faultline" "$command" --help | grep -oE -- '^ +(-[a-z], )?--[a-z][a-z-]*' | grep -oE -- '--[a-z-]+'); do
			sed 's/\\-/-/g' "$man/faultline-$command.1" | grep -qF -- "$option" ||
				wrong="$wrong faultline-$command.1 has no $option;"
		done
	done
	right "each command has a manual page with all of its options" "$wrong"
else
	skipped "each command has a manual page with all of its options" "help2man is missing (package help2man)"
fi

if command -v bash >/dev/null; then
	offered=$(complete_words '')
	wrong=
	for command in $commands; do
		case " $offered " in *" $command "*) ;; *) wrong="$wrong $command" ;; esac
	done
	right "completion offers each command" "$wrong"
	right "completion offers options" "$(complete_words compare --sch | grep -qx -- '--schemes ' || complete_words compare --sch)"
	right "completion offers schemes" "$(complete_words compare --schemes=vma_s | grep -qx 'vma_seq_retry ' || complete_words compare --schemes=vma_s)"
	# offers WORD... : EXPECTED, the last word's completions, sorted
	offers() {
		expected=${*##*: }
		words=${*%% : *}
		# shellcheck disable=SC2086
		[ "$(complete_words $words)" = "$expected " ] || echo "$words: $(complete_words $words);"
	}
	right "completion offers values" "$(offers compare -f t : table; offers compare --format=c : csv; offers compare --gfp=t : task
		offers compare --mode p : paced; offers record -M p : ptrace; offers matrix --op mun : munmap
		offers compare --workload anon,beside-b : anon,beside-brk; offers compare --writer-rate 0,m : 0,max
		offers compare -s floor,mmap : floor,mmap_lock; offers compare -s floor,rcu_everything:per_vma_rw : per_vma_rwsem
		offers compare -b rcu_everything:per_vma_rwsem: : mmap_lock; offers compare --preset k : kernel; offers trace in : info; offers trace im : import
		offers trace info --for : --format; offers list mmap : mmap_lock; offers he : help)"
	right "completion offers files" "$(offers compare --trace "$srcdir/tests/bench/tiny" : "$srcdir/tests/bench/tiny.trace")"
else
	skipped "completion" "no bash"
fi
echo "1..$n"
