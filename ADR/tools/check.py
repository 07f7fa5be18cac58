# SPDX-License-Identifier: GPL-2.0-or-later
"""Is what is committed what its evidence says?  One line of TAP a rule; nothing is timed."""
import datetime
import os
import re

import adr as adr_file
import claims
import counts
import figures
import growth_page
import links
import map_page
import overhead_page
import pairs
import policies
import render
import schemes_table


def part_of(path, begin):
    """What stands in @path between @begin and the end marker; None: not exactly one such part."""
    with open(path, encoding='utf-8') as f:
        parts = f.read().split(begin + '\n')
    return parts[1].split(adr_file.END)[0] if len(parts) == 2 and adr_file.END in parts[1] else None


def replace_part(path, begin, text):
    old = part_of(path, begin)
    if old is None:
        raise adr_file.AdrError(f"{path}: not one part '{begin}' ... '{adr_file.END}'")
    if old != text:
        with open(path, encoding='utf-8') as f:
            whole = f.read()
        adr_file.write_whole(path, whole.replace(f'{begin}\n{old}{adr_file.END}', f'{begin}\n{text}{adr_file.END}'))


def generated_parts(source, adrs, build):
    """(file, marker, text); text None: cannot be made here."""
    yield os.path.join(source, 'ADR', 'README.md'), render.INDEX_BEGIN, render.index(adrs)
    yield (os.path.join(source, 'README.md'), schemes_table.BEGIN,
           schemes_table.table(source, adrs, schemes_table.complexity(source, build)))
    if os.path.exists(map_page.page(source)):
        yield map_page.page(source), map_page.BEGIN, map_page.text(source, build)
        yield map_page.page(source), map_page.MACHINES_BEGIN, map_page.machines(source, build)
    if os.path.exists(overhead_page.page(source)):
        yield overhead_page.page(source), overhead_page.BEGIN, overhead_page.text(source)
    if os.path.exists(growth_page.page(source)):
        yield growth_page.page(source), growth_page.BEGIN, growth_page.text(source)


# --- the rules: each yields what is wrong, one line each -----------------------------------


def blocks(source, adrs, build):
    for a in adrs:
        if a.block() != render.block_of(a):
            yield f'{a.name}: its Evidence block is not what its evidence gives (make render)'


def tables(source, adrs, build):
    """Claims parse; their figures come from a run of the list; a ratio is one."""
    runs = figures.read_list(os.path.join(source, 'ADR', 'evidence', 'measure.list'))
    for a in adrs:
        for claim in a.claims():
            for name, _ in sorted(claims.figures_of(claim)):
                if name.split('.')[0] not in runs:
                    yield f"{a.name}: {claim.id}: {name}: measure.list has no run '{name.split('.')[0]}'"
            if claim.checks and claim.kind == 'ratio' and 'ratio(' not in claim.check_text:
                yield f'{a.name}: {claim.id}: a claim of kind ratio wants ratio(), with its interval'


def status(source, adrs, build):
    """Dates, supersession told at both ends, and nothing accepted without evidence that holds."""
    by_number = {a.number: a for a in adrs}
    if len(by_number) != len(adrs):
        yield 'two ADRs have one number'
    for a in adrs:
        m = adr_file.STATUS.match(a.front['status'])
        if not m:
            yield f"{a.name}: status '{a.front['status']}' is none of those in ADR/README.md"
            continue
        try:
            datetime.date.fromisoformat(a.front['date'])
        except ValueError:
            yield f"{a.name}: date '{a.front['date']}' is not YYYY-MM-DD"
        later = by_number.get(m[2]) if m[2] else None
        if m[2] and (later is None or later.front['supersedes'] != f'ADR-{a.number}'):
            yield f"{a.name}: superseded by ADR-{m[2]}, which does not say 'supersedes: ADR-{a.number}'"
        s = a.front['supersedes']
        if s != 'none':
            earlier = by_number.get(s[-4:])
            if earlier is None or earlier.front['status'] != f'superseded by ADR-{a.number}':
                yield f"{a.name}: supersedes {s}, whose status is not 'superseded by ADR-{a.number}'"
        if a.front['status'] == 'accepted':
            for claim, verdict, _, _ in render.verdicts(a, a.evidence()):
                if verdict not in (claims.HOLDS, 'cannot tell'):
                    yield f'{a.name}: accepted, but {claim.id}: {verdict}'


def strays(source, adrs, build):
    """Evidence without its ADR."""
    numbers = {a.number + '.json' for a in adrs}
    for name in sorted(os.listdir(os.path.join(source, 'ADR', 'evidence'))):
        if name.endswith('.json') and name not in numbers:
            yield f'ADR/evidence/{name}: no ADR has that number'


def policies_apply(source, adrs, build):
    for name, patch in policies.patches(source).items():
        why = policies.apply(patch, source, dry_run=True)
        if why:
            yield f'ADR/evidence/policies/{name}.patch: {why}: bring it after the code, then make evidence-0021'


def generated(source, adrs, build):
    for path, begin, text in generated_parts(source, adrs, build):
        got = part_of(path, begin)
        if got is None:
            yield f"{path}: not one part '{begin}' ... '{adr_file.END}'"
        elif text is not None and got != text:
            bad = [line for line in got.split('\n') if line not in text.split('\n')]
            yield f"{os.path.relpath(path, source)}: not what is generated (make render): {(bad or ['a line is missing'])[0]}"


def counted_now(source, adrs, build):
    """Claims about nothing but what is counted in the sources hold for the sources as they are."""
    counts_of = {'complexity': lambda source: schemes_table.complexity(source, build), **counts.RUNS}
    measured = {}
    for a in adrs:
        for claim in a.claims():
            names = claims.figures_of(claim)
            runs = {n.split('.')[0] for n, _ in names}
            if len(runs) != 1 or not runs <= counts_of.keys():
                continue
            run = runs.pop()
            if run not in measured:
                measured[run] = counts_of[run](source)
            if measured[run] is None:	# no libclang
                continue
            verdict, rows = claims.evaluate(claim, figures.lookup_in(
                {f'{run}.{n}': v for n, v in figures.flatten(measured[run]).items()}))
            if verdict != claims.HOLDS:
                yield f'{a.name}: {claim.id} is {verdict} for the sources as they are'
                yield from render.failing(rows)


def anchored(source, adrs, build):
    """A decision is about code, and some test holds it: links to both under '## Code and tests'."""
    for a in adrs:
        with open(os.path.join(source, 'ADR', a.name), encoding='utf-8') as f:
            part = f.read().partition('\n## Code and tests\n')[2].partition('\n## ')[0]
        for folders, what in ((('common', 'prototypes', 'bench'), 'code'), (('tests',), 'tests')):
            if not any(f'](../{folder}/' in part for folder in folders):
                yield f"{a.name}: no link to {what} under '## Code and tests'"


def short(source, adrs, build):
    """An ADR is read on one or two screens; what needs more is a page of docs/."""
    for a in adrs:
        lines = a.text.count('\n')
        if lines > adr_file.MOST_LINES:
            yield f'{a.name}: {lines} lines, of {adr_file.MOST_LINES} at most'


RULES = [
    ('each Evidence block is what its evidence gives, to the letter', blocks),
    ('each check can be evaluated, from a run that is listed', tables),
    ('status, date and supersession of each ADR', status),
    ('each evidence file has its ADR', strays),
    ("ADR/README.md's index, README.md's table, docs/map.md and the cost of recording are what is generated", generated),
    ('claims about what is counted in the sources hold for the sources as they are', counted_now),
    ('each link leads somewhere', lambda source, adrs, build: links.dead(source)),
    ('each ADR links its code and its tests', anchored),
    ('each memory-ordering pair is named at both ends', lambda source, adrs, build: pairs.dangling(source)),
    ('each ordering stronger than relaxed says what it is for', lambda source, adrs, build: pairs.silent(source)),
    (f'each ADR has at most {adr_file.MOST_LINES} lines', short),
    ('each policy of ADR-0021 alone is a patch that applies', policies_apply),
]


def run(source, build):
    failed = False
    print(f'1..{len(RULES)}')
    try:
        adrs = adr_file.all_adrs(os.path.join(source, 'ADR'))
    except adr_file.AdrError as e:
        print(f'not ok 1 - {RULES[0][0]}\n# {e}')
        return 1
    for n, (what, rule) in enumerate(RULES, 1):
        try:
            wrong = list(rule(source, adrs, build))
        except (adr_file.AdrError, claims.CheckError, ValueError, OSError) as e:
            wrong = [str(e)]
        print(f"{'not ok' if wrong else 'ok'} {n} - {what}")
        for line in wrong:
            print(f'# {line}')
        failed |= bool(wrong)
    return 1 if failed else 0
