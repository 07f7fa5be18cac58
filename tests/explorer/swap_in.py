# SPDX-License-Identifier: GPL-2.0-or-later
"""common/mm/fault.c, swap.c: two threads fault on one swap entry, and reclaim swaps the page out again.

One reads, one writes 9. Each brings a frame of its own, which serves if no other is in the swap cache.
As it is, and with one rule left out. Nobody here takes a page that is pinned out of the cache; reclaim.py does.
"""
from explore import END, Violation, WAIT, explore, report

SWAP = 'swap'
# ra, rb: references of the frames; the page table's and the cache's are among them. last: what was last written.
START = dict(pte=SWAP, cache='', store=7, last=7, a=0, b=0, ra=0, rb=0, lock_a=0, lock_b=0, dirty=0)


def put(s, page):
    s['r' + page] -= 1
    if s['r' + page] < 0:
        raise Violation('the frame was free already')


def fault(mine, writes, without=None):
    def look(s, o):
        if s['pte'] != SWAP:
            return END
        if s['cache']:
            o['page'] = s['cache']
            s['r' + o['page']] += 1
            return 'lock_page'

    def add(s, o):
        """swap_cache_add(): locked, and ours; another's that came first is used instead."""
        if s['cache']:
            return 'look'
        s['cache'] = mine
        s['r' + mine] = 2
        if without != 'locked until it is read':
            s['lock_' + mine] = 1

    def read(s, o):
        s[mine] = s['store']

    def read_done(s, o):
        s['lock_' + mine] = 0
        put(s, mine)
        return 'look'

    def lock_page(s, o):
        if s['lock_' + o['page']]:
            return WAIT
        s['lock_' + o['page']] = 1

    def still_the_slots(s, o):
        if s['cache'] == o['page']:
            return True
        s['lock_' + o['page']] = 0
        put(s, o['page'])
        return 'look'

    def commit(s, o):
        """The entry is still the slot's: mapped, and accessed at once."""
        page = o['page']
        if s['pte'] == SWAP:
            s['pte'] = page
            s['r' + page] += 1
            if s[page] != s['last']:
                raise Violation(f'{s[page]} is read where {s["last"]} was written')
            if writes:
                s[page] = s['last'] = 9
                s['dirty'] = 1
        s['lock_' + page] = 0
        put(s, page)
        return END

    bring = [read, add, read_done] if without == 'cached before it is read' else [add, read, read_done]
    return [look] + bring + [lock_page, still_the_slots, commit]


def reclaim():
    def pick(s, o):
        if s['pte'] == SWAP or s['lock_' + s['pte']]:
            return END
        o['page'] = s['pte']
        s['r' + o['page']] += 1
        s['lock_' + o['page']] = 1

    def unmap(s, o):
        s['pte'] = SWAP
        put(s, o['page'])

    def write(s, o):
        if s['dirty']:
            s['store'] = s[o['page']]
            s['dirty'] = 0

    def free(s, o):
        """Frozen at the cache's count and ours; else a fault that found it maps it."""
        s['lock_' + o['page']] = 0
        put(s, o['page'])
        if s['r' + o['page']] == 1 and s['pte'] == SWAP:
            s['cache'] = ''
            s['r' + o['page']] = 0
            s[o['page']] = 0
        return END

    return [pick, unmap, write, free]


RULES = ('cached before it is read', 'locked until it is read')


def cases():
    return [('two swap in / reclaim' + (f', without: {rule}' if rule else ''), not rule,
             explore(START, [fault('a', False, rule), fault('b', True, rule), reclaim()])) for rule in (None, *RULES)]


if __name__ == '__main__':
    report(cases())
