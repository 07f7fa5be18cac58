# SPDX-License-Identifier: GPL-2.0-or-later
"""common/mm/rmap_walk.c, reclaim.c: a reverse walk beside fork, mremap and truncation.

First: one page, mapped at one of two places, and the list of the VMAs that may map it.  A walk
unmaps what it finds from the first VMA to the last with the list's lock held; fork links the
child's VMA and copies the entry, mremap links the new VMA and moves it.  When walk and change
are over no entry may map the page any more.  (move.c takes the list's lock at every move; the
kernel, and these cases, only where mremap merged: the order of the list does the rest.)

Then: a file's page beside a fault that maps it, truncation to nothing and reclaim.  What is
mapped at the end must be in the cache, within the size, and not freed.

Each again with one rule left out.
"""
from explore import END, Violation, WAIT, explore, report

SWAP = 'swap'


def walk():
    def lock_list(s, o):
        if s['list_lock']:
            return WAIT
        s['list_lock'] = 1
        o['at'] = 0

    def visit(s, o):
        """One VMA, its table locked: as one step, since who moves or copies has that lock, too."""
        if o['at'] == len(s['list']):
            s['list_lock'] = 0
            return END
        place = s['list'][o['at']]
        if s[place] == 1:
            s[place] = SWAP
        o['at'] += 1
        return 'visit'

    return [lock_list, visit]


def linked(left_out):
    def link(s, o):
        if s['list_lock']:
            return WAIT
        order = s['list'] + ('new',)
        s['list'] = order[::-1] if left_out == 'at the end of the list' else order

    return link


def fork(left_out):
    def copy(s, o):
        """Both tables locked: what the parent has, swapped or not, the child has."""
        s['new'] = s['old']

    link = linked(left_out)
    return [copy, link] if left_out == 'linked before the entry is copied' else [link, copy]


def mremap(left_out):
    def take(s, o):
        o['had'] = s['old']
        s['old'] = 0

    def put(s, o):
        s['new'] = o['had']

    def move(s, o):
        s['new'], s['old'] = s['old'], 0

    parts = [take, put] if left_out == 'both tables locked' else [move]
    return [linked(left_out)] + parts


def mremap_merged(left_out):
    """The place moved to is part of a VMA that stands before the other."""
    def lock(s, o):
        if s['list_lock']:
            return WAIT
        s['list_lock'] = 1

    def move(s, o):
        s['new'], s['old'] = s['old'], 0

    def unlock(s, o):
        s['list_lock'] = 0
        return END

    return [move] if left_out == "the list's lock" else [lock, move, unlock]


def still_mapped(s):
    return 'a walk over the whole list left an entry' if 1 in (s['old'], s['new']) else None


# --- a page of a file

def file_rules(left_out):
    def put(s):
        s['ref'] -= 1
        if s['ref'] < 0:
            raise Violation('a count below zero')

    # fault

    def ask_size(s, o):
        return True if s['size'] else END

    def find(s, o):
        """pagecache_get(), or pagecache_begin_read() of a page made for it."""
        if s['cached']:
            if not s['ref']:
                return WAIT
            s['ref'] += 1
        else:
            if s['ref']:
                return END      # the one frame of this world is still somebody's
            s.update(cached=1, file=1, ref=2, freed=0)

    def lock(s, o):
        if s['lock']:
            return WAIT
        s['lock'] = 1

    def ask_again(s, o):
        if left_out == "asked again under the page's lock" or (s['file'] and s['size']):
            return True
        s['lock'] = 0
        put(s)
        return 'ask_size'

    def install(s, o):
        if s['freed']:
            raise Violation('a freed frame is mapped')
        if not s['pte']:
            s['pte'] = 1
            s['ref'] += 1

    def unlock(s, o):
        s['lock'] = 0
        put(s)
        return END

    fault = [ask_size, find, lock, ask_again, install, unlock]

    # truncation

    def store_size(s, o):
        s['size'] = 0

    def unmap(s, o):
        if s['pte']:
            s['pte'] = 0
            put(s)

    def look(s, o):
        if not s['cached']:
            return 'ended'
        if not s['ref']:
            return WAIT
        s['ref'] += 1

    def lock_it(s, o):
        if s['lock']:
            return WAIT
        s['lock'] = 1
        return True if s['file'] else 'let_go'

    def unmap_locked(s, o):
        if left_out != "unmapped under the page's lock" and s['pte']:
            s['pte'] = 0
            put(s)

    def remove(s, o):
        s.update(cached=0, file=0)
        put(s)

    def let_go(s, o):
        s['lock'] = 0
        put(s)

    def ended(s, o):
        return True

    truncate = [store_size, unmap, look, lock_it, unmap_locked, remove, let_go, ended]
    if left_out == 'the size before the pages':
        truncate = truncate[1:] + [store_size]

    # reclaim

    def isolate(s, o):
        if not s['ref'] or not s['cached']:
            return END
        s['ref'] += 1

    def trylock(s, o):
        if s['lock']:
            return 'give_back'
        s['lock'] = 1
        return True if s['file'] else 'unlock_it'

    def unmap_all(s, o):
        if s['pte']:
            s['pte'] = 0
            put(s)

    def freeze(s, o):
        if s['ref'] != 2 and left_out != 'freeze':
            return 'unlock_it'
        s.update(ref=0, cached=0, file=0, lock=0, freed=1)
        return END

    def unlock_it(s, o):
        s['lock'] = 0

    def give_back(s, o):
        put(s)
        return END

    reclaim = [isolate, trylock, unmap_all, freeze, unlock_it, give_back]
    return dict(fault=fault, truncate=truncate, reclaim=reclaim)


def wrong_file_end(s):
    if s['pte'] and (not s['cached'] or not s['size']):
        return 'a page beyond the end of the file is mapped'
    if s['ref'] != s['pte'] + s['cached']:
        return f"the count is {s['ref']}"
    return None


def run_list(title, left_out, changes, order=('old',), walks=1):
    start = dict(old=1, new=0, list=order, list_lock=0)
    threads = [walk() for _ in range(walks)] + [change(left_out) for change in changes]
    return title, left_out is None, explore(start, threads, still_mapped)


def run_file(title, left_out, actors):
    rules = file_rules(left_out)
    start = dict(pte=0, cached=1, file=1, size=1, ref=1, lock=0, freed=0)
    return title, left_out is None, explore(start, [rules[a] for a in actors], wrong_file_end)


LISTS = [
    ('walk, fork', None, (fork,)),
    ('two walks, fork', None, (fork,), ('old',), 2),
    ('walk, mremap', None, (mremap,)),
    ('walk, mremap that merged', None, (mremap_merged,), ('new', 'old')),
    ('left out: linked before the entry is copied', 'linked before the entry is copied', (fork,)),
    ('left out: at the end of the list, fork', 'at the end of the list', (fork,)),
    ('left out: at the end of the list, mremap', 'at the end of the list', (mremap,)),
    ('left out: both tables locked', 'both tables locked', (mremap,)),
    ("left out: the list's lock where mremap merged", "the list's lock", (mremap_merged,), ('new', 'old')),
]

FILES = [
    ('fault, truncation', None, ('fault', 'truncate')),
    ('fault, reclaim', None, ('fault', 'reclaim')),
    ('two faults, truncation', None, ('fault', 'fault', 'truncate')),
    ('fault, truncation, reclaim', None, ('fault', 'truncate', 'reclaim')),
    ("left out: asked again under the page's lock", "asked again under the page's lock", ('fault', 'truncate')),
    ("left out: unmapped under the page's lock", "unmapped under the page's lock", ('fault', 'truncate')),
    ('left out: the size before the pages', 'the size before the pages', ('fault', 'truncate')),
    ('left out: freeze', 'freeze', ('fault', 'reclaim')),
]

if __name__ == '__main__':
    report([run_list(*case) for case in LISTS] + [run_file(*case) for case in FILES])
