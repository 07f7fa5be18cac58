# SPDX-License-Identifier: GPL-2.0-or-later
"""A small tree that keeps to every rule of check.py, and one planted violation after the other; one line of TAP each."""
import argparse
import contextlib
import io
import json
import os
import shutil
import sys
import tempfile

sys.path.insert(0, sys.argv[1])
import adr as adr_file  # noqa: E402
import check  # noqa: E402
import claims  # noqa: E402
import evidence  # noqa: E402
import schemes_table  # noqa: E402

claims.BUILD = os.environ.get('builddir', '.')

ADR = '''---
status: accepted
date: 2026-01-02
scheme: {scheme}
fault-holds: a lock
change-waits-for: every fault
falls-on: nothing
kernel-twin: none
supersedes: none
---
# ADR-{number}: A decision
See [the document](../docs/words.md#a-heading).
## Claims
| id | claim | kind | check | needs |
|---|---|---|---|---|
| C1 | what is said | {kind} | {check} | - |
## Evidence
<!-- generated: evidence; do not edit -->
<!-- end -->
## Code and tests
[code](../common/pair.c), [test](../tests/pair.sh)
## Sources
'''
FILES = {
    'ADR/0001-words.md': ADR.format(number='0001', scheme='base', kind='ratio',
                                    check='`ratio(timed.slow.ns, timed.fast.ns) >= 1.5`, `timed.fast.stores == 0`'),
    'ADR/0002-words.md': ADR.format(number='0002', scheme='none', kind='size', check='`complexity.base.own.lines <= 50`'),
    'ADR/README.md': '<!-- generated: index; do not edit -->\n<!-- end -->\n',
    'ADR/evidence/measure.list': 'timed: cat timed.json\ncomplexity: cat complexity.json\n',
    'README.md': '<!-- generated: schemes; do not edit -->\n<!-- end -->\n',
    'docs/words.md': '# Words\n## A heading\n[back](../README.md)\n',
    'tests/pair.sh': '# of a pair\n',
    'common/pair.c': '''/* @pairs{data, then flag | take()} */
void give(int *data, int *flag)
{
	*data = 1;
	smp_store_release(flag, 1);	/* smp_mb() would do, too */
}

int take(int *data, int *flag)
{
	/* @pairs{data, then flag | give()} */
	return smp_load_acquire(flag) ? *data : 0;
}

/* @whole{one is the first} */
int first(int *here)
{
	return !xchg(here, 1);
}

#define LAST(here) READ_ONCE(here)
''',
    'prototypes/schemes.list': 'base\n',
    'prototypes/base/base.c': 'const struct scheme scheme_base = {\n\t.freeing = FREE_AT_ONCE,\n};\n',
}
COMPLEXITY = {'schemes': [{'name': 'base', 'file_lines': 60,
                           'own': {'lines': 49, 'cyclomatic': 14, 'cognitive': 12, 'orderings': 3}}]}
TIMED = {'things': [{'name': 'slow', 'ns': [200, 210, 220, 205, 215, 208, 212]},
                    {'name': 'fast', 'ns': [100, 101, 99, 102, 98, 103, 100], 'stores': 0}]}
ONE, TWO, PAIR = 'ADR/0001-words.md', 'ADR/0002-words.md', 'common/pair.c'

# What is changed: (file, from, to); rendered again first?; the rules that must fail; what they say; what it is.
PLANTED = [
    ([], False, [], '', 'the small tree keeps to every rule'),
    ([(ONE, '2.1 (', '2.2 (')], False, [1], '0001-words.md', 'a number changed in an Evidence block'),
    ([('ADR/evidence/0001.json', '212]', '221]')], False, [1], '0001-words.md', 'a number changed in an evidence file'),
    ([('ADR/evidence/0001.json', None, None)], False, [1, 3, 7], 'C1: not measured', 'an accepted ADR without its evidence'),
    ([('README.md', '| 14 |', '| 13 |')], False, [5], '| 13 |', "a number changed in README's table"),
    ([('ADR/README.md', 'A decision', 'Another')], False, [5], 'Another', 'a row changed in the index'),
    ([(ONE, 'kernel-twin: none\n', '')], False, [5], 'no kernel-twin', "a scheme's ADR without words for README's table"),
    ([('prototypes/schemes.list', 'base\n', 'base\nghost\n')], False, [5], 'scheme: ghost', 'a scheme without ADR'),
    ([(ONE, '>= 1.5', '>= 3')], True, [3], 'accepted, but C1: broken', 'an accepted ADR with a broken claim'),
    ([(ONE, '>= 1.5', '>= 2.15')], True, [3], 'C1: inconclusive', 'an accepted ADR with a ratio around its bound'),
    ([(TWO, '<= 50', '<= 48'), (TWO, 'accepted', 'proposed')], True, [6], 'C1 is broken',
     'a claim about complexity that the sources break'),
    ([(ONE, '>= 1.5`', '>= 1.5 ++`')], False, [1, 2, 3, 6], 'not an expression', 'a check that is none'),
    ([(ONE, 'timed.fast.stores', 'untimed.stores'), (ONE, 'accepted', 'proposed')], True, [2], "no run 'untimed'",
     'a figure of a run that is not listed'),
    ([(ONE, '`ratio(timed.slow.ns, timed.fast.ns) >= 1.5`, ', '')], True, [2], 'wants ratio()', 'a ratio without interval'),
    ([(ONE, '| C1 |', '| D1 |')], False, [1, 2, 3, 6], "'D1' is not the id of a claim", 'a claim without a number'),
    ([(ONE, '| - |\n', '| - |\n| C1 | the same | size | `timed.fast.stores == 0` | - |\n')], False, [1, 2, 3, 6],
     'comes after a greater one', 'two claims of one number'),
    ([(TWO, '`complexity.base.own.lines <= 50`', '-')], False, [1, 2, 3, 6], 'C1: the claim has no check', 'a claim that nothing checks'),
    ([(ONE, '## Sources\n', '## Sources\n' + 'more\n' * 150)], False, [11], 'of 150 at most', 'an ADR that is too long'),
    ([(TWO, 'supersedes: none', 'supersedes: ADR-0001')], False, [3], 'whose status is not',
     'a supersession told by the later one alone'),
    ([(ONE, 'status: accepted', 'status: superseded by ADR-0002')], True, [3], 'does not say',
     'a supersession told by the earlier one alone'),
    ([(TWO, '2026-01-02', '2026-13-02')], False, [3], 'is not YYYY-MM-DD', 'a date that is none'),
    ([(TWO, '# ADR-0002', '# ADR-0003')], False, [1], 'the title says ADR-0003', 'a title with another number'),
    ([('ADR/evidence/0009.json', '', '{}')], False, [4], '0009.json', 'evidence without its ADR'),
    ([('ADR/evidence/policies/gone.patch', '', '--- a/common/pair.c\n+++ b/common/pair.c\n@@ -1,1 +1,1 @@\n-int gone;\n+int come;\n')],
     False, [12], 'gone.patch', 'a patch that the sources have left behind'),
    ([('docs/words.md', '(../README.md)', '(../READYOU.md)')], False, [7], 'READYOU.md: not there', 'a dead link'),
    ([('docs/words.md', '## A heading', '## Another')], False, [7], 'no such heading', 'a link to a heading that is gone'),
    ([('docs/words.c', '', '/* docs/gone.md */')], False, [7], 'names docs/gone.md', 'a source that names a document that is gone'),
    ([(TWO, '(../tests/pair.sh)', '(../docs/words.md)')], False, [8], 'no link to tests', 'an ADR that no test holds'),
    ([(ONE, '(../common/pair.c)', '(../docs/words.md)')], False, [8], 'no link to code', 'an ADR about no code'),
    ([(PAIR, '@pairs{data, then flag | give()}', '')], False, [9, 10],
     'pair.c:11: take: smp_load_acquire without @pairs', 'an acquire whose note is left out'),
    ([(PAIR, 'give()}', 'gave()}')], False, [9], 'gave() has no such note', 'an ordering whose partner is not there'),
    ([(PAIR, '| take()}', '| take(), first()}')], False, [9], 'first() has no such note', 'a partner that does not know of it'),
    ([(PAIR, 'flag | give()}', 'flag | take()}')], False, [9], 'take() does not name it back', 'a partner that names another'),
    ([(PAIR, 'then flag | give()}', 'then flags | give()}')], False, [9], 'has no such note', 'two ends in other words'),
    ([(PAIR, '| take()}', '| nobody}')], False, [9], 'names no partner()', 'a pair without partner'),
    ([(PAIR, '/* @whole{one is the first} */', '')], False, [10], 'first: xchg() without', 'a full barrier that says nothing'),
    ([(PAIR, '!xchg', '!READ_ONCE')], False, [10], 'nothing that it speaks of', 'a word on an order that is not there'),
    ([(PAIR, '!xchg(here, 1)', '!try_cmpxchg_acquire(here, 0, 1)')], False, [10], 'first: try_cmpxchg_acquire without @pairs',
     'an acquire, told as an order that nobody leans on'),
    ([(PAIR, 'READ_ONCE(here)', 'smp_load_acquire(here)')], False, [10], 'LAST: smp_load_acquire without', 'an ordering in a macro'),
]


class Tree:
    def __init__(self, folder):
        self.root, self.build = os.path.join(folder, 'tree'), folder
        for path, text in FILES.items():
            self.write(path, text)
        self.figures(COMPLEXITY, TIMED)
        schemes_table.complexity = lambda source, build: COMPLEXITY
        self.quietly('measure')

    def write(self, path, text):
        full = os.path.join(self.root, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, 'w', encoding='utf-8') as f:
            f.write(text)

    def figures(self, complexity, timed):
        for name, document in (('complexity', complexity), ('timed', timed)):
            with open(os.path.join(self.build, name + '.json'), 'w', encoding='utf-8') as f:
                f.write(document if isinstance(document, str) else json.dumps(document))

    def plant(self, path, old, new):
        full = os.path.join(self.root, path)
        if old is None:
            os.unlink(full)
        elif old == '':
            self.write(path, new)
        else:
            with open(full, encoding='utf-8') as f:
                text = f.read()
            assert old in text, f'{path} has no {old}'
            self.write(path, text.replace(old, new))

    def quietly(self, command, *args):
        """(status, what it printed)"""
        out = io.StringIO()
        o = argparse.Namespace(source=self.root, build=self.build, args=list(args))
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            status = {'measure': evidence.command_measure, 'render': evidence.command_render,
                      'verify': evidence.command_verify, 'check': lambda o: check.run(o.source, o.build)}[command](o)
        return status, out.getvalue()


def report(n, what, wrong):
    print(f"{'not ok' if wrong else 'ok'} {n} - {what}")
    for line in wrong:
        print('# ' + line.replace('\n', '\n# '))


def main():
    print(f'1..{len(PLANTED) + 3}')
    with tempfile.TemporaryDirectory() as folder:
        tree = Tree(folder)
        evidence.OWN_LISTS = [os.path.join(tree.root, 'ADR', 'evidence', 'measure.list')]
        kept = os.path.join(folder, 'kept')
        shutil.copytree(tree.root, kept)
        for n, (changes, again, rules, says, what) in enumerate(PLANTED, 1):
            for change in changes:
                tree.plant(*change)
            if again:
                tree.quietly('render')
            _, out = tree.quietly('check')
            got = [int(line.split()[2]) for line in out.split('\n') if line.startswith('not ok')]
            report(n, what, [] if got == rules and says in out else [f'broken rules: {got}', out])
            shutil.rmtree(tree.root)
            shutil.copytree(kept, tree.root)
        n = len(PLANTED)
        for status, timed, what in [(0, TIMED, 'verify: claims that hold'),
                                    (1, json.dumps(TIMED).replace('"stores": 0', '"stores": 1'), 'verify: a claim that is broken'),
                                    (77, 'no JSON', 'verify: a command that cannot run here')]:
            tree.figures(COMPLEXITY, timed)
            got, out = tree.quietly('verify', os.path.join(tree.root, ONE))
            n += 1
            report(n, what, [] if got == status else [f'status {got}', out])


try:
    main()
except (adr_file.AdrError, claims.CheckError) as e:
    print(f'not ok - {e}')
    sys.exit(1)
