# SPDX-License-Identifier: GPL-2.0-or-later
"""What an earlier RCU section found, of the same fault or of one before, is still in memory if no
grace period has begun since.  As it is, and with one clause left out.
"""
from explore import END, Violation, WAIT, explore, report
from rules import GONE, START, lock, mprotect, munmap, named, page_left, right_left, unlock

GRACE = dict(START, section=0, begun=0)


def enter(s, o):
    s['rcu'] = 1
    s['section'] += 1


def leave(s, o):
    s['rcu'] = 0


def touch(s):
    if s['freed']:
        raise Violation('freed memory touched')


def fault(without=None, copies='first'):
    """
    Two sections.  The VMA is copied in the first (vma_seq_retry), or in the second, found by a fault
    before (config.vmacache); the commit is in the second.
    """
    def sample(s, o):
        o['g'] = s['begun']

    def find(s, o):
        return True if s['tree'] else 'give_up'

    def copy(s, o):
        touch(s)
        o['s'], o['prot'] = s['vseq'], s['prot']
        gone = o['s'] == GONE and without != 'gone ask'
        return 'give_up' if gone or o['s'] == s['mseq'] else True

    def ask_early(s, o):
        o['same'] = s['begun'] == o['g']

    def ask(s, o):
        same = {'in the section': o['same'], 'ask': True}.get(without, s['begun'] == o['g'])
        return True if same or s['tree'] else 'give_up'     # else: walk again

    def commit(s, o):
        touch(s)
        if s['vseq'] == o['s'] or without == 'number':
            s['pte'] = 1 + o['prot']

    def give_up(s, o):
        s['rcu'] = 0
        return END

    first, second = ([copy], []) if copies == 'first' else ([], [copy])
    return ([enter, sample, find, *first, leave, ask_early, named('enter_again', lambda s, o: enter(s, o)), ask,
             *second, lock('T'), commit, unlock('T'), give_up])


def munmap_in_grace(without=None):
    """A grace period waits for the sections that are open when it begins, and for no later one."""
    def count(s, o):
        s['begun'] += 1

    def begin_grace(s, o):
        o['open'] = s['section'] if s['rcu'] else 0

    def grace_is_over(s, o):
        if s['rcu'] and s['section'] == o['open']:
            return WAIT
        s['freed'] = 1

    steps = munmap()[:-1]
    if without == 'counted once out of sight':
        return [count] + steps + [begin_grace, grace_is_over]
    number = [begin_grace, count] if without == 'counted before it begins' else [count, begin_grace]
    return steps + number + [grace_is_over]


def cases():
    def one(title, clause, threads, bad):
        return title + (f", without: {clause}" if clause else ''), not clause, explore(GRACE, threads, bad)

    all_cases = []
    for copies in ('first', 'second'):
        how = f"copied in the {copies} section"
        for clause in (None, 'in the section', 'ask') + (('gone ask',) if copies == 'second' else ()):
            all_cases.append(one(f"{how} / munmap", clause, [fault(clause, copies), munmap_in_grace()], page_left))
        for clause in ('counted before it begins', 'counted once out of sight'):
            all_cases.append(one(f"{how} / munmap", clause, [fault(None, copies), munmap_in_grace(clause)], page_left))
        for clause in (None, 'number'):
            all_cases.append(one(f"{how} / mprotect", clause, [fault(clause, copies), mprotect()], right_left))
    return all_cases


if __name__ == '__main__':
    report(cases())
