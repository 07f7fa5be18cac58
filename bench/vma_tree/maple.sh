#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Compiles the maple tree of each installed linux-source package as a side of tree_bench.
#
#	maple.sh SRCDIR OUT CC [CFLAGS...]
#
# Leaves OUT/maple.o, of which only `sides` and `nr_sides` are seen, and OUT/linux-VERSION, the sources.
# The first is vma_tree, the second linux-source-6.1 under the key "maple".
set -eu
srcdir=$1
out=$2
shift 2
here=$srcdir/bench/vma_tree
sides=
objects=

# side VERSION HEADERS KEY [FLAG]: HEADERS is the folder of the kernel's user-space tests.
side()
{
	version=$1
	tests=$out/linux-$version/tools/testing/$2
	ops=side_maple_$(echo "$version" | tr . _)
	package=/usr/src/linux-source-$version.tar.xz
	object=$out/$ops.o
	flag=${4-}
	key=$3
	[ -f "$package" ] || return 0
	if ! [ -f "$out/linux-$version.stamp" ]; then
		rm -rf "$out/linux-$version"
		mkdir -p "$out/linux-$version"
		tar -xJf "$package" -C "$out/linux-$version" --strip-components=1 --wildcards \
			'*/lib/maple_tree.c' '*/include/linux/*.h' '*/include/asm-generic/*' '*/include/uapi/*' \
			"*/tools/testing/$2/*" '*/tools/include/*' '*/tools/arch/x86/include/*'
		mkdir -p "$tests/generated"
		echo '#define XA_CHUNK_SHIFT 6' >"$tests/generated/map-shift.h"
		echo '#define CONFIG_64BIT 1' >"$tests/generated/bit-length.h"
		[ ! -f "$tests/autoconf.h" ] || cp "$tests/autoconf.h" "$tests/generated/"
		touch "$out/linux-$version.stamp"
	fi
	# With the kernel's flags for what its code does to C; its warnings are not ours.
	$compile -std=gnu11 -fno-strict-aliasing -w -DNDEBUG -D_LGPL_SOURCE $flag \
		-DSIDE_OPS=$ops -DSIDE_NAME="\"maple $version\"" -DSIDE_KEY="\"$key\"" \
		-I"$tests" -I"$out/linux-$version/tools/include" -I"$out/linux-$version" -I"$srcdir" \
		-c "$here/side_maple.c" -o "$object"
	# Two kernels have the same names.
	objcopy --keep-global-symbol=$ops "$object"
	sides="$sides $ops"
	objects="$objects $object"
}

compile=$*
side 6.1 radix-tree maple
side 6.12 shared maple_6_12 -DSIDE_HAS_DUP
[ -n "$sides" ] || { echo "maple.sh: no linux-source package is installed" >&2; exit 1; }
{
	echo '#include "bench/vma_tree/side.h"'
	for s in $sides; do echo "extern const struct side_ops $s;"; done
	echo 'const struct side_ops *const sides[] = { &side_vma_tree,'
	for s in $sides; do echo "	&$s,"; done
	echo '};'
	echo 'const unsigned int nr_sides = sizeof(sides) / sizeof(*sides);'
} >"$out/sides.c"
$compile -std=gnu11 -I"$srcdir" -c "$out/sides.c" -o "$out/sides.o"
ld -r -o "$out/maple.o" "$out/sides.o" $objects
