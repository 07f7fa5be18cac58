/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief What calibrate derives from its loops, beside times made from known figures.
 */
#include <criterion/criterion.h>
#include <math.h>

#include "bench/calibrate/loops.h"

/* A load of 100 ns, behind which 9 ns of the work take nothing; a batch of loads takes 2 ns. */
static struct calibration behind_a_load(double load, double reach)
{
	struct calibration c = { .load_memory = load, .loads = 2 };

	for (unsigned int i = 0; i < CALIBRATE_WORKS; i++) {
		double work = 2 << i;

		c.load_and_work[i] = load + work - fmin(work, reach);
	}
	return c;
}

Test(calibrate, work_behind_a_load)
{
	struct calibration c = behind_a_load(100, 9), few = behind_a_load(5, 9);

	cr_assert_float_eq(derive_ahead(&c), 9, 1e-9);
	/* The load is over before the reach is. */
	cr_assert_float_eq(derive_ahead(&few), 5, 1e-9);
}

/* Much work keeps the next load waiting: it says less than a little work does. */
Test(calibrate, too_much_work_is_not_believed)
{
	struct calibration c = behind_a_load(100, 9);

	c.load_and_work[CALIBRATE_WORKS - 1] += 30;
	cr_assert_float_eq(derive_ahead(&c), 9, 1e-9);
}

/* The owner adds during its hold, a quarter more or less: k additions of 2 ns each are a hold of (2k - 1) ns on average, if it is short. */
Test(calibrate, hold_gives_the_contended_rate)
{
	static const double wanted[] = { 1, 2, 3.5, 10 };

	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++) {
		struct calibration c = { .transfer = 100, .add = 2, .add_contended = 100 / wanted[i] };
		double share = derive_hold_share(&c), sum = 0;

		for (unsigned int k = 0; k < 4000; k++) {
			double additions = ceil(share * 100 * (0.75 + 0.5 * (k + 0.5) / 4000) / 2);

			sum += fmax(1, additions);
		}
		cr_assert_float_eq(100 / (sum / 4000), c.add_contended, c.add_contended * 0.01, "%g visits", wanted[i]);
	}
}

/* A write that needs a transfer of its own takes about as long as the read before it. */
Test(calibrate, a_write_behind_a_read)
{
	struct calibration c = { .read = 60, .write_behind_read = 50 };

	cr_assert_not(derive_migratory(&c));
	c.write_behind_read = 8;
	cr_assert(derive_migratory(&c));
}
