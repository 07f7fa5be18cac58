# SPDX-License-Identifier: GPL-2.0-or-later
"""What a TLB still knows, and what a copy is made of: rule F3 and the flush before the marks end.

An entry is 0 (none), 10 + f (frame f, read) or 20 + f (frame f, write).  c1, c2 are what the
frames hold, ref1 counts the users of frame 1.  A flush and an access are one step each: the
simulated TLB's lock makes them so.
"""
from explore import END, WAIT, explore, report

POISON = 0xbad


# --- a copy: clear, flush, install ---------------------------------------------------------------

def copier(without=None):
    def copy(s, o):
        s['c2'] = s['c1']

    def clear(s, o):
        s['pte'] = 0

    def flush(s, o):
        s['tlb'] = 0

    def install(s, o):
        s['pte'] = 22

    if without == 'clear, flush, install':
        return [copy, install, flush]
    return [copy, clear, install] if without == 'flush' else [copy, clear, flush, install]


def writer():
    def write(s, o):
        if s['pte'] != 22:
            return WAIT
        s['c2'] = s['wrote'] = 9
    return [write]


def bystander():
    """Reads through its TLB after it has heard of the write."""
    def read(s, o):
        if not s['wrote']:
            return END
        entry = s['tlb'] or s['pte']
        s['seen'] = s['c%d' % (entry % 10)] if entry else 9
    return [read]


def stale(s):
    return 'an old value after the new one was known' if s['wrote'] and s['seen'] == 7 else None


# --- freeing and rights ----------------------------------------------------------------------------

def zapper(without=None):
    def clear(s, o):
        s['pte'] = 0

    def flush(s, o):
        s['tlb'] = 0

    def free(s, o):
        s['c1'] = POISON

    return [clear, free, flush] if without == 'flush before free' else [clear, flush, free]


def reader():
    def read(s, o):
        entry = s['tlb'] or s['pte']
        if entry:
            s['seen'] = s['c%d' % (entry % 10)]
    return [read, named_again(read)]


def named_again(step):
    def again(s, o):
        return step(s, o)
    return again


def freed_seen(s):
    return 'freed memory read' if s['seen'] == POISON else None


def protector(without=None):
    """mprotect to read; the end of the marks is when others act on it."""
    def entry(s, o):
        s['pte'] = 11

    def flush(s, o):
        s['tlb'] = 0

    def marks_end(s, o):
        s['known'] = 1

    return [entry, marks_end, flush] if without == 'flush before marks end' else [entry, flush, marks_end]


def tlb_writer():
    """Another thread's fault found the page read-only and told this one, who writes all the same."""
    def write(s, o):
        if s['known'] and s['tlb'] >= 20:
            s['late'] = 1
    return [write]


def late_write(s):
    return 'a write through a right that others found gone' if s['late'] else None


# --- the source of a copy ---------------------------------------------------------------------------

def copying_fault(without=None):
    """Copy-on-write of frame 1: look, pin, look again, copy; commit if the entry is the same."""
    def look(s, o):
        o['e'] = s['pte']
        return True if o['e'] == 11 else END

    def pin(s, o):
        if not s['ref1']:
            return END
        s['ref1'] += 1

    def look_again(s, o):
        if s['pte'] == o['e']:
            return True
        s['ref1'] -= 1
        return END

    def copy(s, o):
        o['c'] = s['c1']

    def commit(s, o):
        if s['pte'] == o['e']:
            s['pte'], s['c2'] = 22, o['c']

    if without == 'pin':
        return [look, copy, commit]
    return [look, pin, look_again, copy, commit]


def giver():
    """DONTNEED, and the frame, once free, comes back at the same place with other contents."""
    def zap(s, o):
        o['had'] = s['pte']
        s['pte'] = 0

    def drop(s, o):
        if o['had'] == 11:
            s['ref1'] -= 1

    def use_anew(s, o):
        if o['had'] != 11 or s['ref1']:
            return END
        s['ref1'], s['c1'] = 1, 0

    def install(s, o):
        if not s['pte']:
            s['pte'] = 11

    return [zap, drop, use_anew, install]


def old_contents(s):
    return 'what was given back is there again' if s['pte'] == 22 and s['c2'] == 7 and s['c1'] == 0 else None


def owner(without=None):
    """Sole owner takes the page over, writes it, and loses the right again (as fork or reclaim does)."""
    def ask(s, o):
        if s['pte'] != 11 or s['ref1'] != 1:
            return END
        if without != 'freeze':
            s['ref1'] = 0

    def upgrade(s, o):
        s['pte'] = 21

    def thaw(s, o):
        if without != 'freeze':
            s['ref1'] = 1

    def write(s, o):
        if s['pte'] == 21:
            s['c1'] = s['wrote'] = 9

    def protect(s, o):
        if s['pte'] == 21:
            s['pte'] = 11

    return [ask, upgrade, thaw, write, protect]


def lost_write(s):
    now = s['c%d' % (s['pte'] % 10)] if s['pte'] else None
    return 'a write that was lost' if s['wrote'] and now == 7 else None


# --- a dirty page of a file -------------------------------------------------------------------------

def unmapper(without=None):
    """munmap's gather: the entry, the flush, the mapping, the count (tlb_finish_mmu())."""
    def clear(s, o):
        s['pte'] = 0
        s['dirty'] = 1

    def flush(s, o):
        s['tlb'] = 0

    def unmap(s, o):
        s['mapped'] = 0

    def put(s, o):
        s['ref1'] -= 1

    return [clear, unmap, flush, put] if without == 'flush before unmap' else [clear, flush, unmap, put]


def storer():
    """Stores while its TLB has the page."""
    def write(s, o):
        if s['tlb'] >= 20:
            s['c1'] = s['wrote'] = 9
    return [write]


def cleaner(turns=2):
    """shrink_file(), twice: clean what nobody maps, take out what nobody uses."""
    def is_mapped(s, o):
        return 'next' if s['mapped'] else True

    def take_dirty(s, o):
        o['write'] = s['dirty']
        s['dirty'] = 0

    def write(s, o):
        if o['write']:
            s['disk'] = s['c1']

    def freeze(s, o):
        if s['ref1'] == 1 and not s['dirty']:
            s['ref1'] = 0
            return END

    def next(s, o):
        return True

    def again(s, o):
        o['turn'] = o.get('turn', 0) + 1
        return 'is_mapped' if o['turn'] < turns else END

    return [is_mapped, take_dirty, write, freeze, next, again]


def dropped(s):
    return 'a page that was written to is dropped as clean' if not s['ref1'] and s['disk'] != s['c1'] else None


START = dict(pte=11, tlb=11, c1=7, c2=0, ref1=1, wrote=0, seen=0, known=0, late=0)


def case(title, threads, bad, clause=None):
    return (title + (f', without: {clause}' if clause else ''), not clause,
            explore(dict(START), threads, bad))


CASES = []
for clause in (None, 'clear, flush, install', 'flush'):
    CASES.append(case('copy beside a bystander', [copier(clause), writer(), bystander()], stale, clause))
for clause in (None, 'flush before free'):
    CASES.append(case('zap beside a reader', [zapper(clause), reader()], freed_seen, clause))
for clause in (None, 'flush before marks end'):
    result = explore(dict(START, pte=21, tlb=21), [protector(clause), tlb_writer()], late_write)
    CASES.append(('mprotect beside a writer' + (f', without: {clause}' if clause else ''), not clause, result))
for clause in (None, 'pin'):
    CASES.append(case('copy beside DONTNEED and a new use', [copying_fault(clause), giver()], old_contents, clause))
for clause in (None, 'freeze'):
    CASES.append(case('copy beside a sole owner', [copying_fault(), owner(clause)], lost_write, clause))

for clause in (None, 'flush before unmap'):
    result = explore(dict(START, pte=21, tlb=21, ref1=2, mapped=1, dirty=0, disk=7),
                     [unmapper(clause), storer(), cleaner()], dropped)
    CASES.append(('munmap of a dirty page beside reclaim' + (f', without: {clause}' if clause else ''),
                  not clause, result))

if __name__ == '__main__':
    report(CASES)
