# SPDX-License-Identifier: GPL-2.0-or-later
"""Clauses that no test of the code notices when they are left out, and what holds in their stead.

Each stands here three ways where that can be: as it is, left out alone, and left out
together with what covers for it.  The last one breaks; so both are worth their line, and
whoever moves one must look at the other.
"""
from explore import END, Violation, WAIT, explore, report


# --- F2.7: after RCU was left the tables are walked anew -----------------------------------------

def speculator(without=()):
    """T is the table that the first walk found; the second walk reads the parent's entry again."""
    def sample(s, o):
        o['m'] = s['mseq']
        return END if o['m'] & 1 else True

    def walk(s, o):
        s['rcu'] = 1
        o['t'] = s['parent']
        return True if o['t'] else 'leave'

    def allocate(s, o):
        s['rcu'] = 0

    def enter(s, o):
        s['rcu'] = 1

    def ask(s, o):
        return 'leave' if 'question' not in without and s['mseq'] != o['m'] else True

    def walk_again(s, o):
        if 'walk' not in without:
            o['t'] = s['parent']
        return True if o['t'] else 'leave'

    def lock_and_put(s, o):
        if s['freed']:
            raise Violation('the lock of a table whose memory is gone')
        if s['mseq'] == o['m']:
            s['pte'] = 1

    def leave(s, o):
        s['rcu'] = 0
        return END

    return [sample, walk, allocate, enter, ask, walk_again, lock_and_put, leave]


def unmapper():
    def begin(s, o):
        s['mseq'] += 1

    def clear_and_unlink(s, o):
        s['pte'] = s['parent'] = 0

    def end(s, o):
        s['mseq'] += 1

    def free(s, o):
        if s['rcu']:
            return WAIT
        s['freed'] = 1

    return [begin, clear_and_unlink, end, free]


SPECULATE = dict(mseq=0, parent=1, pte=0, rcu=0, freed=0)


# --- F2.8: a result without a put needs the number unchanged ---------------------------------------

def sigsegv(without=()):
    """
    A write.  The VMA allows it and covers the address; then it shrinks away from there and loses
    the right.  A SIGSEGV for a VMA that covered the address and forbade the write was never true.
    """
    def read_seq(s, o):
        o['s'] = s['vseq']
        return END if o['s'] == s['mseq'] else True

    def copy_end(s, o):
        o['covers'] = s['covers']

    def copy_prot(s, o):
        o['write'] = s['write']

    def check_copy(s, o):
        return END if 'copy' not in without and s['vseq'] != o['s'] else True

    def answer(s, o):
        if not o['covers'] or o['write']:
            return END
        if 'answer' not in without and s['vseq'] != o['s']:
            return END
        raise Violation('SIGSEGV by a VMA that never said so')

    return [read_seq, copy_end, copy_prot, check_copy, answer]


def shrinker():
    def begin(s, o):
        s['mseq'] = 1

    def mark(s, o):
        s['vseq'] = 1

    def shrink(s, o):
        s['covers'] = 0

    def protect(s, o):
        s['write'] = 0

    def end(s, o):
        s['mseq'] = 2

    return [begin, mark, shrink, protect, end]


RIGHTS = dict(mseq=0, vseq=-1, covers=1, write=1)


# --- T.3: MAP_FIXED clears before the new VMA is stored --------------------------------------------

def map_fixed(without=()):
    def begin(s, o):
        s['mseq'] = 1

    def clear(s, o):
        s['pte'] = 0

    def store_new(s, o):
        if 'mark' not in without:
            s['nseq'] = 1
        s['tree'] = 2

    def end(s, o):
        s['mseq'] = 2

    if 'order' in without:
        return [begin, store_new, clear, end]
    return [begin, clear, store_new, end]


def new_faulter():
    """A fault in the new VMA, whose page is remembered: it must still be there in the end."""
    def find(s, o):
        return True if s['tree'] == 2 else END

    def ask(s, o):
        return END if s['nseq'] == s['mseq'] else True

    def put(s, o):
        s['pte'] = s['installed'] = 2

    return [find, ask, put]


FIXED = dict(mseq=0, nseq=-1, tree=1, pte=1, installed=0)


def lost_page(s):
    return 'the page of a fault that was answered is gone' if s['installed'] and s['pte'] != 2 else None


# --- O.6: out of the tree before GONE --------------------------------------------------------------

def walker():
    """Finds the VMA, takes its lock and asks in one step, walks again if it is gone."""
    def walk(s, o):
        return True if s['tree'] else END

    def ask_and_put(s, o):
        if s['gone']:
            return 'walk'
        if not s['marked'] and s['cleared']:
            raise Violation('a page installed after munmap cleared')
        return END

    return [walk, ask_and_put]


def killer(without=()):
    def mark(s, o):
        s['marked'] = 1

    def leave_tree(s, o):
        s['tree'] = 0

    def gone(s, o):
        s['gone'] = 0 if 'gone' in without else 1

    def marks_end(s, o):
        s['marked'] = 0

    def clear(s, o):
        s['cleared'] = 1

    death = [gone, leave_tree] if 'order' in without else [leave_tree, gone]
    return [mark] + death + [marks_end, clear]


DEATH = dict(tree=1, gone=0, marked=0, cleared=0)


# --- F3.1: a present entry is only replaced by xchg --------------------------------------------------

def dropper(without=()):
    """Takes a page out, and drops what it held if the entry was clean (MADV_FREE)."""
    def xchg(s, o):
        o['dirty'] = s['dirty']
        s['present'] = s['dirty'] = 0

    def load(s, o):
        o['dirty'] = s['dirty']

    def store(s, o):
        s['present'] = s['dirty'] = 0

    def keep_or_drop(s, o):
        s['kept'] = o['dirty']

    return ([load, store] if 'xchg' in without else [xchg]) + [keep_or_drop]


def hardware():
    def write(s, o):
        if s['present']:
            s['dirty'] = s['wrote'] = 1
    return [write]


ENTRY = dict(present=1, dirty=0, wrote=0, kept=0)


def lost_write(s):
    return 'a write is lost with its page' if s['wrote'] and not s['kept'] else None


def cases():
    yield 'walked anew', True, explore(SPECULATE, [speculator(), unmapper()])
    yield 'not walked anew, the number asked just before', True, explore(
        SPECULATE, [speculator(('walk',)), unmapper()])
    yield 'walked anew, the number not asked before', True, explore(
        SPECULATE, [speculator(('question',)), unmapper()])
    yield 'neither', False, explore(SPECULATE, [speculator(('walk', 'question')), unmapper()])

    yield 'no put: copy and answer checked', True, explore(RIGHTS, [sigsegv(), shrinker()])
    yield 'no put: the copy alone', True, explore(RIGHTS, [sigsegv(('answer',)), shrinker()])
    yield 'no put: the answer alone', True, explore(RIGHTS, [sigsegv(('copy',)), shrinker()])
    yield 'no put: neither', False, explore(RIGHTS, [sigsegv(('copy', 'answer')), shrinker()])

    yield 'MAP_FIXED clears, then stores', True, explore(FIXED, [map_fixed(), new_faulter()], lost_page)
    yield 'stores, then clears; the new VMA marked', True, explore(
        FIXED, [map_fixed(('order',)), new_faulter()], lost_page)
    yield 'stores, then clears; not marked', False, explore(
        FIXED, [map_fixed(('order', 'mark')), new_faulter()], lost_page)

    yield 'out of the tree, then GONE', True, explore(DEATH, [walker(), killer()])
    yield 'GONE, then out of the tree: more turns, no harm', True, explore(
        DEATH, [walker(), killer(('order',))])
    yield 'never GONE', False, explore(DEATH, [walker(), killer(('gone',))])

    yield 'an entry taken by xchg', True, explore(ENTRY, [dropper(), hardware()], lost_write)
    yield 'an entry loaded, then stored', False, explore(ENTRY, [dropper(('xchg',)), hardware()], lost_write)


if __name__ == '__main__':
    report(cases())
