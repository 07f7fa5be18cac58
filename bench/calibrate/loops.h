/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief What the files of the loops share.
 */
#ifndef BENCH_CALIBRATE_LOOPS_H
#define BENCH_CALIBRATE_LOOPS_H

#include "bench/calibrate/calibrate.h"
#include "common/platform/platform.h"

#define FEW_PAGES	16u

/* What two threads share; each part has a line of its own, and pairs of lines do not matter. */
struct shared {
	u64 word __attribute__((aligned(256)));
	u64 turn __attribute__((aligned(256)));
	u32 go __attribute__((aligned(256)));
	u32 parked __attribute__((aligned(256)));
	u64 woken_at __attribute__((aligned(256)));
	u64 rounds __attribute__((aligned(256)));
	char *pages;
	u64 page;	/* clear_many()'s next */
};

/** Keep the least of all passes; 0: this is the first. */
void calibration_least(double *of, double ns);

/* Loops of one thread that two threads run, too. */
void loop_add(struct shared *s, u64 turns);
void loop_loads(struct shared *s, u64 turns);
void loop_clear_few(struct shared *s, u64 turns);

/* What two threads do; each keeps the least of all passes. @return 0; -1: err */
int measure_add_contended(struct calibration *c, struct shared *s, struct bench_error *err);
int measure_clear_other(struct calibration *c, struct shared *s, struct bench_error *err);
int measure_reads(struct calibration *c, struct bench_error *err);
int measure_wake(struct calibration *c, struct shared *s, struct bench_error *err);

/** So that the model's two threads add as fast as these did: it moves a line once in each transfer time. @return a share */
double derive_hold_share(const struct calibration *c);

/** As much work as was seen to take nothing behind a load. @return ns */
double derive_ahead(const struct calibration *c);

/** Does a read of what another CPU wrote bring the right to write? */
bool derive_migratory(const struct calibration *c);

#endif /* BENCH_CALIBRATE_LOOPS_H */
