/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief One line that says what is wrong and where, carried up to main.
 */
#ifndef BENCH_LIB_ERROR_H
#define BENCH_LIB_ERROR_H

/** The message of a function that returned -1, without the program's name and newline. */
struct bench_error {
	char line[512];
};

/** Write the line; an overlong text is cut, control characters become '?'. @return -1 */
int bench_fail(struct bench_error *err, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/** `err` says that memory ran out while @a doing. @return -1 */
int bench_fail_memory(struct bench_error *err, const char *doing);

#endif /* BENCH_LIB_ERROR_H */
