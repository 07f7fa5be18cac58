/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Takes control characters out of text.
 */
#include <stddef.h>

#include "bench/lib/foreign.h"

/* Bytes of the UTF-8 character that begins at @a s; 0: none does. */
static size_t utf8_length(const unsigned char *s)
{
	size_t n = *s < 0x80 ? 1 : *s >= 0xc2 && *s < 0xe0 ? 2 : *s >= 0xe0 && *s < 0xf0 ? 3 :
		   *s >= 0xf0 && *s < 0xf5 ? 4 : 0;

	for (size_t i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	return n;
}

void foreign_text(char *text)
{
	unsigned char *s = (unsigned char *)text;
	size_t n;

	for (; *s; s += n) {
		n = utf8_length(s);
		if (!n) {		/* no character: a terminal of 8 bits may obey it */
			*s = '?';
			n = 1;
		} else if (*s < ' ' || *s == 0x7f) {
			*s = '?';
		} else if (*s == 0xc2 && s[1] < 0xa0) {
			s[0] = s[1] = '?';
		}
	}
}
