# SPDX-License-Identifier: GPL-2.0-or-later
"""Answers to open questions: going on under the VMA's lock, a grace period for the question, a count.

Each as it is, and with one clause left out, which must break it.
"""
from explore import END, Violation, WAIT, explore, report
from rules import GONE, START, lock, munmap, mprotect, page_left, right_left, unlock

STATE = dict(START, refs=1, buried=0)


def enter(s, o):
    s['rcu'] += 1


def leave(s, o):
    s['rcu'] -= 1


def touch(s):
    if s['freed']:
        raise Violation('freed memory touched')


def copy_in_rcu(without=None):
    """Find the VMA, s, m, the copy: inside RCU, which is left where there is nothing to find."""
    def find(s, o):
        return True if s['tree'] else 'give_up'

    def read_s(s, o):
        touch(s)
        o['s'] = s['vseq']
        return 'give_up' if o['s'] == GONE else True

    def read_m(s, o):
        return 'give_up' if o['s'] == s['mseq'] and without != 'marked ask' else True

    def copy(s, o):
        o['prot'] = s['prot']

    def check_copy(s, o):
        touch(s)
        return True if s['vseq'] == o['s'] or without == 'look at s again' else 'give_up'

    return [enter, find, read_s, read_m, copy, check_copy]


def give_up(s, o):
    s['rcu'] -= 1
    return END


def put(s, o):
    s['pte'] = 1 + o['prot']


# --- rcu_everything_continue -------------------------------------------------------------------------

def go_on(without=None):
    """GFP_NOWAIT has failed: the VMA's lock, still in RCU; the number still s; then out of RCU, and put."""
    def ask_early(s, o):
        o['same'] = s['vseq'] == o['s']

    def try_lock(s, o):
        touch(s)
        if s['VL']:
            return 'give_up'
        s['readers'] += 1

    def ask(s, o):
        touch(s)
        same = s['vseq'] == o['s']
        if without == 'still s':
            same = s['vseq'] not in (GONE, s['mseq'])
        if without == 'lock then ask':
            same = o['same']
        if same:
            return True
        s['readers'] -= 1
        return 'give_up'

    def finish(s, o):
        return END

    def let_go(s, o):
        s['readers'] -= 1
        return 'finish'

    out_early = [leave] if without == 'in rcu' else []
    out_late = [] if without == 'in rcu' else [leave]

    def give_up_outside(s, o):
        if without != 'in rcu' or not o.get('out'):
            s['rcu'] -= 1
        return END
    give_up_outside.__name__ = 'give_up'

    def note_out(s, o):
        o['out'] = 1
    return (copy_in_rcu() + [ask_early] + out_early + [note_out, try_lock, ask] + out_late +
            [lock('T'), put, unlock('T'), let_go, give_up_outside, finish])


# --- rcu_everything_grace ----------------------------------------------------------------------------

def fault_unasked(without=None):
    """One section, and no question at the commit."""
    return copy_in_rcu(without) + [lock('T'), put, unlock('T'), leave, lambda s, o: END, give_up]


def with_grace(change, without=None):
    """The change with one wait for all sections, between its marks and its edits."""
    def grace(s, o):
        return WAIT if s['rcu'] else True

    steps = change()
    at = [f.__name__ for f in steps].index('wait') + 1
    if without == 'grace':
        return steps
    if without == 'mark before grace':
        return steps[:1] + [grace] + steps[1:]
    return steps[:at] + [grace] + steps[at:]


# --- rcu_everything_keep: what is in a page that is kept ------------------------------------------------------

def keeper(without=None):
    """A copy is made, the commit refused; another look, the page kept."""
    def look(s, o):
        o['entry'] = s['entry']

    def make(s, o):
        o['page'] = o['entry']      # a page holds what its entry's number says

    def look_again(s, o):
        o['entry'] = s['entry']

    def make_again(s, o):
        if without != 'copied anew':
            o['page'] = o['entry']

    def commit(s, o):
        if s['entry'] == o['entry']:
            s['lost'] = int(o['page'] != s['entry'])

    return [look, make, look_again, make_again, commit]


def other_writer(s, o):
    s['entry'] = 1      # another copy, written to


# --- the VMA's number: with a count that keeps the VMA, and vma_seq_retry -----------------------------------------------------

def by_vma_number(without=None, reference=True):
    """RCU is left between copy and commit; a count keeps the VMA, or the address is looked up again."""
    def count(s, o):
        touch(s)
        if not s['refs'] and without != 'not from 0':
            return 'give_up'
        if without != 'count':
            s['refs'] += 1

    def look_up(s, o):
        return True if s['tree'] or without == 'look up' else 'give_up'

    def read(s, o):
        touch(s)
        return True if s['vseq'] == o['s'] or without == 'number' else 'uncount'

    def commit(s, o):
        touch(s)
        if s['vseq'] == o['s'] or without == 'number':
            s['pte'] = 1 + o['prot']

    def uncount(s, o):
        s['rcu'] -= 1
        if o.get('c'):
            s['refs'] -= 1
            if not s['refs']:
                s['buried'] += 1    # freed after a grace period
        return 'twice' if s['buried'] > 1 else END

    def twice(s, o):
        raise Violation('freed twice')

    first = copy_in_rcu()
    if reference:
        first = first[:2] + [count] + first[2:]

    def give_up_counted(s, o):
        return 'uncount'
    give_up_counted.__name__ = 'give_up'

    def counted(s, o):
        o['c'] = int(reference and without != 'count')

    if reference:
        first = first[:3] + [counted] + first[3:]
    again = [] if reference else [look_up]
    return first + [leave, named_enter] + again + [read, lock('T'), commit, unlock('T'), uncount, twice, give_up_counted]


def named_enter(s, o):
    s['rcu'] += 1


def munmap_counted(without=None):
    """The tree's count goes when the entries are cleared; the last user frees it, after a grace period."""
    def bury(s, o):
        s['refs'] -= 1
        if s['refs']:
            return END
        s['buried'] += 1
        if s['buried'] > 1:
            raise Violation('freed twice')

    def free(s, o):
        if s['rcu']:
            return WAIT
        s['freed'] = 1

    return munmap()[:-1] + [bury, free]


# --- cases ---------------------------------------------------------------------------------------------------

def cases():
    def one(title, clause, threads, bad, start=STATE):
        return title + (f", without: {clause}" if clause else ''), not clause, explore(start, threads, bad)

    all_cases = []
    for clause, change, bad in ((None, munmap, page_left), (None, mprotect, right_left),
                                ('still s', mprotect, right_left), ('lock then ask', mprotect, right_left),
                                ('in rcu', munmap, page_left)):
        all_cases.append(one(f"continue / {change.__name__}", clause, [go_on(clause), change()], bad))
    for clause, change, bad in ((None, munmap, page_left), (None, mprotect, right_left), ('grace', munmap, page_left),
                                ('grace', mprotect, right_left), ('mark before grace', mprotect, right_left),
                                ('marked ask', mprotect, right_left),
                                ('look at s again', munmap, page_left)):
        all_cases.append(one(f"grace alone / {change.__name__}", clause,
                             [fault_unasked(clause), with_grace(change, clause)], bad))
    for clause in (None, 'copied anew'):
        all_cases.append(one("keep / a write elsewhere", clause, [keeper(clause), [other_writer]],
                             lambda s: 'a write is lost' if s['lost'] else None, dict(entry=0, lost=0)))
    for clause in (None, 'count', 'not from 0', 'number'):
        all_cases.append(one("counted / munmap", clause, [by_vma_number(clause), munmap_counted()], page_left))
    all_cases.append(one("counted / mprotect", None, [by_vma_number(), mprotect()], right_left))
    all_cases.append(one("counted / mprotect", 'number', [by_vma_number('number'), mprotect()], right_left))
    for clause in (None, 'look up', 'number'):
        all_cases.append(one("looked up again / munmap", clause,
                             [by_vma_number(clause, reference=False), munmap()], page_left))
    return all_cases


if __name__ == '__main__':
    report(cases())
