/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief What follows from the loops' times: which share of a transfer an owner keeps its line, and how far a core works ahead.
 */
#include "bench/calibrate/loops.h"

#include <math.h>

static double operations_a_visit(double hold, double cost)
{
	double sum = 0;

	for (unsigned int i = 0; i < 1000; i++)
		sum += fmax(1, ceil(hold * (0.75 + (i + 0.5) / 2000) / cost));
	return sum / 1000;
}

double derive_hold_share(const struct calibration *c)
{
	double low = 0, high = 1, wanted = c->transfer / c->add_contended;

	for (unsigned int i = 0; i < 40; i++) {
		double share = (low + high) / 2;

		if (operations_a_visit(share * c->transfer, c->add) < wanted)
			low = share;
		else
			high = share;
	}
	return low;
}

/* Much more work than a core has room for delays the next load of the chase, so that not the most work shows it. */
double derive_ahead(const struct calibration *c)
{
	double most = 0;

	for (unsigned int i = 0; i < CALIBRATE_WORKS; i++)
		most = fmax(most, c->load_memory + (1u << i) * c->loads - c->load_and_work[i]);
	return fmin(most, c->load_memory);
}

bool derive_migratory(const struct calibration *c)
{
	return 2 * c->write_behind_read < c->read;
}
