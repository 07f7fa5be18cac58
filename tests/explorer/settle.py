# SPDX-License-Identifier: GPL-2.0-or-later
"""Settled marks: a fault that finds a mark over takes the lowest bit off the VMA's number, so that
later ones need not ask the mm.  As it is, and with one clause left out.
"""
from explore import END, WAIT, explore, report
from rules import (AT_REST, GONE, START, end, lock, mprotect, munmap, named, page_left, right_left, section,
                   unlock)


def settled(seq):
    return seq - 1 if seq & 1 else seq


# --- settled marks --------------------------------------------------------------------------------

SETTLED_FOR_ALL = -20   # what a settled VMA is called where its number is not kept


def copy_settling(without=None):
    """Find, s; where s is odd: m, and if they differ s is settled; then the copy."""
    def find(s, o):
        return True if s['tree'] else END

    def read_s(s, o):
        o['s'] = s['vseq']
        if o['s'] == GONE:
            return END
        return True if o['s'] & 1 else 'copy'

    def read_m(s, o):
        o['m'] = s['mseq']

    def at_rest(s, o):
        if o['s'] == o['m']:
            return 'settle' if without == 'at rest' else END

    def settle(s, o):
        if s['vseq'] == o['s'] or without == 'still s':
            s['vseq'] = SETTLED_FOR_ALL if without == 'number kept' else settled(o['s'])
        if without == 'number kept':
            o['s'] = SETTLED_FOR_ALL

    def copy(s, o):
        o['prot'] = s['prot']

    order = [read_m, read_s] if without == 's then m' else [read_s, read_m]
    return [find] + order + [at_rest, settle, copy]


def commit_if_settled_too(s, o):
    if s['vseq'] != GONE and settled(s['vseq']) == settled(o['s']):
        s['pte'] = 1 + o['prot']


def fault_settling(without=None):
    """rcu_everything with config.settle.  A number and the same number settled are one."""
    return copy_settling(without) + [lock('T'), commit_if_settled_too, unlock('T')]


def settler(without=None):
    """A neighbour's fault in the same VMA, of which nothing matters but that it settles."""
    return copy_settling(without)


def fault_under_vma_lock(without=None):
    """per_vma_rwsem with config.settle: a fault checks an odd number and settles it, under the lock; then GONE."""
    def try_lock(s, o):
        if s['VL'] or not s['tree']:
            return END
        s['readers'] += 1

    def read_s(s, o):
        o['s'] = s['vseq']
        return True if o['s'] & 1 and o['s'] != GONE else 'ask_gone'

    def ask(s, o):
        if o['s'] == s['mseq']:
            s['readers'] -= 1
            return END

    def settle(s, o):
        if s['vseq'] == o['s']:
            s['vseq'] = settled(o['s'])

    def ask_gone(s, o):
        if (o['s'] if without == 'gone ask last' else s['vseq']) == GONE:
            s['readers'] -= 1
            return END

    def copy(s, o):
        o['prot'] = s['prot']

    def commit(s, o):
        if s['T']:
            return WAIT
        s['pte'] = 1 + o['prot']

    def let_go(s, o):
        s['readers'] -= 1

    return [try_lock, read_s, ask, settle, ask_gone, copy, commit, let_go]


def renamed(prefix, steps):
    """The same steps under names of their own."""
    return [named(f"{prefix}_{f.__name__}", lambda s, o, f=f: f(s, o)) for f in steps]


def mprotect_twice(without=None):
    """The right is taken away and given back, and taken away again: numbers 1 and 3."""
    def give_back(s, o):
        s['prot'] = 1

    return mprotect() + renamed('back', section(None, [give_back, end])) + renamed('again', mprotect())


# --- cases --------------------------------------------------------------------------------------------

def cases():
    def one(title, clause, threads, bad, start=START):
        return title + (f", without: {clause}" if clause else ''), not clause, explore(start, threads, bad)

    all_cases = []
    for rest in (AT_REST, settled(AT_REST)):
        start = dict(START, vseq=rest)
        how = 'settled' if rest != AT_REST else 'at rest'
        for change, bad in ((munmap, page_left), (mprotect, right_left)):
            all_cases.append(one(f"{how}: fault, settler / {change.__name__}", None,
                                 [fault_settling(), settler(), change()], bad, start))
            all_cases.append(one(f"{how}: fault under the VMA's lock, settler / {change.__name__}", None,
                                 [fault_under_vma_lock(), settler(), change()], bad, start))
    all_cases.append(one("at rest: fault, settler / mprotect_twice", None,
                         [fault_settling(), settler(), mprotect_twice()], right_left))
    all_cases.append(one("fault under the VMA's lock, settler / munmap", 'gone ask last',
                         [fault_under_vma_lock('gone ask last'), settler(), munmap()], page_left))
    for clause in ('at rest', 'still s', 'number kept', 's then m'):
        all_cases.append(one("fault, settler / mprotect", clause,
                             [fault_settling(clause), settler(clause), mprotect()], right_left))
    return all_cases


if __name__ == '__main__':
    report(cases())
