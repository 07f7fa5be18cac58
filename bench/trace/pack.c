/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief A stream of stdio over libzstd.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>

#include "config.h"

#ifdef HAVE_LIBZSTD
#include <zstd.h>
#endif

#include "bench/trace/pack.h"

#ifdef HAVE_LIBZSTD

/* Recorded traces shrink 6- to 10-fold; a higher level takes longer and gains little. */
#define LEVEL 9

struct pack {
	ZSTD_CCtx *zstd;
	FILE *below;
	char bytes[128 << 10];
};

static int push(struct pack *p, ZSTD_inBuffer *in, ZSTD_EndDirective how)
{
	size_t left;

	do {
		ZSTD_outBuffer out = { p->bytes, sizeof(p->bytes), 0 };

		left = ZSTD_compressStream2(p->zstd, &out, in, how);
		if (ZSTD_isError(left) || fwrite(p->bytes, 1, out.pos, p->below) != out.pos) {
			errno = ENOMEM;
			return -1;
		}
	} while (how == ZSTD_e_end ? left : in->pos < in->size);
	return 0;
}

static ssize_t pack_write(void *cookie, const char *text, size_t size)
{
	ZSTD_inBuffer in = { text, size, 0 };

	return push(cookie, &in, ZSTD_e_continue) ? 0 : (ssize_t)size;
}

static int pack_close(void *cookie)
{
	struct pack *p = cookie;
	ZSTD_inBuffer in = { "", 0, 0 };
	int ret = push(p, &in, ZSTD_e_end);

	ZSTD_freeCCtx(p->zstd);
	free(p);
	return ret;
}

FILE *trace_pack(FILE *below)
{
	cookie_io_functions_t functions = { .write = pack_write, .close = pack_close };
	struct pack *p = malloc(sizeof(*p));
	FILE *out = NULL;

	if (!p)
		return NULL;
	p->below = below;
	p->zstd = ZSTD_createCCtx();
	if (p->zstd) {
		ZSTD_CCtx_setParameter(p->zstd, ZSTD_c_compressionLevel, LEVEL);
		ZSTD_CCtx_setParameter(p->zstd, ZSTD_c_checksumFlag, 1);
		out = fopencookie(p, "w", functions);
	}
	if (!out) {
		ZSTD_freeCCtx(p->zstd);
		free(p);
	}
	return out;
}

#else

FILE *trace_pack(FILE *below)
{
	(void)below;
	errno = ENOSYS;
	return NULL;
}

#endif
