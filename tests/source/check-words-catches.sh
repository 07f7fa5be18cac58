#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Does words.sh see each form that it lists, in each kind of text, and nothing else?
set -u
. "${srcdir:=.}/tests/source/catches.sh"

# expect NAMED WHAT: words.sh names NAMED, or with "" finds nothing, in a.c, a.h, a.sh, a.md, a.py, a.patch and the exceptions.
expect()
{
	out=$(srcdir=$src sh "$src/tests/source/words.sh" "$work" "$work/list" "$work/except")
	verdict "$(wrong_rules "$out" "${1:+1}" "$1")" "$2" "$out"
	fresh
}

fresh()
{
	printf '/* A reader, who holds the lock, waits. */\nint a; /**< there is no lock */\n' >"$work/a.c"
	printf '/**\n * @brief Who waits?  A fault that\n * who never asks.\n */\n' >"$work/a.h"
	printf '#!/bin/sh\n# A check that holds.\necho "a thread that finds it waits"; echo "it" "is no"\n' >"$work/a.sh"
	printf '"""What it is."""\nx = ["is", "asked"] # a list\n' >"$work/a.py"
	printf '# none\n' >"$work/except"
	printf '# Faults\n\nA fault\nwho waits.\n\n```\nwho asks\n```\n\n| asked | `is asked` |\n' >"$work/a.md"
	printf 'Rule: F1\nClause: a fault waits\n' >"$work/a.patch"
	printf 'a.c\na.h\na.sh\na.md\na.py\na.patch\n' >"$work/list"
}

# comment TEXT WHAT: a comment with this text is found.
comment()
{
	printf '\n/* %s */\n' "$1" >>"$work/a.c"
	expect "a.c:4: " "$2"
}

echo 1..27
fresh
expect "" "sentences with a subject, a relative clause, a question, a message"
comment "Who finds it locked waits." "a headless who"
comment "The lock is free: who was first has it." "behind a colon"
comment "Whoever takes the flag away frees it." "whoever"
comment "Whom down_write() does not wait for will see it." "whom"
comment "Out of the way of who finds it free." "behind a preposition"
comment "Whether it is ours is asked with the lock." "asked"
comment "It must be asked again." "be asked"
comment "The report shall tell." "shall"
comment "No lock is needed here." "needed"
comment "The mm has to be told." "told"
comment "A stack slot is no place for it." "is no"
printf '/*\n * It must not be\n * asked.\n */\n' >>"$work/a.c"
expect "a.c:3: " "over two lines"
printf 'int b; /**< who holds it goes on */\n' >>"$work/a.c"
expect "a.c:3: " "behind a field"
printf '# The list is\n# asked twice.\n' >>"$work/a.sh"
expect "a.sh:4: " "in a script"
printf 'echo "$(true)"; echo "A number is needed"\n' >>"$work/a.sh"
expect "a.sh:4: " "in a message of a script"
printf 'def f():\n    """A list of what\n    is asked."""\n' >>"$work/a.py"
expect "a.py:4: " "in the text of a function"
printf 'print("%%d is"\n      " no number" %% x)\n' >>"$work/a.py"
expect "a.py:3: " "in a message of Python"
printf 'y = 1 # who comes first has it\n' >>"$work/a.py"
expect "a.py:3: " "behind a line of Python"
printf 'char *s = "a number is " /* so */ "needed";\n' >>"$work/a.c"
expect "a.c:3: " "in a message"
printf 'f("%%s is no\\n"\n  "regular file", "%%" PRIu64\n  " is asked");\n' >>"$work/a.c"
expect "a.c:4: " "in a message over two lines, with a format's macro"
printf 'Clause: who falls waits\n' >>"$work/a.patch"
expect "a.patch:3: " "in the words of a planted bug"
printf '\nThe second number\nis asked.\n' >>"$work/a.md"
expect "a.md:12: " "in a paragraph"
printf '%s\n' '- Good: who waits is woken.' >>"$work/a.md"
expect "a.md:11: " "in a list"
printf '/* It is asked. */\n' >>"$work/a.c"
printf 'a.c\tIt is asked\twords of the standard\n' >>"$work/except"
expect "" "an exception"
printf 'a.c\tIt is asked\twords of the standard\n' >>"$work/except"
expect "no text has it" "an exception that nothing needs any more"
printf '/* It is asked. */\n' >>"$work/a.c"
printf 'a.c\tIt is asked\n' >>"$work/except"
expect "FILE, phrase and reason" "an exception without a reason"
