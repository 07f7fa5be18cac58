/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Lock-free readers of the VMA tree beside a writer that churns; a TAP program, so that ThreadSanitizer can run it.
 *
 * The address space is divided into fields.  At the start of each lies a post: a
 * range that stays.  Behind it lie plots, each with a VMA of its own, which is only
 * ever stored inside its plot; and one VMA for the whole ground behind the post.
 * The writer plants parts of plots, covers grounds, and clears what may span many
 * leaves, never a post.  Readers ask:
 *
 *  - is each post there, at every moment, by walk, find and prev;
 *  - does what is found at an address belong there;
 *  - does a cursor, kept from one RCU section to the next, come to each post, and only upwards.
 */
#include "common/mm/vma.h"
#include "common/mm/world.h"
#include "common/sync/rcu.h"
#include "tests/mm/tree_ops.h"

#include <stdio.h>
#include <stdlib.h>

#define NR_FIELDS	16
#define NR_PLOTS	120
#define PLOT		8		/* pages */
#define POST		2
#define FIELD		(POST + NR_PLOTS * PLOT)
/** So many that each cursor rests for some grace periods before it is used again. */
#define NR_CURSORS	4096
#define LIMIT		(NR_FIELDS * FIELD * PAGE_SIZE)

struct field {
	struct vma post, ground, plot[NR_PLOTS];
};

struct stress {
	struct world *w;
	struct vma_tree tree;
	struct field field[NR_FIELDS];
	struct vma_cursor cursor[NR_CURSORS];	/* the reader's */
	u32 stop;
	u64 lookups, steps, found, wrong;
	char what[128];			/* of the first that is wrong */
};

static void vma_bounds(struct vma *vma, unsigned long from, unsigned long to)
{
	vma->vm_start = from * PAGE_SIZE;
	vma->vm_end = to * PAGE_SIZE;
}

static void wrong(struct stress *s, const char *what, unsigned long addr)
{
	if (!s->wrong++)
		snprintf(s->what, sizeof(s->what), "%s, address %#lx", what, addr);
}

static void ask_post(struct stress *s, u64 *rng)
{
	struct field *field = &s->field[tree_random(rng) % NR_FIELDS];
	unsigned long addr = field->post.vm_start + tree_random(rng) % (POST * PAGE_SIZE);
	struct vma *walk, *find, *prev;

	rcu_read_lock();
	walk = vma_tree_walk(&s->tree, addr);
	find = vma_tree_find(&s->tree, addr, LIMIT);
	prev = vma_tree_prev(&s->tree, addr + 1);
	rcu_read_unlock();
	if (walk != &field->post)
		wrong(s, "a walk missed a post", addr);
	if (find != &field->post)
		wrong(s, "a find missed a post", addr);
	if (prev != &field->post)
		wrong(s, "a prev missed a post", addr);
}

static void ask_anywhere(struct stress *s, u64 *rng)
{
	unsigned long addr = tree_random(rng) % LIMIT;
	struct vma *walk, *find, *prev;

	rcu_read_lock();
	walk = vma_tree_walk(&s->tree, addr);
	find = vma_tree_find(&s->tree, addr, LIMIT);
	prev = vma_tree_prev(&s->tree, addr + 1);
	rcu_read_unlock();
	if (walk && (addr < walk->vm_start || addr >= walk->vm_end))
		wrong(s, "a walk found what does not hold the address", addr);
	if (find && find->vm_end <= addr)
		wrong(s, "a find found what ends before the address", addr);
	/* the next post is there, if nothing before it is */
	if (addr < s->field[NR_FIELDS - 1].post.vm_start &&
	    (!find || find->vm_start > (addr / (FIELD * PAGE_SIZE) + 1) * FIELD * PAGE_SIZE))
		wrong(s, "a find went past a post", addr);
	/* and the post before is there, if nothing behind it is */
	if (!prev || prev->vm_start > addr ||
	    prev->vm_end <= addr / (FIELD * PAGE_SIZE) * FIELD * PAGE_SIZE)
		wrong(s, "a prev found what it cannot", addr);
	s->found += walk != NULL;
}

/** Where the first post that ends above @a addr ends; 0: there is none. */
static unsigned long post_behind(const struct stress *s, unsigned long addr)
{
	for (unsigned int i = addr / (FIELD * PAGE_SIZE); i < NR_FIELDS; i++)
		if (s->field[i].post.vm_end > addr)
			return s->field[i].post.vm_end;
	return 0;
}

/** Some steps on, in an RCU section of its own; from the start again after the last. */
static void go_on(struct stress *s, u64 *rng)
{
	struct vma_cursor *c = &s->cursor[tree_random(rng) % NR_CURSORS];
	unsigned int steps = 1 + tree_random(rng) % 24;

	rcu_read_lock();
	vma_cursor_set(c, c->at < LIMIT ? c->at : 0);
	for (unsigned int i = 0; i < steps; i++) {
		unsigned long from = c->at, post = post_behind(s, from);
		struct vma *vma = vma_cursor_next(c, LIMIT);

		if (post ? !vma || c->at > post : vma && c->at > LIMIT)
			wrong(s, "a cursor went past a post", from);
		if (!vma) {
			vma_cursor_set(c, 0);
			break;
		}
		if (c->at <= from || c->at <= vma->vm_start || c->at > vma->vm_end)
			wrong(s, "a cursor found what does not belong there", c->at);
		s->steps++;
	}
	rcu_read_unlock();
}

static void reader(void *arg)
{
	struct stress *s = arg;
	u64 rng = 1;

	for (unsigned int i = 0; i < NR_CURSORS; i++)
		vma_cursor_init(&s->cursor[i], &s->tree, 0);
	while (!smp_load_acquire(&s->stop)) {
		ask_post(s, &rng);
		ask_anywhere(s, &rng);
		go_on(s, &rng);
		s->lookups += 6;
	}
}

/* One change in one ground, with the supplies of an operation. */
static void churn(struct stress *s, struct task *t, u64 *rng)
{
	struct field *field = &s->field[tree_random(rng) % NR_FIELDS];
	struct vma *plot = &field->plot[tree_random(rng) % NR_PLOTS];
	unsigned int kind = tree_random(rng) % 400;
	unsigned long start = plot->vm_start, end = plot->vm_end;

	if (vma_tree_prealloc(t, &s->tree, 1)) {
		wrong(s, "no memory", 0);
		return;
	}
	if (kind < 300) {		/* a part of a plot */
		unsigned long from = tree_random(rng) % PLOT;

		start += from * PAGE_SIZE;
		end = start + (1 + tree_random(rng) % (PLOT - from)) * PAGE_SIZE;
		if (kind < 200)
			vma_tree_store(t, &s->tree, start, end, plot);
		else
			vma_tree_clear(t, &s->tree, start, end);
	} else if (kind == 399) {	/* all of a ground */
		vma_tree_clear(t, &s->tree, field->ground.vm_start, field->ground.vm_end);
	} else if (kind == 398) {
		vma_tree_store(t, &s->tree, field->ground.vm_start, field->ground.vm_end,
			       &field->ground);
	} else {			/* some plots, parts of plots at the edges */
		start += tree_random(rng) % PLOT * PAGE_SIZE;
		end = min_ul(start + (1 + tree_random(rng) % (10 * PLOT)) * PAGE_SIZE,
			     field->ground.vm_end);
		if (kind < 350)
			vma_tree_clear(t, &s->tree, start, end);
		else
			vma_tree_store(t, &s->tree, start, end, &field->ground);
	}
	vma_tree_prealloc_end(t, &s->tree);
}

static void lay_out(struct stress *s, struct task *t)
{
	for (unsigned long i = 0; i < NR_FIELDS; i++) {
		struct field *field = &s->field[i];
		unsigned long at = i * FIELD;

		vma_bounds(&field->post, at, at + POST);
		vma_bounds(&field->ground, at + POST, at + FIELD);
		for (unsigned long k = 0; k < NR_PLOTS; k++)
			vma_bounds(&field->plot[k], at + POST + k * PLOT,
				   at + POST + (k + 1) * PLOT);
		if (vma_tree_prealloc(t, &s->tree, 1))
			wrong(s, "no memory", 0);
		else
			vma_tree_store(t, &s->tree, field->post.vm_start, field->post.vm_end,
				       &field->post);
	}
}

static void tap(bool ok, unsigned int nr, const char *name)
{
	printf("%sok %u - %s\n", ok ? "" : "not ", nr, name);
}

int main(void)
{
	struct stress *s = calloc(1, sizeof(*s));
	struct platform_thread *thread;
	struct task *t;
	u64 rng = 2, changes = 0, most = 0, until;

	platform_thread_enter(0);
	s->w = tree_world();
	t = world_task(s->w, 0);
	vma_tree_init(&s->tree, LIMIT);
	lay_out(s, t);
	if (platform_thread_create(&thread, 1, -1, reader, s)) {
		printf("Bail out! no thread\n");
		return 2;
	}
	for (until = platform_now() + 500000000; platform_now() < until; changes += 64) {
		for (unsigned int i = 0; i < 64; i++)
			churn(s, t, &rng);
		if (s->tree.nr_nodes > most)
			most = s->tree.nr_nodes;
	}
	smp_store_release(&s->stop, 1);
	platform_thread_join(thread);

	vma_tree_check(&s->tree);
	printf("# %llu changes, %llu steps, %llu look-ups, of %llu addresses %llu%% found, up to %llu nodes\n",
	       (unsigned long long)changes, (unsigned long long)s->steps, (unsigned long long)s->lookups,
	       (unsigned long long)s->lookups / 6,
	       (unsigned long long)(s->lookups ? 600 * s->found / s->lookups : 0),
	       (unsigned long long)most);
	printf("1..3\n");
	if (s->wrong)
		printf("# %llu wrong; the first: %s\n", (unsigned long long)s->wrong, s->what);
	tap(!s->wrong, 1, "readers beside a writer find what is there");
	tap(s->lookups > 1000 && s->steps > 1000 && s->found && changes > 1000 && most > 20, 2,
	    "both got on, on a tree with several levels");
	vma_tree_exit(t, &s->tree);
	tap(!world_leaks(s->w).nodes && !s->tree.nr_nodes, 3, "no node is left");
	world_destroy(s->w);
	platform_thread_leave();
	free(s);
	return 0;
}
