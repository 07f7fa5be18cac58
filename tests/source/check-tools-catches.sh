#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Does tools.py see a tool that no package of the list has, wherever it is called?  A small tree, one call after the other.
set -u
. "${srcdir:=.}/tests/source/catches.sh"
cd "$work" || exit 1
PYTHONDONTWRITEBYTECODE=1
export PYTHONDONTWRITEBYTECODE

# fresh: only tools that are always there, and one package.
fresh()
{
	printf '#!/bin/sh\nknown() { sed p | sort; }\nx=$(cat a) known "$x" && ./mine\n' >a.sh
	printf 'all:\n\t@cd $(srcdir) && for f in $(FILES:%%=x/%%); do cp $$f $@; done\n' >Makefile.am
	printf 'import subprocess\nsubprocess.run(["sed", "p"])\n' >a.py
	printf 'int main(void)\n{\n\treturn execlp("cat", "cat", NULL);\n}\n' >a.c
	printf 'make build\n' >debian-packages
	printf 'a.sh\nMakefile.am\na.py\na.c\n' >tracked
}

# expect WHAT FOUND...: exactly these lines begin like that.
expect()
{
	what=$1
	shift
	wrong=
	out=$(python3 "$src/tests/source/tools.py" . tracked 2>&1)
	[ "$(printf '%s' "$out" | grep -c .)" -eq $# ] || wrong="$# expected"
	for found; do
		printf '%s\n' "$out" | grep -q "^$found: " || wrong="$wrong; not found: $found"
	done
	verdict "$wrong" "$what" "$out"
	fresh
}

fresh
out=$(python3 "$src/tests/source/tools.py" . tracked 2>&1)
[ $? -ne 77 ] || {
	echo "1..0 # SKIP $out"
	exit 0
}
echo 1..8
expect "tools that are always there, functions, files, variables"
printf 'true | nosuch1 -x\nif ! nosuch2; then echo "$(nosuch3)"; fi\n(nosuch4 <a) && A=1 nosuch5\n' >>a.sh
expect "in a pipe, a condition, a substitution, a subshell, behind a variable" \
	a.sh:4:.nosuch1 a.sh:5:.nosuch2 a.sh:5:.nosuch3 a.sh:6:.nosuch4 a.sh:6:.nosuch5
printf 'command -v nosuch1\nenv -u X A=1 nosuch2\nexec nosuch3\ntimeout -k 1 5 nosuch4\nxargs -n 1 nosuch5\nnice nosuch6\n' >>a.sh
expect "behind a tool that runs another" \
	a.sh:4:.nosuch1 a.sh:5:.nosuch2 a.sh:6:.nosuch3 a.sh:7:.nosuch4 a.sh:8:.nosuch5 a.sh:9:.nosuch6
printf "xargs sh -c 'nosuch1 \$0'\nsh -euc 'nosuch2'\n" >>a.sh
expect "in the text of sh -c" a.sh:4:.nosuch1 a.sh:5:.nosuch2
printf 'most: all\n\t$(AM_V_GEN)nosuch1 $@ \\\n\t\t| nosuch2\n\t@test -n "$$x" || $(if $(A),$(B)) nosuch3\nX = a \\\n\tnosuch4\n' >>Makefile.am
expect "in a recipe, and not what make puts in, nor a variable's value" Makefile.am:4:.nosuch1 Makefile.am:5:.nosuch2
printf 'import shutil\nshutil.which("nosuch1")\nsubprocess.Popen(\n    ["nosuch2", "x"])\n' >>a.py
expect "in Python" a.py:4:.nosuch1 a.py:5:.nosuch2
sed -i 's/"cat",/"nosuch",/' a.c
expect "in C" a.c:3:.nosuch
printf 'cc a.c\n' >>a.sh
expect "what a package outside the list has" a.sh:4:.cc
