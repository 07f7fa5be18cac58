/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Text on its way into a file compressed with zstd.
 */
#ifndef BENCH_TRACE_PACK_H
#define BENCH_TRACE_PACK_H

#include <stdio.h>

#include "config.h"

/** How the names of new traces end. */
#ifdef HAVE_LIBZSTD
#define TRACE_SUFFIX ".trace.zst"
#else
#define TRACE_SUFFIX ".trace"
#endif

/**
 * A stream that compresses what is printed to it and writes it to @a below, which
 * stays the caller's.  fclose() ends the frame.
 * @return NULL: no memory, or this build has no libzstd (errno is ENOSYS then)
 */
FILE *trace_pack(FILE *below);

#endif /* BENCH_TRACE_PACK_H */
