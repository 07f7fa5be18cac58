// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief The threads of a scene, its situation, and its end.
 */
#include "tests/rules/scene.h"

#include "common/mm/fault.h"
#include "common/mm/file.h"

#define BYSTANDER_SLOT 5

/* --- the scene ---------------------------------------------------------------------------- */

void scenes_begin(struct scene *s, struct mm_test *m)
{
	s->m = m;
	s->nr = 0;
	s->bystander = world_task(m->world, BYSTANDER_SLOT);
	check(!stage_begin(&s->stage, m->world, &m->mm, NULL), "no actors");
	s->faulter = &s->stage.actor[0];
	s->changer = &s->stage.actor[1];
}

void scenes_end(struct scene *s)
{
	stage_end(&s->stage);
}

/* The scene's situation, as far as it has come. */
static struct situation situation_of(struct scene *s)
{
	return (struct situation){
		.mm = s->m->mm, .task = s->m->task, .bystander = s->bystander, .file = s->file,
		.kind = s->kind, .op = s->op, .result = s->result,
	};
}

void scene_set(struct scene *s, enum scene_kind kind, const struct scene_op *op)
{
	struct situation at;

	s->kind = kind;
	s->op = op;
	at = situation_of(s);
	situation_set(&at);
	s->file = at.file;
}

static void fault_job(struct actor *a, void *arg)
{
	struct scene *s = arg;
	struct situation at = situation_of(s);

	situation_access(&at, world_task(s->m->world, a->slot));
	s->result = at.result;
}

static void change_job(struct actor *a, void *arg)
{
	struct scene *s = arg;

	s->op->run(s->m->mm, world_task(s->m->world, a->slot));
}

void scene_begin_fault(struct scene *s, enum probe_point hold_at)
{
	actor_begin(s->faulter, hold_at, fault_job, s);
}

void scene_begin_change(struct scene *s, enum probe_point hold_at)
{
	actor_begin(s->changer, hold_at, change_job, s);
}

bool scene_tlb_entry(struct scene *s, u64 *entry)
{
	struct tlb *tlb = &s->bystander->tlb;
	struct tlb_entry *e = &tlb->slot[X >> PAGE_SHIFT & (tlb->nr - 1)];
	bool there;

	spin_lock(&tlb->lock);
	there = e->page == X;
	*entry = e->entry;
	spin_unlock(&tlb->lock);
	return there;
}

void scene_check_tlb(struct scene *s)
{
	const struct zone *zone = &s->m->world->zone;
	struct page *page;
	u64 entry, value;

	if (!scene_tlb_entry(s, &entry))
		return;
	page = frame_to_page(zone, pte_frame(entry));
	check(page == zone->zero_page || READ_ONCE(page->refcount),
	      "a TLB leads to a page that was freed");
	value = READ_ONCE(*(u64 *)page_address(zone, page));
	check(value == scene_unwritten(s->kind) || value == NEW, "a TLB leads to a page with %#llx",
	      (unsigned long long)value);
}

void scene_judge(struct scene *s)
{
	struct situation at = situation_of(s);

	situation_judge(&at);
	mm_detach(s->bystander);
	file_put(s->m->task, s->file);	/* its pages go with its last VMA */
	mm_test_renew(s->m);
	s->nr++;
}
