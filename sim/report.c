// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Reports of failures for people: the threads, what each waits for, and where.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/engine_internal.h"

#define FRAMES		24
#define SHOWN		6	/* frames of a thread */
#define TEXT		(64u << 10)

struct text {
	char *at, *end;
};

static __attribute__((format(printf, 2, 3))) void add(struct text *t, const char *format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(t->at, (size_t)(t->end - t->at), format, ap);
	va_end(ap);
	if (n > 0)
		t->at += min_ul((unsigned long)n, (unsigned long)(t->end - t->at - 1));
}

/* "threads 3-7, 9": all threads that wait as @a first does, so that each is reported once. */
static void add_numbers(struct text *text, const bool *same)
{
	unsigned int nr = 0;

	for (unsigned int i = 0; i < sim.nr_threads; i++)
		nr += same[i];
	add(text, "  %s ", nr == 1 ? "thread" : "threads");
	nr = 0;
	for (unsigned int i = 0, end; i < sim.nr_threads; i = end) {
		end = i + 1;
		if (!same[i])
			continue;
		while (end < sim.nr_threads && same[end])
			end++;
		if (end - i > 2)
			add(text, "%s%u-%u", nr++ ? ", " : "", i, end - 1);
		else
			for (unsigned int k = i; k < end; k++)
				add(text, "%s%u", nr++ ? ", " : "", k);
	}
}

/*
 * What a thread does: return addresses from the call into the seam, or from the access, outwards; inner
 * frames are the engine's own.
 */
struct frames {
	unsigned int nr;
	const void *pc[SHOWN];
};

static void frames_of(struct frames *f, const struct sim_thread *t)
{
	const void *pc[FRAMES];
	unsigned int nr = t == sim.cur ? fiber_backtrace_here(&t->fiber, pc, FRAMES) :
				       fiber_backtrace(&t->fiber, pc, FRAMES);
	unsigned int from = 0;

	__real_memset(f, 0, sizeof(*f));
	if (nr && nr < FRAMES)
		nr--;		/* without the fiber's first function */
	while (from < nr && pc[from] != t->where)
		from++;
	if (from == nr && t->where)
		f->pc[f->nr++] = t->where;
	while (from < nr && f->nr < SHOWN)
		f->pc[f->nr++] = pc[from++];
}

static bool on_own_stack(const struct sim_thread *t)
{
	return (u64)(uintptr_t)t->word - (u64)(uintptr_t)t->fiber.stack < SIM_STACK;
}

static bool same_wait(const struct sim_thread *a, const struct sim_thread *b)
{
	struct frames fa, fb;

	if (a->state != b->state || a->where != b->where || a->lock != b->lock || a->gp != b->gp || a->rcu != b->rcu ||
	    a->atomic != b->atomic || a->joins != b->joins ||
	    (a->state == SIM_READY && (a == sim.cur || b == sim.cur)) ||
	    (a->word != b->word && !(on_own_stack(a) && on_own_stack(b))))
		return false;
	frames_of(&fa, a);
	frames_of(&fb, b);
	return !memcmp(&fa, &fb, sizeof(fa));
}

/* List the readers that a grace period waits for. */
static void add_readers(struct text *text, const struct sim_gp *gp)
{
	unsigned int nr = 0;

	for (unsigned int i = 0; i < sim.nr_threads && nr < 8; i++)
		if (gp->readers[i / 64] >> (i % 64) & 1)
			add(text, "%s%u", nr++ ? ", " : " of thread ", i);
}

static void add_state(struct text *text, const struct sim_thread *t)
{
	char where[160];
	u32 now;

	switch (t->state) {
	case SIM_SPINS:
	case SIM_PARKED:
		now = *(const volatile u32 *)t->word;
		add(text, "%s on %s", t->state == SIM_PARKED ? "parked" : "spins",
		    on_own_stack(t) ? "its own stack" : arena_describe(t->word, where, sizeof(where)));
		if (t->lock && t->lock != t->word)
			add(text, ", for %s", arena_describe(t->lock, where, sizeof(where)));
		add(text, ", seen %#x", t->seen);
		if (now != t->seen)
			add(text, ", now %#x%s", now, t->state == SIM_PARKED ? ": nobody woke it, a wake-up is lost" : "");
		break;
	case SIM_SLEEPS:
		add(text, "asleep");
		break;
	case SIM_AWAITS_RCU:
		add(text, t->gp ? "waits for the RCU sections" : "waits for RCU callbacks");
		if (t->gp)
			add_readers(text, t->gp);
		break;
	case SIM_JOINS:
		add(text, "waits for the end of thread %u", t->joins->id);
		break;
	default:
		add(text, t == sim.cur ? "runs" : "could run");
	}
	if (t->rcu)
		add(text, "; in an RCU section");
	if (t->atomic)
		add(text, "; holds %u spinlock%s", t->atomic, t->atomic == 1 ? "" : "s");
}

static void add_frames(struct text *text, const struct sim_thread *t)
{
	char place[200];
	struct frames f;

	frames_of(&f, t);
	for (unsigned int i = 0; i < f.nr; i++)
		add(text, "      at %s\n", sim_place(f.pc[i], place, sizeof(place)));
}

static void add_threads(struct text *text)
{
	static bool told[SIM_MAX_THREADS], same[SIM_MAX_THREADS];

	__real_memset(told, 0, sizeof(told));
	for (unsigned int i = 0; i < sim.nr_threads; i++) {
		const struct sim_thread *t = sim_thread(i);

		if (!t || told[i] || t->state == SIM_UNUSED || t->state == SIM_ENDED || t->state == SIM_IDLE)
			continue;
		for (unsigned int k = 0; k < sim.nr_threads; k++) {
			same[k] = k == i || (sim_thread(k) && same_wait(t, sim_thread(k)));
			told[k] |= same[k];
		}
		add_numbers(text, same);
		add(text, ": ");
		add_state(text, t);
		add(text, "\n");
		add_frames(text, t);
	}
}

void sim_fail(const char *format, ...)
{
	static char report[TEXT];
	struct text text = { report, report + sizeof(report) };
	va_list ap;
	int n;

	if (sim.failing) {	/* a failure inside a report: print only the first line */
		fputs(report, stderr);
		abort();
	}
	sim.failing = true;
	va_start(ap, format);
	n = vsnprintf(report, sizeof(report), format, ap);
	va_end(ap);
	text.at += min_ul(n < 0 ? 0 : (unsigned long)n, sizeof(report) - 1);
	add(&text, "\n");
	if (sim.cur)
		add_threads(&text);
	if (sim.user && sim.user->failed)
		sim.user->failed(report);
	fputs(report, stderr);
	abort();
}

void sim_bad_access(const void *p, bool store, const void *where)
{
	const struct arena_piece *piece = arena_piece_of(p);
	struct sim_thread *self = sim.cur;
	char what[160], place[200], freed[200] = "";

	self->where = where;
	if (piece && piece->freed)
		snprintf(freed, sizeof(freed), ", freed by thread %u at ", piece->freer);
	sim_fail("%s %s: %s%s%s; by thread %u at %s", store ? "store to" : "load of",
		 arena_describe(p, what, sizeof(what)),
		 arena_line(p)->state == ARENA_OFF ? "a frame out of use" : "freed memory", freed,
		 piece && piece->freed ? sim_place(piece->freed_where, (char[200]){ 0 }, 200) : "", self->id,
		 sim_place(where, place, sizeof(place)));
}

unsigned int sim_leaks(char *report, size_t size)
{
	struct text text = { report, report + size };
	unsigned int nr = 0;
	char place[200];

	for (const struct arena_piece *p = NULL; (p = arena_next_live(p)); nr++)
		if (nr < 8)
			add(&text, "  %zu bytes%s%s, allocated by thread %u at %s\n", p->size,
			    p->what ? ", struct " : "", p->what ? p->what : "", p->thread,
			    sim_place(p->where, place, sizeof(place)));
	if (nr > 8)
		add(&text, "  and %u more\n", nr - 8);
	return nr;
}
