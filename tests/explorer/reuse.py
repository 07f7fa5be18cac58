# SPDX-License-Identifier: GPL-2.0-or-later
"""per_vma_refcount with config.settle: two faults count a VMA that leaves their mm and is born again in another, whose
section has the same number.  As it is, and with one clause left out.
"""
from explore import END, Violation, WAIT, explore, report

GONE, FLAG = -10, 100
# 1 is the number of the last mark in the first mm; both mms are at 2.
START = dict(vseq=1, mm=1, count=1, first=2, second=2, tree=1, pte=0, editing=0, zapped=0)


def fault(without=None):
    def find(s, o):
        return True if s['tree'] else END

    def count_up(s, o):
        if not s['count'] or s['count'] >= FLAG:
            return END
        s['count'] += 1

    def read_s(s, o):
        o['s'] = s['vseq']

    def ask_mm(s, o):
        return 'count_down' if s['mm'] != 1 and without != 'mm' else True

    def ask_gone(s, o):
        if o['s'] == GONE and without != 'GONE':
            return 'count_down'
        return True if o['s'] & 1 else 'commit'

    def ask_mark(s, o):
        return 'count_down' if o['s'] == s['first'] else True

    def settle(s, o):
        if s['vseq'] == o['s']:
            s['vseq'] -= 1
            if s['mm'] == 2 and s['editing']:
                raise Violation('settled while the second mm edits it')

    def commit(s, o):
        if s['mm'] != 1:
            raise Violation("a page by another address space's VMA")
        s['pte'] = 1

    def count_down(s, o):
        s['count'] -= 1
        return END

    return [find, count_up, read_s, ask_mm, ask_gone, ask_mark, settle, commit, count_down]


def munmap_then_born(without=None):
    def begin(s, o):
        s['first'] += 1

    def mark(s, o):
        s['vseq'] = s['first']

    def flag(s, o):
        s['count'] += FLAG

    def wait(s, o):
        return True if s['count'] == FLAG + 1 else WAIT

    def unflag(s, o):
        s['count'] -= FLAG

    def out_of_tree(s, o):
        s['tree'] = 0

    def gone(s, o):
        s['vseq'] = GONE

    def detach(s, o):
        s['count'] -= 1
        return True if s['count'] and without != 'detach waits' else 'end'

    def flag_again(s, o):
        if not s['count']:
            return 'end'
        s['count'] += FLAG

    def wait_again(s, o):
        return True if s['count'] == FLAG else WAIT

    def to_0(s, o):
        s['count'] = 0

    def end(s, o):
        s['first'] += 1

    def zap(s, o):
        s['pte'], s['zapped'] = 0, 1

    def begin_in_second(s, o):
        s['second'] += 1

    def fields(s, o):
        s['mm'] = 2

    def mark_at_birth(s, o):
        s['vseq'], s['editing'] = s['second'], 1

    def attach(s, o):
        if s['count']:
            raise Violation('attached with a stranger inside')
        s['count'] = 1

    def into_tree(s, o):
        if s['vseq'] != s['second']:
            raise Violation('the mark is lost')

    def end_in_second(s, o):
        s['editing'] = 0
        s['second'] += 1
        return END

    return [begin, mark, flag, wait, unflag, out_of_tree, gone, detach, flag_again, wait_again, to_0, end, zap,
            begin_in_second, fields, mark_at_birth, attach, into_tree, end_in_second]


def page_left(s):
    return 'a page is left' if s['pte'] and s['zapped'] else None


def cases():
    all_cases = []
    # Without the check for GONE nothing breaks: detach waits for the faults that counted, before marks end.
    for clause, holds in ((None, True), ('mm', False), ('detach waits', False), ('GONE', True)):
        for at_first, vseq in (('marked once', 1), ('settled', 0)):
            title = f"two faults / munmap, born again; {at_first}" + (f", without: {clause}" if clause else '')
            all_cases.append((title, holds, explore(dict(START, vseq=vseq),
                                                    [fault(clause), fault(clause), munmap_then_born(clause)], page_left)))
    return all_cases


if __name__ == '__main__':
    report(cases())
