# SPDX-License-Identifier: GPL-2.0-or-later
"""The rules of the mm core: a fault beside a change, each clause left out in turn.

One VMA, one page-table entry.  prot: 0 read, 1 write; pte: 0 empty, 1 read, 2 write.  A lock that is held is 1;
each lock-taking step waits.  The full rule must hold, without the clause it must break.
"""
from explore import END, WAIT, explore, report

GONE = -9       # equals no number of a section
AT_REST = -1    # the mark of a section long over

START = dict(tree=1, vseq=AT_REST, mseq=0, T=0, P=0, ptr=1, dead=0, pte=0, prot=1, VL=0, readers=0,
             freed=0, rcu=0, inside=0)


def take(s, lock):
    if s[lock]:
        return WAIT
    s[lock] = 1


def named(name, f):
    f.__name__ = name
    return f


def lock(name):
    return named('lock_' + name, lambda s, o: take(s, name))


def unlock(name):
    return named('unlock_' + name, lambda s, o: s.update({name: 0}))


# --- faults ---------------------------------------------------------------------------------------

def fault_in_rcu(without=None):
    """rcu_everything: find, s, m, copy, look again; commit under the table's lock while still s."""
    def find(s, o):
        return True if s['tree'] else END

    def read_s(s, o):
        o['s'] = s['vseq']
        return END if o['s'] == GONE else True

    def read_m(s, o):
        o['m'] = s['mseq']

    def at_rest(s, o):
        return END if without != 'marked ask' and o['s'] == o['m'] else True

    def copy(s, o):
        o['prot'] = s['prot']

    def commit(s, o):
        valid = {'still s': s['vseq'] == o['s'], 'unmarked now': s['vseq'] != s['mseq'], 'valid': True}
        if not valid.get(without, valid['still s']):
            return True
        s['pte'] = 1 + o['prot']

    order = [read_m, read_s] if without == 's then m' else [read_s, read_m]
    return [find] + order + [at_rest, copy, lock('T'), commit, unlock('T')]


def fault_by_mm_number(without=None):
    """seqcount_retry: sample, find, copy; commit if the number has not moved."""
    def sample(s, o):
        o['m'] = s['mseq']
        return END if s['mseq'] & 1 and without != 'even' else True

    def find(s, o):
        return True if s['tree'] else END

    def copy(s, o):
        o['prot'] = s['prot']

    def ask_before(s, o):
        o['ok'] = s['mseq'] == o['m']

    def commit(s, o):
        if (o['ok'] if without == 'under the lock' else s['mseq'] == o['m']):
            s['pte'] = 1 + o['prot']

    first = [find, sample] if without == 'sample first' else [sample, find]
    return first + [copy, ask_before, lock('T'), commit, unlock('T')]


def fault_under_vma_lock(without=None):
    """per_vma_rwsem: find under RCU, try the lock, then ask: GONE, marked."""
    def enter(s, o):
        s['rcu'] += 1

    def find(s, o):
        if s['tree']:
            return True
        s['rcu'] -= 1
        return END

    def try_lock(s, o):
        if s['VL']:
            s['rcu'] -= 1
            return END
        s['readers'] += 1

    def read_s(s, o):
        o['s'] = s['vseq']

    def ask(s, o):
        o['marked'] = o['s'] == s['mseq'] and without != 'lock then ask'

    def ask_gone(s, o):
        gone = (o['s'] if without == 'gone ask last' else s['vseq']) == GONE and without != 'gone ask'
        s['rcu'] -= 1
        if gone or o['marked']:
            s['readers'] -= 1
            return END

    def copy(s, o):
        o['prot'] = s['prot']

    def commit(s, o):
        if s['T']:
            return WAIT
        s['pte'] = 1 + o['prot']

    def enter_again(s, o):
        if without != 'unlock in rcu':
            s['rcu'] += 1

    def let_go(s, o):
        s['readers'] -= 1

    def wake_writer(s, o):      # the last touch of the lock's memory
        if s['freed']:
            s['inside'] = 1
        if without != 'unlock in rcu':
            s['rcu'] -= 1

    return [enter, find, try_lock, read_s, ask, ask_gone, copy, commit, enter_again, let_go, wake_writer]


# --- changes ----------------------------------------------------------------------------------------

def section(without, body):
    """Odd number; mark: store, then wait for readers; body; the number moves on at 'end'."""
    def begin(s, o):
        s['mseq'] += 1

    def store_mark(s, o):
        if without != 'mark':
            s['vseq'] = s['mseq']

    def wait(s, o):
        return WAIT if s['readers'] and without != 'wait for readers' else True

    mark = [wait, store_mark] if without == 'store then wait' else [store_mark, wait]
    return [begin] + mark + body


def end(s, o):
    s['mseq'] += 1


def munmap(without=None):
    def untree(s, o):
        s['tree'] = 0

    def gone(s, o):
        if without != 'gone':
            s['vseq'] = GONE

    def zap(s, o):
        s['pte'] = 0

    def free(s, o):
        if s['rcu']:
            return WAIT
        s['freed'] = 1

    order = [untree, end, gone] if without == 'gone before downgrade' else [untree, gone, end]
    return section(without, order + [lock('T'), zap, unlock('T'), free])


def mprotect(without=None):
    def protect(s, o):
        s['prot'] = 0

    def entries(s, o):
        s['pte'] = min(s['pte'], 1)

    return section(without, [protect, lock('T'), entries, unlock('T'), end])


# --- tables -------------------------------------------------------------------------------------------

def link(without=None):
    """A fault publishes a table with its entry inside, under the lock P of the table above."""
    def read_s(s, o):
        o['s'] = s['vseq']
        return END if o['s'] in (GONE, s['mseq']) else True

    def ask(s, o):
        o['ok'] = s['vseq'] == o['s']

    def publish(s, o):
        if o['ok']:
            s['ptr'] = s['pte'] = 1

    return [read_s, lock('P'), ask, publish, unlock('P')]


def clear_linked(without=None):
    def gone(s, o):
        s['vseq'] = GONE

    def read(s, o):
        o['there'] = s['ptr']

    def zap(s, o):
        if o['there']:
            s['pte'] = s['ptr'] = 0

    locked = [lock('P'), read, zap, unlock('P')]
    return section(None, [gone, end] + ([read, zap] if without == 'empty under lock' else locked))


def fault_in_table(without=None):
    """A neighbour's fault, its VMA never marked, in a table that a change takes out."""
    def walk(s, o):
        return True if s['ptr'] else END

    def commit(s, o):
        if not s['dead'] or without == 'here':
            s['pte'] = 1

    return [walk, lock('T'), commit, unlock('T')]


def free_table(without=None):
    def look(s, o):
        o['empty'] = not s['pte']

    def unlink(s, o):
        if o['empty']:
            s['ptr'] = 0
            s['dead'] = int(without != 'dead')

    return [lock('P'), lock('T'), look, unlink, unlock('T'), unlock('P')]


def link_page(without=None):
    """A fault links a table: with its page inside by one store, or the page by a second one."""
    def publish(s, o):
        s['ptr'] = 1
        if not without:
            s['pte'] = 1

    def store(s, o):
        if without:
            s['lost'] = int(s['pte'] == 2)
            s['pte'] = 1

    return [lock('P'), publish, store, unlock('P')]


def fault_in_new_table(without=None):
    def walk(s, o):
        return True if s['ptr'] else END

    def commit(s, o):
        if not s['pte']:
            s['pte'] = 2

    return [walk, lock('T'), commit, unlock('T')]


def two_locks(first, second):
    def both(s, o):
        return True
    return [lock(first), lock(second), both, unlock(second), unlock(first)]


# --- what must not be ------------------------------------------------------------------------------------

def page_left(s):
    return 'a page behind munmap' if s['pte'] else 'freed memory touched' if s['inside'] else None


def right_left(s):
    return 'a right that was taken away' if s['pte'] == 2 else None


def page_lost(s):
    return 'a page in a table that is gone' if s['pte'] and not s['ptr'] else None


def page_replaced(s):
    return 'a page that was written is replaced' if s.get('lost') else None


def case(fault, change, bad, clause=None, in_change=False):
    title = f"{fault.__name__} / {change.__name__}" + (f", without: {clause}" if clause else '')
    result = explore(START, [fault(None if in_change else clause), change(clause if in_change else None)], bad)
    return title, clause is None, result


UNMAP, PROTECT = (munmap, page_left), (mprotect, right_left)

CASES = [case(f, *c) for f in (fault_in_rcu, fault_by_mm_number, fault_under_vma_lock) for c in (UNMAP, PROTECT)]
CASES += [case(f, *c, clause) for f, c, clause in (
    (fault_in_rcu, UNMAP, 'unmarked now'),
    (fault_in_rcu, UNMAP, 'valid'),
    (fault_in_rcu, PROTECT, 'valid'),
    (fault_in_rcu, PROTECT, 'marked ask'),
    (fault_in_rcu, PROTECT, 's then m'),
    (fault_by_mm_number, UNMAP, 'sample first'),
    (fault_by_mm_number, PROTECT, 'even'),
    (fault_by_mm_number, PROTECT, 'under the lock'),
    (fault_under_vma_lock, UNMAP, 'gone ask'),
    (fault_under_vma_lock, UNMAP, 'gone ask last'),
    (fault_under_vma_lock, PROTECT, 'lock then ask'),
    (fault_under_vma_lock, UNMAP, 'unlock in rcu'),
)]
CASES += [case(f, *c, clause, in_change=True) for f, c, clause in (
    (fault_in_rcu, PROTECT, 'mark'),
    (fault_under_vma_lock, PROTECT, 'store then wait'),
    (fault_under_vma_lock, PROTECT, 'wait for readers'),
    (fault_under_vma_lock, UNMAP, 'gone'),
    (fault_under_vma_lock, UNMAP, 'gone before downgrade'),
)]
NO_TABLE = dict(START, ptr=0)
for clause in (None, 'empty under lock'):
    CASES.append(("link / clear_linked" + (f", without: {clause}" if clause else ''), not clause,
                  explore(NO_TABLE, [link(), clear_linked(clause)], page_left)))
for clause in (None, 'publish once'):
    CASES.append(("link_page / fault_in_new_table" + (f", without: {clause}" if clause else ''), not clause,
                  explore(NO_TABLE, [link_page(clause), fault_in_new_table()], page_replaced)))
CASES.append(case(fault_in_table, free_table, page_lost))
CASES.append(case(fault_in_table, free_table, page_lost, 'here'))
CASES.append(case(fault_in_table, free_table, page_lost, 'dead', in_change=True))
CASES.append(('two tables locked in one order', True, explore(START, [two_locks('P', 'T'), two_locks('P', 'T')])))
CASES.append(('two tables locked, without: one order', False,
              explore(START, [two_locks('P', 'T'), two_locks('T', 'P')])))

if __name__ == '__main__':
    report(CASES)
