# SPDX-License-Identifier: GPL-2.0-or-later
# The sentences of a file that have no subject, or ask where they should say: FILE:LINE: the form.
#
# A text is a comment of C, consecutive lines of "#", a paragraph of Markdown, or a string of C, Python or the shell, with
# those that directly follow it, joined to one line first; or what a planted bug's patch says of itself.  In a text, what
# stands in quotes is another text, in backquotes code, in @pairs{} a label; none of it is looked at.
# EXCEPT names the file of exceptions: FILE, a tab, a phrase of the text, a tab, the reason.
function check(text, line,    t, i) {
	gsub(/@pairs[{][^}]*[}]/, "", text)
	gsub(/"[^"]*"/, "\"\"", text)
	gsub(/`[^`]*`/, "``", text)
	gsub(/[ \t]+/, " ", text)
	sub(/^ /, "", text)
	t = text
	gsub(/([Tt]here|which|that) is no /, "", t)
	gsub(/ is no (longer|such|more|other|less) /, " ", t)
	for (i = 1; i <= nr_forms; i++)
		if (match(t, form[i]) && !excepted(text))
			print path ":" line ": '" substr(t, RSTART, RLENGTH + 24) "': " what[i]
}
function excepted(text,    i) {
	for (i = 1; i <= nr_except; i++)
		if (name(path) == except_file[i] && index(text, except_text[i])) {
			used[i] = 1
			return 1
		}
	return 0
}
# The path below ROOT.
function name(p) {
	return substr(p, 1, length(ROOT) + 1) == ROOT "/" ? substr(p, length(ROOT) + 2) : p
}
function add(ere, why) {
	form[++nr_forms] = ere
	what[nr_forms] = why
}
function flush() {
	if (text != "")
		check(text, begin)
	text = ""
}
function more(s) {
	if (text == "") {
		begin = FNR
		path = FILENAME
	}
	text = text " " s
}
# A string, and the end of those that followed each other.
function string(s) {
	gsub(/\\[nt]/, " ", s)
	if (strings == "") {
		string_begin = FNR
		string_path = FILENAME
	}
	strings = strings s
}
function flush_strings(    other) {
	if (strings != "") {
		other = path
		path = string_path
		check(strings, string_begin)
		path = other
	}
	strings = ""
}
# The string that rest begins with, behind its opening quote c, goes to string(); rest goes on behind its end.
function take_string(c, escapes,    s) {
	match(rest, c == "\"" ? "^([^\"\\\\]|\\\\.)*" : escapes ? "^([^'\\\\]|\\\\.)*" : "^[^']*")
	s = substr(rest, 1, RLENGTH)
	rest = substr(rest, RLENGTH + 2)
	string(s)
}
BEGIN {
	START = "(^|[.;:!] |@brief |@return )"
	add(START "[Ww]ho (is |was |has |can |may |cannot |does |did )?[a-z]+[^?.;]*([.;,]|$)", "name who it is: the reader, the writer, the faulting thread, the caller")
	add(START "([Ww]hom|[Ww]hoever) ", "name who it is")
	add(" (for|of|by|to|from|with|than|lets|tells|orders) (who|whom|whoever) [a-z]+s ", "name who it is")
	add("(is|was|are|were|be|been) asked([^a-z]|$)", "a check checks, a caller reads or requests: say which")
	add("[Ss]hall ", "must")
	add("(is|are|was|were) needed([^a-z]|$)", "say who needs it, or that it must be there")
	add("(has|have|had) to be told", "say who tells it")
	add("(^| )is no [a-z]+", "is not a ...")
	while ((getline row < EXCEPT) > 0) {
		if (row ~ /^#/ || row == "")
			continue
		n = split(row, part, "\t")
		if (n != 3 || part[3] == "")
			print EXCEPT ": an exception is FILE, phrase and reason, between tabs: " row
		except_file[++nr_except] = part[1]
		except_text[nr_except] = part[2]
		except_row[nr_except] = row
	}
	if (nr_except >= 10)
		print EXCEPT ": " nr_except " exceptions; there may be nine"
}
FNR == 1 {
	flush()
	flush_strings()
	in_comment = fenced = in_docstring = 0
	kind = FILENAME ~ /\.[ch]$/ ? "c" : FILENAME ~ /\.md$/ ? "md" : FILENAME ~ /\.py$/ ? "py" : FILENAME ~ /\.patch$/ ? "patch" : \
		FILENAME ~ /\.(mk|am|ac|awk)$/ ? "#" : "sh"
}
kind == "c" {
	rest = $0
	for (;;) {
		if (in_comment) {
			at = index(rest, "*/")
			line = at ? substr(rest, 1, at - 1) : rest
			sub(/^[ \t]*\*? ?/, "", line)
			# A blank line and a @tag begin a text of their own.
			if (line ~ /^[ \t]*$/ || line ~ /^@/)
				flush()
			more(line)
			if (!at)
				next
			flush()
			in_comment = 0
			rest = substr(rest, at + 2)
		}
		found = match(rest, /\/[*]|"|'/)
		between = found ? substr(rest, 1, RSTART - 1) : rest
		c = substr(rest, RSTART, 1)
		rest = substr(rest, RSTART + RLENGTH)
		# A number's format between two strings is a part of them.
		if (between !~ /^[ \t]*(PRI[a-zA-Z0-9]+)?[ \t\\]*$/)
			flush_strings()
		if (!found)
			next
		if (c == "/") {
			in_comment = 1
			sub(/^[*]?<? ?/, "", rest)
		} else if (c == "\"") {
			take_string(c, 1)
		} else {
			match(rest, /^([^'\\]|\\.)*'?/)
			rest = substr(rest, RLENGTH + 1)
		}
	}
}
# Strings of Python and the shell: those in three quotes, which are comments, and those that end in their line.
kind == "py" || kind == "sh" {
	rest = $0
	if (in_docstring) {
		at = index(rest, "\"\"\"")
		more(at ? substr(rest, 1, at - 1) : rest)
		if (!at)
			next
		flush()
		in_docstring = 0
		rest = substr(rest, at + 3)
	}
	while (match(rest, kind == "py" ? "\"\"\"|#|\"|'" : "(^|[ \t])#|\"|'")) {
		between = substr(rest, 1, RSTART - 1)
		c = substr(rest, RSTART, RLENGTH)
		rest = substr(rest, RSTART + RLENGTH)
		# The shell joins strings that touch; Python, those of one expression.
		if (kind == "sh" ? between != "" : between !~ /^[ \t]*[rfb]?$/)
			flush_strings()
		if (c ~ /#/) {
			# A comment behind code; one of its own line is joined with the next, below.
			if ($0 !~ /^[ \t]*#/) {
				flush()
				more(rest)
				flush()
			}
			rest = ""
		} else if (length(c) == 3) {
			at = index(rest, c)
			more(at ? substr(rest, 1, at - 1) : rest)
			in_docstring = !at
			if (at)
				flush()
			rest = at ? substr(rest, at + 3) : ""
		} else {
			take_string(c, kind == "py")
		}
	}
	if (kind == "sh" || rest !~ /^[ \t]*$/)
		flush_strings()
	if (in_docstring)
		next
}
kind == "#" || kind == "py" || kind == "sh" {
	if ($0 ~ /^[ \t]*#( |$)/ && $0 !~ /SPDX/) {
		line = $0
		sub(/^[ \t]*# ?/, "", line)
		if (line ~ /^[ \t]*$/)
			flush()
		else
			more(line)
	} else
		flush()
}
kind == "patch" && sub(/^(Clause|Class): /, "") {
	more($0)
	flush()
}
kind == "md" {
	if ($0 ~ /^ *```/) {
		flush()
		fenced = !fenced
	} else if (!fenced) {
		if ($0 ~ /^[ \t]*$/ || $0 ~ /^ *([-*#|]|[0-9]+\.) ?/)
			flush()
		line = $0
		sub(/^ *([-*]|[0-9]+\.|#+) /, "", line)
		if (line !~ /^[ \t]*$/)
			more(line)
	}
}
END {
	flush()
	flush_strings()
	for (i = 1; i <= nr_except; i++)
		if (!used[i])
			print EXCEPT ": no text has it: " except_row[i]
}
