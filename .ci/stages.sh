# SPDX-License-Identifier: GPL-2.0-or-later
# For .ci/run and .ci/night, which source it: stages that are run and counted, by name.
set -u
top=$(pwd)
jobs=$(nproc)
# What Debian's packages install, and nothing that this machine has besides.
PATH=/usr/sbin:/usr/bin:/sbin:/bin
VERBOSE=1	# make check then prints the logs of what failed
export PATH VERBOSE

mkdir -p build
stages=$top/build/ci-stages	# state and name of each, a line each
: >"$stages"

# stage NAME LOG COMMAND...: runs it; status 77 says that it cannot be run here, and the last line of its output why.  What
# fails is shown, remembered, and stops only what needs it.
stage()
{
	name=$1
	log=$top/build/ci-$2.log
	shift 2
	began=$(date +%s)
	"$@" >"$log" 2>&1 </dev/null
	status=$?
	took=$(($(date +%s) - began))
	case $status in
	0)
		echo "passed $name" >>"$stages"
		echo "ci: $name: ok, $took s"
		;;
	77)
		reason=$(tail -n 1 "$log")
		echo "skipped $name: $reason" >>"$stages"
		echo "ci: $name: SKIPPED, $reason"
		;;
	*)
		echo "failed $name" >>"$stages"
		echo "ci: $name: FAILED (status $status), $took s; the end of $log:"
		tail -n 60 "$log" | sed 's/^/    /'
		return 1
		;;
	esac
}

# configured FOLDER OPTION...: a build there, asked again each time: what has not changed is not made again.
configured()
(
	mkdir -p "$1" && cd "$1" && shift && ../configure --enable-werror "$@" && make -j "$jobs"
)

# -O1: quicker to build and, with every access checked, no slower.  -g1: lines, which reports name, and no more.
sanitized()
{
	configured "build-$1" "--enable-$1" CFLAGS='-g1 -O1'
}

# fuzz DURATION [TARGET]: for that target, or for each, all at once.
fuzz()
{
	make -C build fuzz "DURATION=$1" ${2:+"FUZZ=$2"} && return
	said=$(grep '^fuzz: skipped' "$log") || return 1
	echo "${said#fuzz: skipped: }"
	return 77
}

# count BUILD...: what the tests in these builds and the stages said; the last line is `N passed, N failed, N skipped`.
count()
{
	{
		sed 's/^\([a-z]*\) /stage \1 /' "$stages"
		for build; do
			find "$build" -name '*.trs' ! -path '*/faultline-*' -exec awk -v build="$build/" '
				!/^:test-result: / { next }
				{
					test = substr(FILENAME, length(build) + 1)
					sub(/\.trs$/, "", test)
					state = $2 == "PASS" || $2 == "XFAIL" ? "passed" : $2 == "SKIP" ? "skipped" : "failed"
					sub(/^:test-result: [A-Z]* */, "")
					print build, state, test, $0
				}' {} +
		done
	} | awk -v builds="stage $*" '
		{ sum[$2]++; of[$1, $2]++ }
		$2 != "passed" { print "ci: " $2 ":" substr($0, length($1) + length($2) + 2) ($1 == "stage" ? "" : " (in " $1 ")") }
		END {
			for (i = split(builds, build, " "); i > 1; i--) {
				dir = build[i] "/"
				print "ci: " build[i] ": " of[dir, "passed"] + 0 " passed, " of[dir, "failed"] + 0 " failed, " \
					of[dir, "skipped"] + 0 " skipped"
				if (!of[dir, "passed"]) {
					print "ci: failed: no test passed in " build[i]
					sum["failed"]++
				}
			}
			print sum["passed"] + 0 " passed, " sum["failed"] + 0 " failed, " sum["skipped"] + 0 " skipped"
			exit sum["failed"] > 0 || !sum["passed"]
		}'
}
