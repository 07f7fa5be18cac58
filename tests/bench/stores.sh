#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Stores to shared cache lines per steady fault: none, or exactly those that the scheme is made of; and a
# planted one is found.
set -u

: "${srcdir:=.}" "${builddir:=.}"
faultline=$builddir/faultline
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
n=0

"$faultline" stores --rounds 1 >"$dir/out" 2>"$dir/say"
if [ $? -eq 77 ]; then
	echo "1..0 # SKIP $(cat "$dir/say")"
	exit 77
fi

ok() { # STATUS NAME
	n=$((n + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $n - $2"
	else
		echo "not ok $n - $2"
		sed 's/^/# /' "$dir/csv" "$dir/say" | head -20
	fi
}

# Every field that is stored to, and how often a fault: "FIELD N ...", nothing where there is none.
fields() { # ARG...
	"$faultline" stores --format=csv "$@" >"$dir/csv" 2>"$dir/say" || return 1
	awk -F, 'NR > 1 && $5 != "all" { printf "%s%s %g", sep, $5, $6 / $4; sep = " " }
		$5 == "all" && $6 != sum { exit 1 } { sum += $6 } $5 == "all" { sum = 0 }' "$dir/csv"
}

wants() { # WANTED NAME ARG...
	wanted=$1 name=$2
	shift 2
	got=$(fields "$@") && [ "$got" = "$wanted" ]
	ok $? "$name: ${wanted:-none}"
}

for scheme in $SCHEMES; do
	own=
	case $scheme in
	mmap_lock) own='mm.mmap_lock.count 2' shared=$own ;;
	per_vma_rwsem) shared='vma.per_vma_rwsem 2' ;;
	per_vma_refcount) shared='vma.per_vma_refcount 2' ;;
	*) shared= ;;
	esac
	wants "$shared" "$scheme, one VMA" -s "$scheme"
	wants "$shared" "$scheme, one VMA, 7 threads" -s "$scheme" -j 7 -n 5
	wants "$own" "$scheme, a VMA each" -s "$scheme" --own-vmas
	fields -s "$scheme" --plant | grep -q 'planted.+0 1'
	ok $? "$scheme: a planted store is found"
	# A switch that holds the VMA by a count pays for it where all may meet.
	[ "$scheme" != seqcount_retry ] ||
		wants 'vma.seqcount_retry 2' "$scheme with a reference" -s "$scheme:validate=vma:reference=yes"
done

# It must exit with 2, say one line on stderr that holds TEXT, and nothing on stdout.
refused() { # TEXT ARG...
	text=$1
	shift
	: >"$dir/csv"
	"$faultline" stores "$@" >"$dir/out" 2>"$dir/say"
	[ $? -eq 2 ] && [ ! -s "$dir/out" ] && [ "$(wc -l <"$dir/say")" -eq 1 ] && grep -qF -- "$text" "$dir/say"
	ok $? "refused: stores $*"
}
refused "from 2 to 16" --threads 1
refused "from 1 to" --rounds x
refused "nosuch" --schemes nosuch
refused "unknown option" --nosuch
echo "1..$n"
