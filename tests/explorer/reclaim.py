# SPDX-License-Identifier: GPL-2.0-or-later
"""common/mm/reclaim.c, swap.c: a page is swapped out beside faults and DONTNEED.

The page's address holds 7, in frame 1, mapped.  Reclaim writes it to the slot and frees the
frame; a fault reads it back, into frame 2 if it must, and writes 9; DONTNEED clears the entry,
and when the slot is free another page is written to it.  Then again with one rule left out.
"""
from explore import END, Violation, WAIT, explore, report

SWAP = 'swap'
START = dict(pte=1, table=0, cache=0, count=0, store=0, slot_is='free', content1=7, content2=0,
             ref1=1, ref2=0, lock1=0, lock2=0, writeback=0, wrote=0, zapped=0, free1=0)


def rules(left_out):
    def put_slot(s):
        s['count'] -= 1
        if s['count'] < 0:
            raise Violation('the slot was free already')
        if not s['count']:
            s['slot_is'] = 'free'

    def left_over(s):
        return s['cache'] and s['count'] == 1 and s['pte'] != s['cache'] and \
            (not s['writeback'] or left_out == 'not while it is written')

    def drop(s):
        """swap_cache_drop(), the frame locked."""
        if s['count'] != 1 or (s['writeback'] and left_out != 'not while it is written'):
            return
        s['ref%d' % s['cache']] -= 1
        s['cache'] = 0
        put_slot(s)

    def reap(s):
        """swap_reap(): trylock, drop, unlock in one step: nobody else has the lock meanwhile."""
        if left_over(s) and not s['lock%d' % s['cache']]:
            drop(s)

    def put_frame(s, frame):
        s['ref%d' % frame] -= 1
        if s['ref%d' % frame] < 0:
            raise Violation('the frame was free already')

    def use(s, frame):
        if frame == 1 and s['free1']:
            raise Violation('a freed frame is used')

    # --- reclaim of frame 1

    def isolate(s, o):
        if not s['ref1']:
            return END
        s['ref1'] += 1

    def lock(s, o):
        if s['lock1']:
            return 'putback'
        s['lock1'] = 1
        return True if s['pte'] == 1 else 'let_go'

    def into_cache(s, o):
        if s['count']:      # one slot in this world
            return 'let_go'
        s.update(cache=1, count=1, slot_is='ours')
        s['ref1'] += 1

    def unmap(s, o):
        if s['table']:
            return WAIT
        if s['pte'] == 1:
            s['pte'] = SWAP
            s['count'] += 1
            s['ref1'] -= 1

    def alone(s, o):
        """No entry has the slot any more."""
        if s['count'] == 1:
            drop(s)
            return 'let_go'

    def begin_write(s, o):
        s['writeback'] = 1
        s['lock1'] = 0

    def write(s, o):
        use(s, 1)
        if s['slot_is'] != 'ours':
            raise Violation('written to a slot that is another page\'s')
        s['store'] = s['content1']

    def end_write(s, o):
        s['writeback'] = 0

    def lock_again(s, o):
        if s['lock1']:
            if left_out != 'look again':
                reap(s)
            return 'putback'
        s['lock1'] = 1
        return True if s['cache'] == 1 and s['pte'] != 1 else 'let_go'

    def freeze(s, o):
        if s['ref1'] != 2 and left_out != 'freeze':
            return 'let_go'
        s.update(ref1=0, cache=0, lock1=0, free1=1, content1=0)
        put_slot(s)
        return END

    def let_go(s, o):
        s['lock1'] = 0

    def look_again(s, o):
        if left_out != 'look again':
            reap(s)

    def putback(s, o):
        s['ref1'] -= 1
        return END

    reclaim = [isolate, lock, into_cache, unmap, alone, begin_write]
    if left_out == 'in the cache until it is written':
        # freed for its name: the contents are written from a frame of their own
        def leave(s, o):
            if s['ref1'] != 2:
                return 'let_go'
            o['saved'] = s['content1']
            s.update(cache=0, ref1=0, lock1=0, free1=1)
            put_slot(s)

        def write_late(s, o):
            s['store'] = o['saved']
            return END
        reclaim = reclaim[:5] + [leave, write_late]
    else:
        reclaim += [write, end_write, lock_again, freeze]
    reclaim += [let_go, look_again, putback]

    # --- a fault that writes

    def look(s, o):
        o['entry'] = s['pte']
        return True if o['entry'] == SWAP else 'store_word'

    def pin(s, o):
        if not s['count']:
            return 'look'
        if left_out != 'pin the slot':
            s['count'] += 1

    def ask_entry(s, o):
        if s['pte'] == SWAP:
            return True
        if left_out != 'pin the slot':
            put_slot(s)
            reap(s)
        return 'look'

    def find(s, o):
        frame = s['cache']
        if not frame:
            return 'add'
        if not s['ref%d' % frame]:
            return WAIT
        s['ref%d' % frame] += 1
        o['frame'] = frame
        return 'lock_frame'

    def add(s, o):
        if s['cache']:
            return 'find'
        if s['ref2']:
            return WAIT     # this world has one more frame
        s.update(cache=2, lock2=1, ref2=2)
        s['count'] += 1

    def read(s, o):
        s['content2'] = s['store']
        s['lock2'] = 0
        o['frame'] = 2

    def lock_frame(s, o):
        if s['lock%d' % o['frame']]:
            return WAIT
        s['lock%d' % o['frame']] = 1
        if s['cache'] != o['frame']:
            s['lock%d' % o['frame']] = 0
            put_frame(s, o['frame'])
            return 'find'

    def install(s, o):
        use(s, o['frame'])
        if s['pte'] == SWAP:
            s['pte'] = o['frame']
            s['ref%d' % o['frame']] += 1
            put_slot(s)

    def unpin(s, o):
        if left_out != 'pin the slot':
            put_slot(s)
        if s['cache'] == o['frame']:
            drop(s)
        s['lock%d' % o['frame']] = 0

    def drop_frame(s, o):
        if left_out != 'look again':
            reap(s)
        put_frame(s, o['frame'])
        return 'look'

    def store_word(s, o):
        """Read-only until its slot is given up; not modelled: the copy that is made otherwise."""
        frame = s['pte']
        if frame in (1, 2) and s['cache'] != frame:
            use(s, frame)
            if s['content%d' % frame] != (9 if s['wrote'] else 7):
                raise Violation('the fault reads what was not written')
            s['content%d' % frame] = 9
            s['wrote'] = 1
        return END

    fault = [look, pin, ask_entry, find, add, read, lock_frame, install, unpin, drop_frame,
             store_word]

    # --- DONTNEED, and another thread that takes the slot after that

    def zap(s, o):
        o['had'] = s['pte']
        s['pte'] = 0
        s['zapped'] = 1

    def put_what_it_had(s, o):
        if o['had'] == SWAP:
            put_slot(s)
            if s['cache'] and s['count'] == 1:
                reap(s)
        elif o['had']:
            s['ref%d' % o['had']] -= 1
            reap(s)

    def take_slot(s, o):
        if s['slot_is'] == 'free':
            s.update(slot_is='another', count=1, store=5)
        return END

    return reclaim, fault, [zap, put_what_it_had, take_slot]


def value(s):
    pte = s['pte']
    if pte == SWAP:
        pte = s['cache']
        if not pte:
            return s['store']
    return s['content%d' % pte]


def wrong_end(s):
    if s['pte']:
        if value(s) != (9 if s['wrote'] else 7):
            return f"the address holds {value(s)}"
    elif s['slot_is'] == 'ours' or s['cache']:
        return 'a slot that nobody has'
    return None


def run(title, left_out, actors):
    reclaim, fault, dontneed = rules(left_out)
    threads = [dict(reclaim=reclaim, fault=fault, dontneed=dontneed)[a] for a in actors]
    return title, left_out is None, explore(START, threads, wrong_end)


CASES = [
    ('reclaim, fault', None, ('reclaim', 'fault')),
    ('reclaim, DONTNEED', None, ('reclaim', 'dontneed')),
    ('reclaim, fault, DONTNEED', None, ('reclaim', 'fault', 'dontneed')),
    ('reclaim, two faults', None, ('reclaim', 'fault', 'fault')),
    ('reclaim twice, fault', None, ('reclaim', 'fault', 'reclaim')),
    ('left out: in the cache until it is written', 'in the cache until it is written',
     ('reclaim', 'fault')),
    ('left out: freeze', 'freeze', ('reclaim', 'fault')),
    ('left out: not while it is written', 'not while it is written', ('reclaim', 'dontneed')),
    ('left out: pin the slot', 'pin the slot', ('reclaim', 'fault', 'dontneed')),
    ('left out: look again', 'look again', ('reclaim', 'fault', 'dontneed')),
]

if __name__ == '__main__':
    report([run(*case) for case in CASES])
