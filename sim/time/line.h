/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief What the files of coherence share: line.c, tags.c, stores.c, pages.c.
 */
#ifndef SIM_TIME_LINE_H
#define SIM_TIME_LINE_H

#include "sim/time/timing.h"

/** Its state; new if this run has not touched it yet. */
struct line *line_get(u64 nr);
/** May the seat's core write the line without a request? */
bool line_is_own(const struct line *l, const struct seat *seat, u64 now);
/** The seat's core, which may, does so. */
void line_write(struct line *l, const struct seat *seat);
/** To the end of the queue of a line that is under way, or wanted by others. */
void line_enqueue(struct line *l, struct request *r);
/** Send the line to @a r; line_tell() follows. */
void line_fly(struct line *l, struct request *r, u64 now);
/** Let the request's thread, or store buffer, go on at its arrival. */
void line_tell(struct request *r);
/** The line has come to @a r, which grants it to the next in the queue. */
void line_arrived(u64 nr, struct line *l, struct request *r, u64 now);

/** Does the seat's buffer have a store to the line? */
bool stores_have(struct seat *seat, u64 nr);
/** Buffer a store of the running thread: its line is not here, or other stores are before it. */
void stores_add(void *p);

/** Does the core have the line in this version?  One that is only in L2 moves to L1, which costs time. */
bool tag_here(struct core *core, u64 nr, u32 version);
/** The core has the line from now on. */
void tag_insert(struct core *core, u64 nr, u32 version);

#endif /* SIM_TIME_LINE_H */
