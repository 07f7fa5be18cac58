# SPDX-License-Identifier: GPL-2.0-or-later
# For scripts that check a checker: a folder of their own, and a line of TAP for each thing planted.

src=$(cd "${srcdir:-.}" && pwd)
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
n=0

# verdict WRONG WHAT OUT: WRONG says what is not as it should be, "" if all is; OUT is what the checker said.
verdict()
{
	n=$((n + 1))
	if [ -z "$1" ]; then
		echo "ok $n - $2"
	else
		echo "not ok $n - $2"
		printf '%s\n' "$1" "$3" | sed 's/^/# /'
	fi
}

# wrong_rules OUT RULES NAMED...: what is wrong, unless exactly these rules (their numbers) failed in OUT, and it names each NAMED.
wrong_rules()
{
	said=$1
	rules=$2
	shift 2
	got=$(printf '%s\n' "$said" | sed -n 's/^not ok \([0-9]*\).*/\1/p' | tr '\n' ' ')
	[ "$got" = "$rules${rules:+ }" ] || echo "broken rules: $got"
	for named; do
		printf '%s\n' "$said" | grep -qF -- "$named" || echo "not named: $named"
	done
}
