/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Comes before everything else in what is hooked (HOOK_CFLAGS), whatever the builder's flags are.
 *
 * With _FORTIFY_SOURCE, which distributions set, <string.h> calls __builtin_memset() and its like.  -fno-builtin-memset
 * does not keep the compiler from making plain stores of those, and no hook sees such a store.
 */
#undef _FORTIFY_SOURCE
