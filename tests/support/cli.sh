# SPDX-License-Identifier: GPL-2.0-or-later
# What a test of the command `faultline` begins with: . "${srcdir:=.}/tests/support/cli.sh"
#
# $faultline is the command, $dir a folder that goes at the end; ok() numbers what was tested.

: "${srcdir:=.}" "${builddir:=.}"
faultline=$builddir/faultline
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
n=0

ok() { # STATUS NAME: where it fails, with what was said
	n=$((n + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $n - $2"
		return
	fi
	echo "not ok $n - $2"
	for said in out err say; do
		[ -s "$dir/$said" ] && head -10 "$dir/$said" | sed "s/^/# $said: /"
	done
}

skipped() { # NAME REASON
	n=$((n + 1))
	echo "ok $n - $1 # SKIP $2"
}

# The command must exit with WANTED, and soon.
run() { # WANTED ARG...
	wanted=$1
	shift
	timeout 120 "$faultline" "$@" >"$dir/out" 2>"$dir/err"
	status=$?
	# Sanitizer builds say so, rightly, in one line more.
	sed -i '/^faultline: warning: built with a sanitizer/d' "$dir/err"
	[ $status -eq "$wanted" ]
}

# It must exit with 2, say one line on stderr that holds TEXT, and nothing on stdout.
refused() { # NAME TEXT ARG...
	name=$1 text=$2
	shift 2
	run 2 "$@" && [ ! -s "$dir/out" ] && [ "$(wc -l <"$dir/err")" -eq 1 ] &&
		grep -q '^faultline: ' "$dir/err" && grep -qF -- "$text" "$dir/err"
	ok $? "$name"
}

refuses() { # TEXT ARG...: the same, named by what was typed
	text=$1
	shift
	refused "refused: $*: $text" "$text" "$@"
}
