# SPDX-License-Identifier: GPL-2.0-or-later
"""common/mm/vma_tree/store.c: an address that keeps its VMA has it at every moment, and no freed node is read.

Pages 0 to 3.  P leads to the leaves L1 (pages 0 and 1: VMAs a, b) and L2 (2 and 3: c, d).
A reader walks, or finds, beside one change; then again with one rule left out, which must
break.  A node is (ends, slots); a reader looks at the ends and loads the slot in two steps.
"""
from explore import END, Violation, WAIT, explore, report

NODES = ('P', 'P2', 'L1', 'L2', 'L3', 'L4')
START = dict(root='P', readers=0, P=((2, 4), ('L1', 'L2')), P2=None, L1=((1, 2), ('a', 'b')),
             L2=((3, 4), ('c', 'd')), L3=None, L4=None)


def node(s, name):
    if s[name] is None:
        raise Violation(f'read {name}, which is not written yet, or freed')
    return s[name]


def reader(find, page, allowed):
    """find: go on to the next leaf until there is a VMA; allowed: what may be the answer."""

    def enter(s, o):
        s['readers'] = 1
        o['at'] = page

    def load_root(s, o):
        o['node'], o['end'] = s['root'], 4

    def look_at_ends(s, o):
        ends = node(s, o['node'])[0]
        o['i'] = sum(end <= o['at'] for end in ends[:-1])
        if ends[o['i']] < 4:
            o['end'] = min(o['end'], ends[o['i']])

    def load_slot(s, o):
        to = node(s, o['node'])[1][o['i']]
        if to in NODES:
            o['node'] = to
            return 'look_at_ends'
        o['found'] = to
        if find and not to and o['end'] < 4:
            o['at'] = o['end']
            return 'load_root'

    def leave(s, o):
        s['readers'] = 0
        if o['found'] not in allowed:
            raise Violation(f"page {page}: {o['found']}, may be {allowed}")
        return END

    return [enter, load_root, look_at_ends, load_slot, leave]


def do(name, change):
    def step(s, _):
        change(s)
    step.__name__ = name
    return step


def grace_period(s, _):
    return WAIT if s['readers'] else True


def free(*names):
    return [grace_period] + [do(f'free_{n}', lambda s, n=n: s.update({n: None})) for n in names]


def write(name, ends, slots):
    return do(f'write_{name}', lambda s: s.update({name: (ends, slots)}))


def publish(slot, new):
    """One store: to the root, or to slot i of P, whose ends stay."""
    def change(s):
        if slot == 'root':
            s['root'] = new
        else:
            slots = list(s['P'][1])
            slots[slot] = new
            s['P'] = (s['P'][0], tuple(slots))
    return do(f'publish_{new}_at_{slot}', change)


# n comes over pages 1 and 2; one leaf holds what is left of both.
LEAF = write('L3', (1, 3, 4), ('a', 'n', 'd'))
SPAN = [LEAF, publish('root', 'L3')] + free('L1', 'L2', 'P')
SPAN_ENDS_IN_PLACE = [do('move_the_end', lambda s: s.update(P=((4,), s['P'][1]))), LEAF,
                      publish(0, 'L3')]
# A leaf cut in two: P is copied, since its ends change.
HALVES = [write('L3', (1,), ('a',)), write('L4', (2,), ('b',))]
COPY = write('P2', (1, 2, 4), ('L3', 'L4', 'L2'))
SPLIT = HALVES + [COPY, publish('root', 'P2')] + free('L1', 'P')
# b is cleared, in the same shape.
IN_PLACE = [do('clear_b', lambda s: s.update(L1=((1, 2), ('a', None))))]
IN_PLACE_AND_BACK = IN_PLACE + [do('store_e', lambda s: s.update(L1=((1, 2), ('a', 'e'))))]
HOLE = [write('L3', (1, 2), ('a', None)), write('L4', (3, 4), (None, 'd')),
        publish(0, 'L3'), publish(1, 'L4')] + free('L1', 'L2')


def run(change, find, page, allowed):
    return explore(dict(START), [change, reader(find, page, allowed)])


CASES = [
    ('span: the page before', True, run(SPAN, False, 0, ('a',))),
    ('span: the page behind', True, run(SPAN, False, 3, ('d',))),
    ('span: a page that changes', True, run(SPAN, False, 2, ('c', 'n'))),
    ('span: find', True, run(SPAN, True, 2, ('c', 'n'))),
    ('split: a page that stays', True, run(SPLIT, False, 1, ('b',))),
    ('in place: a page that changes', True, run(IN_PLACE, False, 1, ('b', None))),
    ('in place: cleared, and another VMA in the same bounds', True,
     run(IN_PLACE_AND_BACK, False, 1, ('b', None, 'e'))),
    ('in place: the page beside it', True, run(IN_PLACE_AND_BACK, False, 0, ('a',))),
    ('in place: find goes on behind the leaf', True, run(IN_PLACE, True, 1, ('b', 'c'))),
    ('two changes: find goes on behind the leaf', True, run(HOLE, True, 1, ('b', 'c', 'd'))),
    # what the rules are for
    ('split, the left half published first', False,
     run(HALVES + [publish(0, 'L3'), COPY, publish('root', 'P2')], False, 1, ('b',))),
    ('span, ends moved in place', False, run(SPAN_ENDS_IN_PLACE, False, 3, ('d',))),
    ('cleared in place, and the end before it moved over it', False,
     run(IN_PLACE + [do('move_the_end', lambda s: s.update(L1=((2, 2), ('a', None))))], False, 1, ('b', None))),
    ('published before it is written', False,
     run([publish('root', 'L3'), LEAF], False, 0, ('a',))),
    ('no grace period', False,
     run([s for s in SPAN if s is not grace_period], False, 0, ('a',))),
]

report(CASES)
