# SPDX-License-Identifier: GPL-2.0-or-later
"""Where a mutant can stand: places in the sources at which an operator, a constant or a statement is another, or gone.

A sample takes the mutants whose names sort first, and a name is a hash of the seed, the file, the line's text and what
becomes of it.  So a change of one line makes other mutants of that line, and of no other.
"""
import collections
import hashlib
import os
import re

FOLDERS = ('common', 'prototypes', 'bench/lib', 'bench/plan', 'bench/replay', 'bench/compare', 'bench/run', 'bench/work', 'ADR/tools')
# What only checks, draws or stands for the host's side.
SPARED_FILES = re.compile(r'prototypes/scenario|common/mm/check\.c|common/mm/vma_tree/check\.c')
# Lines of checks, hints and hooks: without them nothing else happens.
SPARED = re.compile(r'\b(BUG_ON|probe|might_sleep|assert|static_assert|(?:__builtin_)?prefetch|include|define|fprintf|printf|fputs)\b|^\s*(#|@|import|from)')
WORD = r'[\w)\]]'
C_SWAPS = [(r'(?<=\s)<=(?=\s)', '<'), (r'(?<=\s)<(?=\s)', '<='), (r'(?<=\s)>=(?=\s)', '>'), (r'(?<=\s)>(?=\s)', '>='),
           (r'(?<=\s)==(?=\s)', '!='), (r'(?<=\s)!=(?=\s)', '=='), (r'(?<=\s)&&(?=\s)', '||'), (r'(?<=\s)\|\|(?=\s)', '&&'),
           (rf'(?<={WORD}) \+ (?=[\w(])', ' - '), (rf'(?<={WORD}) - (?=[\w(])', ' + '), (rf'(?<={WORD}) \* (?=[\w(])', ' / '),
           (rf'(?<={WORD}) / (?=[\w(])', ' * '), (r'(?<=\s)\+=(?=\s)', '-='), (r'(?<=\s)-=(?=\s)', '+='),
           (rf'(?<={WORD}) & (?=[\w(~])', ' | '), (rf'(?<={WORD}) \| (?=[\w(])', ' & '),
           (r'(?<=[\s(!])!(?=[\w(])', ''), (r'(?<![\w.])0(?![\w.])', '1'), (r'(?<![\w.])1(?![\w.])', '2'),
           (r'\bmin_ul\b', 'max_ul'), (r'\bmax_ul\b', 'min_ul'), (r'\btrue\b', 'false'), (r'\bfalse\b', 'true'),
           (r'\bcontinue;', 'break;'), (r'\bbreak;', ';')]
PY_SWAPS = C_SWAPS[:6] + C_SWAPS[8:12] + [(r'\band\b', 'or'), (r'\bor\b', 'and'), (r'\bnot (?!in)', ''), (r'\bnot in\b', 'in'),
                                         (r'\bTrue\b', 'False'), (r'\bFalse\b', 'True'), (r'\bmin\(', 'max('), (r'\bmax\(', 'min('),
                                         (r'\ball\(', 'any('), (r'\bany\(', 'all('), (r'(?<![\w.])0(?![\w.])', '1'), (r'(?<![\w.])1(?![\w.])', '2')]
STATEMENT = re.compile(r'^\t+(?!return\b|break\b|continue\b|goto\b|case\b|default\b|else\b|struct\b|const\b|unsigned\b|u\d+ |int |bool |'
                       r'static\b|enum\b|double\b|size_t\b|char\b|json_t\b|FILE\b)[\w>.\-\[\]]+(\(.*\)| [-+|&]?= .*|\+\+|--);$')

Mutant = collections.namedtuple('Mutant', 'path line old new')


def sources(srcdir, folder):
    for top in FOLDERS:
        for base, _, names in os.walk(os.path.join(srcdir, top)):
            for name in sorted(names):
                path = os.path.relpath(os.path.join(base, name), srcdir)
                if name.endswith(('.c', '.h', '.py')) and path.startswith(folder) and not SPARED_FILES.match(path):
                    yield path


def code_lines(path, text):
    """(number, line) of those that are code; strings are masked so that nothing in them is changed."""
    comment = doc = False
    for number, line in enumerate(text.split('\n'), 1):
        masked = re.sub(r'"(\\.|[^"\\])*"|\'(\\.|[^\'\\])*\'', lambda m: m[0][0] + '\0' * (len(m[0]) - 2) + m[0][0], line)
        if path.endswith('.py'):
            if line.count('"""') % 2:
                doc = not doc
                continue
            masked = masked.split('#')[0]
            if doc or '"""' in line:
                continue
        else:
            masked = re.sub(r'/\*.*?\*/|//.*', lambda m: '\0' * len(m[0]), masked)
            if comment:
                comment = '*/' not in line
                continue
            if '/*' in masked:
                comment = True
                continue
        if masked.strip() and not SPARED.search(masked):
            yield number, line, masked


def mutants_of(path, text):
    for number, line, masked in code_lines(path, text):
        if path.endswith('.h') and re.match(r'\S', line):
            continue    # declarations
        for pattern, new in PY_SWAPS if path.endswith('.py') else C_SWAPS:
            for m in re.finditer(pattern, masked):
                yield Mutant(path, number, line, line[:m.start()] + new + line[m.end():])
        m = re.match(r'^(\t+(?:\} else )?if \()(.*)(\)(?: \{)?)$', line)
        if m and not path.endswith('.py'):
            yield Mutant(path, number, line, f'{m[1]}!({m[2]}){m[3]}')
        if not path.endswith('.py') and STATEMENT.match(line):
            yield Mutant(path, number, line, re.match(r'\t+', line)[0] + ';')


def named(mutants):
    """(name, mutant): equal ones of one file are told apart by their number."""
    seen = collections.Counter()
    for m in mutants:
        same = (m.path, m.old.strip(), m.new.strip())
        seen[same] += 1
        yield hashlib.sha256(repr(same + (seen[same],)).encode()).hexdigest()[:10], m


def sample(srcdir, folder, seed):
    """All mutants of the folder as (name, mutant), in the seed's order."""
    found = []
    for path in sources(srcdir, folder):
        with open(os.path.join(srcdir, path)) as f:
            found += named(mutants_of(path, f.read()))
    return sorted(found, key=lambda nm: hashlib.sha256((seed + nm[0]).encode()).hexdigest())
