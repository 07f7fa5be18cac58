#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The ladder that a fault goes down under a scheme, as a graph made of what the scheme itself counts: counters whose
# meaning begins with "fell:" lead to the rung below, those that begin with "tried again:" or "walked again:" back to the
# same rung.
#
#	ladder-dot.sh ROOT NAME
set -eu

root=$1
name=$2
here=$(dirname "$0")

# "COUNTER MEANING", one line a counter of scheme $1, as its source has them.
counters()
{
	sed -n 's/^[[:space:]]*\[[A-Z_0-9]*\] = { "\([a-z_0-9]*\)", "\(.*\)" },$/\1 \2/p' "$root/prototypes/$1/$1.c"
}

# The labels of the counters of scheme $1 whose meaning begins with "$2:", as rows of one label.
labels()
{
	counters "$1" | sed -n "s/^\([a-z_0-9]*\) $2: */\1: /p" | sed 's/$/\\l/' | tr -d '\n'
}

cat <<EOF
// Generated from the counters of prototypes/$name/$name.c and the schemes below it by build-tools/ladder-dot.sh.
digraph $name {
	graph [rankdir=TB, bgcolor=white, ranksep=0.35];
	node [shape=box, style="filled,rounded", fillcolor="#eef3fa", color="#46618f", fontname="sans-serif", fontsize=12];
	edge [color="#46618f", fontname="sans-serif", fontsize=10];
	fault [shape=plain, style="", label="a fault"];
	fault -> $name;
EOF
rung=$name
while :; do
	done=$(counters "$rung" | sed -n 's/^done //p' | head -n 1)
	printf '\t%s [label="%s\\n%s"];\n' "$rung" "$rung" "$done"
	again=$(labels "$rung" "tried again")$(labels "$rung" "walked again")
	[ -z "$again" ] || printf '\t%s:e -> %s:e [label="%s"];\n' "$rung" "$rung" "$again"
	below=$(sh "$here/schemes.sh" below "$root" "$rung" | head -n 1 | cut -d" " -f1)
	[ -n "$below" ] || break
	printf '\t%s -> %s [label="%s"];\n' "$rung" "$below" "$(labels "$rung" fell)"
	rung=$below
done
echo "}"
