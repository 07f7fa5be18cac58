# SPDX-License-Identifier: GPL-2.0-or-later
# C without comments, each line as FILE:LINE:TEXT, so that what is found can be named.
# -v literals=0 also empties strings and character constants.
function strip(line,    out, at, c) {
	out = ""
	for (;;) {
		if (in_comment) {
			at = index(line, "*/")
			if (!at)
				return out
			in_comment = 0
			out = out " "
			line = substr(line, at + 2)
		}
		# An include names its file between quotes: that is no string.
		if (!match(line, is_include ? "/[*]|//" : "/[*]|//|\"|'"))
			return out line
		c = substr(line, RSTART, 1)
		out = out substr(line, 1, RSTART - 1)
		line = substr(line, RSTART + RLENGTH)
		if (c == "/") {
			if (RLENGTH == 2 && substr($0, length($0) - length(line), 1) == "/")
				return out
			in_comment = 1
			continue
		}
		match(line, c == "\"" ? "^([^\"\\\\]|\\\\.)*\"?" : "^([^'\\\\]|\\\\.)*'?")
		out = out c (literals ? substr(line, 1, RLENGTH) : c)
		line = substr(line, RLENGTH + 1)
	}
}
FNR == 1 { in_comment = 0 }
{
	is_include = !in_comment && $0 ~ /^[ \t]*#[ \t]*include/
	print FILENAME ":" FNR ":" strip($0)
}
