/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The probe points' names, and where each stands.
 */
#include "common/mm/probe.h"

struct point_text {
	const char *name, *where;
};

static const struct point_text point_texts[NR_PROBE_POINTS] = {
#define X(NAME, name, where) [PROBE_##NAME] = { #name, where },
	PROBE_POINTS(X)
#undef X
};

const char *probe_point_name(enum probe_point point)
{
	return point_texts[point].name;
}

const char *probe_point_where(enum probe_point point)
{
	return point_texts[point].where;
}
