/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Work in a copy of this process: it begins with all that is here, and leaves nothing behind but what it writes to
 * shared memory.
 */
#ifndef BENCH_PLACE_COPY_H
#define BENCH_PLACE_COPY_H

#include <stddef.h>
#include <sys/types.h>

/** Memory that copies share with this process, zeroed. @return NULL: there is none */
void *copy_share(size_t size);
void copy_unshare(void *p, size_t size);

/** Start fn(arg) in a copy, which ends with what it returns, 0 to 255. @return its pid; -1: errno */
pid_t copy_start(int (*fn)(void *arg), void *arg);
/** What became of a copy: what fn() returned, or 256 + the signal that ended it. @context the copy has been started and not been waited for */
int copy_wait(pid_t pid);
/** Has any copy ended?  @return its pid, and @a status as copy_wait() returns it; 0: none has */
pid_t copy_any(int *status);
/** End one that is not wanted any more; copy_any() tells when it is gone. */
void copy_stop(pid_t pid);

#endif /* BENCH_PLACE_COPY_H */
