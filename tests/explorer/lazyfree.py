# SPDX-License-Identifier: GPL-2.0-or-later
"""common/mm/lazyfree.c: MADV_FREE of a page of the swap cache, whose slot a forked address space has as well.

Ours is mapped, theirs is still a swap entry. Both may fault or be freed; what is marked as lazily
free may be dropped, so nobody else may have it mapped. As it is, and with one question left out.
"""
from explore import END, Violation, WAIT, explore, report

# mapped: entries that have the page; slots: counts of its slot, theirs and the cache's.
START = dict(mapped=1, slots=2, cache=1, lock=0, theirs='slot', lazy=0)


def lock_page(s, o):
    if s['lock']:
        return WAIT
    s['lock'] = 1


def unlock_page(s, o):
    s['lock'] = 0
    return END


def swap_in():
    """Their fault: the page is in the cache; installed with its lock held, then the entry's slot goes."""
    def find(s, o):
        return True if s['cache'] else END      # read from the slot, into another page

    def still_the_slots(s, o):
        return True if s['cache'] else 'unlock_page'

    def install(s, o):
        s['mapped'] += 1
        s['theirs'] = 'page'

    def put_slot(s, o):
        s['slots'] -= 1

    return [find, lock_page, still_the_slots, install, put_slot, unlock_page]


def madv_free(without=None):
    def ask_early(s, o):
        o['alone'] = s['mapped'] == 1
        return True if o['alone'] or without != 'with the page locked' else END

    def ask(s, o):
        alone = o['alone'] if without == 'with the page locked' else s['mapped'] == 1
        return True if alone else 'unlock_page'

    def drop_from_cache(s, o):
        """swap_cache_drop(): only if no entry has the slot."""
        if s['slots'] > 1:
            return 'unlock_page'
        s['cache'] = 0
        s['slots'] -= 1

    def mark(s, o):
        s['lazy'] = 1

    return [ask_early, lock_page, ask, drop_from_cache, mark, unlock_page]


def lost(s):
    if s['lazy'] and s['theirs'] == 'page':
        return 'a page that another has mapped may be dropped'
    return None


def cases():
    return [('MADV_FREE / swap in' + (f', without: asked {clause}' if clause else ''), not clause,
             explore(START, [madv_free(clause), swap_in()], lost)) for clause in (None, 'with the page locked')]


if __name__ == '__main__':
    report(cases())
