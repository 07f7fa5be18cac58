#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Stores to shared cache lines per steady fault: none, or exactly those that the scheme is made of; and a
# planted one is found.
set -u

. "${srcdir:=.}/tests/support/cli.sh"

"$faultline" stores --rounds 1 >"$dir/out" 2>"$dir/say"
if [ $? -eq 77 ]; then
	echo "1..0 # SKIP $(cat "$dir/say")"
	exit 77
fi

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
	mmap_lock) own='mm.mmap_lock.count 2 mm.mmap_lock.owner 1' shared=$own ;;
	per_vma_rwsem | per_vma_rwsem_wait) shared="vma.$scheme 3" ;; # the count, and the owner on its line
	per_vma_refcount) shared='vma.per_vma_refcount 2' ;;
	*) shared= ;;
	esac
	wants "$shared" "$scheme, one VMA" -s "$scheme"
	wants "$shared" "$scheme, one VMA, 7 threads" -s "$scheme" -j 7 -n 5
	wants "$own" "$scheme, a VMA each" -s "$scheme" --own-vmas
	fields -s "$scheme" --plant | grep -q 'planted.+0 1'
	ok $? "$scheme: a planted store is found"
done

refuses "from 2 to 16" stores --threads 1
refuses "from 1 to" stores --rounds x
refuses "nosuch" stores --schemes nosuch
refuses "unknown option" stores --nosuch
echo "1..$n"
