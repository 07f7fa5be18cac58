# SPDX-License-Identifier: GPL-2.0-or-later
"""common/mm/pagecache.c, fault_around.c, vma_edit.c: truncation beside a page that is read in, a
neighbour that is mapped, and a VMA that is buried (F3.4 to F3.6).

Each as it is, and with its rule left out.
"""
from explore import END, Violation, WAIT, explore, report
from rules import lock, named, unlock


# --- F3.5: a page is read in while the file is cut, and then made longer again

READ_IN = {'size': 1, 'page': None, 'locked': 0, 'disk': 'old'}


def read_in(left_out):
    def ask_size(s, o):
        return True if s['size'] else END

    def add(s, o):
        s['page'], s['locked'] = 'empty', 1

    def ask_again(s, o):
        if s['size'] or left_out == 'asked again':
            return True
        s['page'], s['locked'] = None, 0
        return END

    def find_on_disk(s, o):
        o['disk'] = s['disk']

    def copy(s, o):
        if o['disk'] == 'old' and s['disk'] != 'old':
            raise Violation('a page of the disk is read that was freed')
        s['page'], s['locked'] = o['disk'], 0
        return END

    return [ask_size, add, ask_again, find_on_disk, copy]


def truncate_and_extend():
    def store_size(s, o):
        s['size'] = 0

    def look_for_pages(s, o):
        if s['page'] and s['locked']:
            return WAIT
        s['page'] = None

    def forget_disk(s, o):
        s['disk'] = 'fresh'

    def extend(s, o):
        s['size'] = 1
        return END

    return [store_size, look_for_pages, forget_disk, extend]


def old_data(s):
    return 'what was cut off is back' if s['page'] == 'old' else None


# --- F3.6: a neighbour, in a leaf that was missing

AROUND = {'file': 1, 'page': 0, 'leaf': 0, 'published': 0, 'pte': 0}


def around(left_out):
    def publish(s, o):
        s['published'] = 1

    def map_neighbour(s, o):
        if s['file']:
            s['pte'] = 1

    def trylock_page(s, o):
        if s['page']:
            return 'publish_last' if left_out == 'published first' else 'unlock_leaf'
        s['page'] = 1

    steps = [trylock_page, map_neighbour, unlock('page')]
    if left_out == 'published first':
        return steps + [named('publish_last', publish)]
    return [lock('leaf'), publish] + steps + [unlock('leaf')]


def truncate_page(left_out):
    def walk(s, o):
        """Nothing to do, or no table on the way: on to the page's end."""
        return True if s['pte'] and s['published'] else 'take_out'

    def clear(s, o):
        s['pte'] = 0

    def take_out(s, o):
        s['file'] = 0

    return [lock('page'), walk, lock('leaf'), clear, unlock('leaf'), take_out, unlock('page')]


def beyond_the_end(s):
    return 'a page beyond the end is mapped' if s['pte'] and not s['file'] else None


# --- F3.4: the place of a VMA that munmap has cleared and not buried yet

BURIED = {'listed': 1, 'gone': 0, 'mmap': 1, 'list': 0, 'pte': 'file', 'other': 0}


def munmap(left_out):
    def clear(s, o):
        s['gone'], s['pte'] = 1, None

    def unlink(s, o):
        s['listed'] = 0

    off = [lock('list'), unlink, unlock('list')]
    if left_out == 'before mmap_lock goes' or left_out == 'GONE is checked instead':
        return [clear, unlock('mmap')] + off
    return [clear] + off + [unlock('mmap')]


def mmap_elsewhere():
    def map_and_write(s, o):
        s['other'], s['pte'] = 1, 'other'

    return [lock('mmap'), map_and_write, unlock('mmap')]


def truncate_range(left_out):
    def look(s, o):
        if not s['listed'] or (left_out == 'GONE is checked instead' and s['gone']):
            return 'unlock_list'

    def clear(s, o):
        s['pte'] = None

    return [lock('list'), look, clear, unlock('list')]


def others_memory(s):
    return "another's memory was cleared" if s['other'] and s['pte'] != 'other' else None


def cases():
    def one(title, clause, start, threads, bad):
        return title + (f", without: {clause}" if clause else ''), not clause, explore(start, threads, bad)

    all_cases = []
    for clause in (None, 'asked again'):
        all_cases.append(one('read in / truncate, extend', clause, READ_IN, [read_in(clause), truncate_and_extend()], old_data))
    for clause in (None, 'published first'):
        all_cases.append(one('fault-around / truncate', clause, AROUND, [around(clause), truncate_page(clause)], beyond_the_end))
    for clause in (None, 'before mmap_lock goes', 'GONE is checked instead'):
        all_cases.append(one('munmap / mmap / truncate', clause, BURIED,
                             [munmap(clause), mmap_elsewhere(), truncate_range(clause)], others_memory))
    return all_cases


if __name__ == '__main__':
    report(cases())
