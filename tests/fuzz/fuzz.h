/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief What a fuzzer calls with each input; the same functions without a fuzzer get the committed corpus (replay.c).
 *
 * A finding is a crash: check(), BUG_ON() or a sanitizer ends the process.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/** libFuzzer's entry. @return 0 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif /* TESTS_FUZZ_FUZZ_H */
