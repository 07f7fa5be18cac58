#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Print a C file with the text of each description given: machine_texts[], see sim/time/machine.h.
set -e
printf '/* Made by sim/machines/texts.sh. */\n#include "sim/time/machine.h"\n\nconst struct machine_text machine_texts[] = {\n'
for file do
	name=${file##*/}
	printf '\t{ "%s",\n' "${name%.json}"
	sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/\t"/' -e 's/$/\\n"/' "$file"
	printf '\t},\n'
done
printf '\t{ NULL, NULL },\n};\n'
