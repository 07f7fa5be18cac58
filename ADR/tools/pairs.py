# SPDX-License-Identifier: GPL-2.0-or-later
"""Memory orderings: each one stronger than relaxed says what it orders and with whom, and its partner says so, too.

    @pairs{what | partner(), ...}   in the function that partner() names back, with the same words;
                                    "the kernel's NAME" where the partner is in the kernel under us
    @whole{why}                     a read-modify-write that must be whole, and whose order nobody leans on
"""
import collections
import os
import re
import sys

PAIRS = re.compile(r'@pairs\{([^|{}]*)\|([^{}]*)\}')
WHOLE = re.compile(r'@whole\{([^{}]*)\}')
# An order that the code names, and one that the kernel's plain word implies.
ASKED = re.compile(r'\b(smp_load_acquire|smp_store_release|smp_r?mb|smp_wmb|(?:try_cmpxchg|fetch_\w+?)_(?:acquire|release)|'
                   r'__ATOMIC_(?:ACQUIRE|RELEASE|ACQ_REL|SEQ_CST))\b')
FULL = re.compile(r'\b(xchg|cmpxchg|try_cmpxchg|fetch_add|fetch_or|fetch_and)\(')
# Where the words themselves are made: of builtins, or of each other.
WORDS = ('common/sync/atomic.h',)
# The line log's run time passes on the order that it is given; calibrate times the instructions themselves.
FOREIGN = ('sim/hooks.h', 'sim/told.h', 'bench/calibrate/measure.c', 'bench/calibrate/two_threads.c')

# One definition with the comment above it; lines of its text.
Chunk = collections.namedtuple('Chunk', 'path line name text code pairs')


def words(text):
    return ' '.join(re.sub(r'\n\s*\*\s?', ' ', text).split())


def without_comments(text):
    """The same length: comments and what stands in quotes become blanks."""
    def blank(m):
        return re.sub(r'[^\n]', ' ', m[0])
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"', blank, text, flags=re.S)


def name_of(code):
    m = re.search(r'^#define (\w+)|^\w[^\n;={}]*?\b(\w+)\((?!\()', re.sub(r'__attribute__\(\(.*?\)\)', '', code), re.M)
    return (m[1] or m[2]) if m else ''


def chunks(path, short):
    """What empty lines part at file scope."""
    with open(path, encoding='utf-8') as f:
        text = f.read()
    code = without_comments(text)
    lines, bare = text.split('\n'), code.split('\n')
    depth, begin = 0, 0
    for n, line in enumerate(lines + ['']):
        if line.strip() or depth:
            depth += bare[n].count('{') - bare[n].count('}') if n < len(bare) else 0
            continue
        if n > begin:
            part, plain = '\n'.join(lines[begin:n]), '\n'.join(bare[begin:n])
            notes = [(words(m[1]), re.findall(r'(\w+)\(\)', m[2]), m[2].strip().startswith("the kernel's "))
                     for m in PAIRS.finditer(part)]
            yield Chunk(short, begin + 1, name_of(plain), part, plain, notes)
        begin = n + 1


def all_chunks(source):
    for folder in ('common', 'prototypes', 'bench'):
        for at, folders, names in os.walk(os.path.join(source, folder)):
            folders.sort()
            for name in sorted(names):
                path = os.path.join(at, name)
                short = os.path.relpath(path, source)
                if name.endswith(('.c', '.h')) and short not in FOREIGN:
                    yield from chunks(path, short)


def line_of(chunk, at):
    return f'{chunk.path}:{chunk.line + chunk.code.count(chr(10), 0, at)}'


def silent(source):
    """Orderings that do not say what they are for."""
    for c in all_chunks(source):
        if c.path in WORDS:
            continue
        asked, full = ASKED.search(c.code), FULL.search(c.code)
        if asked and not c.pairs:
            yield f'{line_of(c, asked.start())}: {c.name}: {asked[1]} without @pairs{{what | partner()}}'
        if full and not c.pairs and not WHOLE.search(c.text):
            yield f'{line_of(c, full.start())}: {c.name}: {full[1]}() without @pairs{{}}, or @whole{{why}}'
        if not asked and not full and '@whole{' in c.text:
            yield f'{c.path}:{c.line}: {c.name}: @whole{{}}, but nothing that it speaks of'


def dangling(source):
    """Pairs of which one end is not there, or does not name the other."""
    noted = [c for c in all_chunks(source) if c.pairs]
    for c in noted:
        for what, partners, kernels in c.pairs:
            if not partners and not kernels:
                yield f'{c.path}:{c.line}: @pairs{{{what}}} names no partner()'
            for partner in partners:
                there = [p for p in noted if p.name == partner and any(w == what for w, _, _ in p.pairs)]
                if not there:
                    yield f'{c.path}:{c.line}: {c.name}: @pairs{{{what} | {partner}()}}: {partner}() has no such note'
                # A caller of the word that is named back is named with it.
                elif not any(c.name == back or re.search(rf'\b{back}\(', c.code)
                             for p in there for w, backs, _ in p.pairs if w == what for back in backs):
                    yield f'{c.path}:{c.line}: {c.name}: @pairs{{{what} | {partner}()}}: {partner}() does not name it back'


def page(source):
    """All of them on one page, for people."""
    noted = list(all_chunks(source))
    lines = ['# Memory orderings {#orderings}', '',
             'Every ordering stronger than relaxed, by what it orders: the two ends of a pair carry the same words in the sources.',
             '', '| what comes first, and what then | here | named there |', '|---|---|---|']
    ends = [(what, c, partners or ['the kernel']) for c in noted for what, partners, _ in c.pairs]
    for what, c, partners in sorted(ends, key=lambda e: (e[0], e[1].path, e[1].line)):
        lines.append(f"| {what} | `{c.name}` in [{c.path}](../{c.path}) | {', '.join(f'`{p}`' for p in partners)} |")
    lines += ['', '## Whole, not ordered', '',
              'Read-modify-writes that must not be torn by another, and whose full order nobody leans on.', '',
              '| where | why |', '|---|---|']
    for c in noted:
        for m in WHOLE.finditer(c.text):
            lines.append(f'| `{c.name}` in [{c.path}](../{c.path}) | {words(m[1])} |')
    return '\n'.join(lines) + '\n'


if __name__ == '__main__':
    print(page(sys.argv[1]), end='')
