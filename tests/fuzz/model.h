/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The sequential oracle: what each page of a small field is, kept page by page without VMAs, tables or frames.
 */
#ifndef TESTS_FUZZ_MODEL_H
#define TESTS_FUZZ_MODEL_H

#include "common/mm/tlb.h"
#include "common/platform/types.h"

#define MODEL_PAGES	64
#define MODEL_FILES	2
#define MODEL_FILE_PAGES 32

enum model_kind { MODEL_NONE, MODEL_ANON, MODEL_PRIVATE, MODEL_SHARED };

struct model_page {
	enum model_kind kind;
	int prot;
	unsigned int file, fpage;
	bool own;		/**< PRIVATE: it was written to */
	bool lazy;		/**< MADV_FREE: may be 0 by now */
	u64 value;		/**< ANON, and PRIVATE when own: the first word */
};

struct model {
	struct model_page page[MODEL_PAGES];
	u64 content[MODEL_FILES][MODEL_FILE_PAGES];
	unsigned int size[MODEL_FILES];
};

void model_init(struct model *m);

/** Calls, in pages of the field.  @return what the mm returns, 0 for an address */
long model_map(struct model *m, unsigned int at, unsigned int nr, enum model_kind kind, int prot,
	       unsigned int file, unsigned int fpage);
long model_unmap(struct model *m, unsigned int at, unsigned int nr);
long model_protect(struct model *m, unsigned int at, unsigned int nr, int prot);
long model_dontneed(struct model *m, unsigned int at, unsigned int nr);
long model_free(struct model *m, unsigned int at, unsigned int nr);
long model_advise(struct model *m, unsigned int at, unsigned int nr);
long model_move(struct model *m, unsigned int from, unsigned int to);
void model_truncate(struct model *m, unsigned int file, unsigned int size);

enum access_result model_write(struct model *m, unsigned int at, u64 value);
/** @param seen	what the mm read @return false: that is not what the page holds */
enum access_result model_read(struct model *m, unsigned int at);
bool model_holds(struct model *m, unsigned int at, u64 seen);

#endif /* TESTS_FUZZ_MODEL_H */
