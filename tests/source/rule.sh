# SPDX-License-Identifier: GPL-2.0-or-later
# For scripts that check rules of the sources: a line of TAP a rule, with each violation named under it.

n=0
failed=0

# rule WHAT FUNCTION: holds when FUNCTION prints nothing.
rule()
{
	n=$((n + 1))
	found=$($2)
	if [ -z "$found" ]; then
		echo "ok $n - $1"
	else
		failed=1
		echo "not ok $n - $1"
		printf '%s\n' "$found" | sed 's/^/# /'
	fi
}
