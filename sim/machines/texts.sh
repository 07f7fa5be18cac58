#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Print a C file with the text of each description given: machine_texts[], see sim/time/machine.h.
#
#	texts.sh TRUST DESCRIPTION...
#
# TRUST has a line for each machine, NAME: how well it reproduces what was published for it.
set -e
trust=${1:?usage: texts.sh TRUST DESCRIPTION...}
shift
printf '/* Made by sim/machines/texts.sh. */\n#include "sim/time/machine.h"\n\nconst struct machine_text machine_texts[] = {\n'
for file do
	name=${file##*/}
	printf '\t{ "%s",\n' "${name%.json}"
	sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/\t"/' -e 's/$/\\n"/' "$file"
	printf '\t,\n\t"%s" },\n' "$(sed -n "s/^${name%.json}: //p" "$trust" | sed -e 's/\\/\\\\/g' -e 's/"/\\"/g')"
done
printf '\t{ NULL, NULL, NULL },\n};\n'
