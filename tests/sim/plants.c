// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief The bugs themselves.
 */
#include "tests/sim/plants.h"

#include "common/sync/rcu.h"

#define TURNS 100

void plant_one_two(struct plants *p)
{
	for (unsigned int i = 0; i < TURNS; i++) {
		down_write(&p->one);
		down_write(&p->two);
		p->sum++;
		up_write(&p->two);
		up_write(&p->one);
	}
}

void plant_two_one(struct plants *p)
{
	for (unsigned int i = 0; i < TURNS; i++) {
		down_write(&p->two);
		down_write(&p->one);
		p->sum++;
		up_write(&p->one);
		up_write(&p->two);
	}
}

void plant_wait(struct plants *p)
{
	while (!READ_ONCE(p->word))
		platform_park(&p->word, 0);
}

void plant_no_wake(struct plants *p)
{
	while (fetch_add_relaxed(&p->ready, 0) < TURNS)
		fetch_add_relaxed(&p->ready, 1);
	WRITE_ONCE(p->word, 1);
}

void plant_sleep_in_rcu(struct plants *p)
{
	rcu_read_lock();
	down_read(&p->one);
	p->sum++;
	up_read(&p->one);
	rcu_read_unlock();
}

void plant_read(struct plants *p)
{
	u64 *piece = READ_ONCE(p->piece);

	for (unsigned int i = 0; i < TURNS; i++)
		fetch_add_relaxed(&p->sum, READ_ONCE(piece[i % 8]));
}

void plant_free(struct plants *p)
{
	platform_free(READ_ONCE(p->piece), 64, PLATFORM_MEM_OBJECT);
}

void plant_spin(struct plants *p)
{
	platform_spin_enter();
	while (!READ_ONCE(p->word))
		platform_relax_on(0, &p->word, 0);
	platform_spin_exit();
}
