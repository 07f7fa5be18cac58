/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief A fault and an operation on a stage: what the matrix and a staged story have in common.
 */
#ifndef BENCH_MATRIX_PLAYER_H
#define BENCH_MATRIX_PLAYER_H

#include "bench/matrix/matrix.h"
#include "bench/stage/stage.h"

struct player {
	struct matrix_scene scene;	/* first */
	const struct matrix_op *op;
	const struct scheme_chain *chain;
	struct stage stage;
	struct actor *faulter, *changer;
};

/** @return 0; -1: err  @context the caller has slot 0; slots 1 to 4 are free */
int player_begin(struct player *p, const struct scheme_chain *chain, struct bench_error *err);
void player_end(struct player *p);

/** Make the first page of a VMA present, and with it tables and, if written, the anon_vma. */
void player_scene(struct player *p, const struct matrix_op *op, enum matrix_where where);
/** End the scene, which must be as it should. */
void player_clear(struct player *p);

/** Jobs: the fault, with the scene as @a arg; the operation, with the player. */
void player_fault(struct actor *a, void *scene);
void player_op(struct actor *a, void *player);

/**
 * Does the actor wait, and for what?  It is settled, so nothing changes meanwhile.  A spinning actor may
 * be between two looks at its word, so try until it is not.
 */
bool player_waits(const struct player *p, const struct actor *a, char lock[64]);
/** The counters of the faulting task since its fault began, when all of them were zero. */
void player_note(struct player *p, struct matrix_cell *cell);

#endif /* BENCH_MATRIX_PLAYER_H */
