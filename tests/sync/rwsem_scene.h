/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief For tests of the sleeping lock: a lock with what it guards, and threads that hold it until they are told to leave.
 */
#ifndef TESTS_SYNC_RWSEM_SCENE_H
#define TESTS_SYNC_RWSEM_SCENE_H

#include "common/sync/rwsem.h"
#include "tests/sync/crew.h"

/* A lock, the data that it guards, and counts of its holders. */
struct scene {
	struct rw_semaphore sem;
	u64 a, b;		/* plain, equal outside of a writer's section */
	u32 ticket;		/* the next holder's place in the order; atomic */
	u32 torn;		/* sections that saw a and b differ; atomic */
	u32 writes;		/* write sections; atomic */
	u32 rounds;
	u32 go, stop;		/* atomics */
};

struct visitor {
	struct scene *scene;
	u32 place;		/* 1 and up once it is in; atomic */
	u32 leave;		/* set by the test; atomic */
};

static inline void scene_init(struct scene *scene)
{
	*scene = (struct scene){ .rounds = 0 };
	init_rwsem(&scene->sem);
}

/* Take the lock, announce it, stay until told to leave. */
static inline void visit(struct visitor *v)
{
	WRITE_ONCE(v->place, fetch_add(&v->scene->ticket, 1) + 1);
	wait_until(READ_ONCE(v->leave));
}

static inline void visit_reading(void *arg)
{
	struct visitor *v = arg;

	down_read(&v->scene->sem);
	visit(v);
	up_read(&v->scene->sem);
}

static inline void visit_writing(void *arg)
{
	struct visitor *v = arg;

	down_write(&v->scene->sem);
	visit(v);
	up_write(&v->scene->sem);
}

/* Until exactly @n wait in the queue. */
static inline void wait_until_queued(struct rw_semaphore *sem, unsigned int n)
{
	wait_until(({
		unsigned int found = 0;

		spin_lock(&sem->wait_lock);
		if (sem->head)
			found = sem->head == sem->tail ? 1 : 2;
		spin_unlock(&sem->wait_lock);
		found == n;
	}));
}

#endif /* TESTS_SYNC_RWSEM_SCENE_H */
