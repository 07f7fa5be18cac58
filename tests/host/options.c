// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Options, skipping, random numbers.
 */
#include "tests/host/options.h"
#include "common/mm/hash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void usage(const char *what, const char *of)
{
	fprintf(stderr, "%s '%s'; options: --seed N, --calls N, --scheme SPEC\n", what, of);
	exit(2);
}

static u64 number(const char *text)
{
	char *end;
	u64 value = strtoull(text, &end, 0);

	if (!*text || *end)
		usage("not a number:", text);
	return value;
}

void options_parse(struct options *o, int argc, char **argv)
{
	struct scheme_chain chain;
	char why[256];

	for (int i = 1; i < argc; i += 2) {
		if (i + 1 == argc)
			usage("unknown option, or nothing after it:", argv[i]);
		if (!strcmp(argv[i], "--seed"))
			o->seed = number(argv[i + 1]);
		else if (!strcmp(argv[i], "--calls"))
			o->calls = number(argv[i + 1]);
		else if (strcmp(argv[i], "--scheme"))
			usage("unknown option", argv[i]);
		else if (scheme_chain_parse(&chain, argv[i + 1], why, sizeof(why)))
			usage(why, argv[i + 1]);
		else
			o->spec = argv[i + 1];
	}
}

void skip_all(const char *why)
{
	printf("1..0 # SKIP %s\n", why);
	exit(77);
}

void random_begin(struct random *r, u64 seed, u64 stream)
{
	r->state = hash64_2(seed, stream) | 1;
}

unsigned long random_below(struct random *r, unsigned long n)
{
	r->state ^= r->state << 13;
	r->state ^= r->state >> 7;
	r->state ^= r->state << 17;
	return (r->state >> 11) % n;
}
