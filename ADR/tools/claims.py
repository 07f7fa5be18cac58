# SPDX-License-Identifier: GPL-2.0-or-later
"""What a claim's check means, and whether figures bear it out.

A check is a comparison, chained if need be, as in Python:

    stores.rcu_everything.shared == 0
    0.85 <= ratio(steady.rcu_everything.fault_ns, steady.seqcount_retry.fault_ns) <= 1.05
    matrix.mmap_lock.{fault_found,fault_made}.munmap == waits

Figures are RUN.NAME.NAME...: RUN is a line of ADR/evidence/measure.list, the rest
is the place in what it printed (figures.py).  A figure is a number, a word, or a
list of numbers, one a run.  {a,b} stands for each of its words; equal braces move
together.  A comparison of lists must hold in every run.

    ratio(a, b)   the ratio of medians, with a 95 % bootstrap interval over paired
                  runs: it holds if the whole interval passes, is broken if the
                  whole interval fails, and is inconclusive otherwise
    median(a)     of the runs        total(a)    of everything below that place
    least(a), greatest(a)            of the runs
"""
import ast
import itertools
import operator
import random
import re
import statistics

HOLDS, BROKEN, INCONCLUSIVE, MISSING = 'holds', 'broken', 'inconclusive', 'not measured'
ROUNDS = 2000
FUNCTIONS = ('ratio', 'median', 'total', 'least', 'greatest')
COMPARE = {ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge,
           ast.Eq: operator.eq, ast.NotEq: operator.ne}
ARITHMETIC = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}


class CheckError(Exception):
    """The check itself is wrong."""


class Missing(Exception):
    """A figure that nobody has measured."""


class Interval:
    """A ratio: its value and where it lies in 95 of 100 bootstrap samples."""

    def __init__(self, value, low, high):
        self.value, self.low, self.high = value, low, high

    def map(self, other, op):
        if isinstance(other, Interval):
            raise CheckError('two ratios in one comparison')
        a, b = op(self.low, other), op(self.high, other)
        return Interval(op(self.value, other), min(a, b), max(a, b))

    def __str__(self):
        return f'{self.value:.3g} ({self.low:.3g} to {self.high:.3g})'


def expand(check):
    """Every check that the braces of this one stand for."""
    groups = list(dict.fromkeys(re.findall(r'\{([^{}]*)\}', check)))
    if re.search(r'[{}]', re.sub(r'\{[^{}]*\}', '', check)):
        raise CheckError(f'{check}: braces inside braces, or one alone')
    for words in itertools.product(*[g.split(',') for g in groups]):
        one = check
        for group, word in zip(groups, words):
            one = one.replace('{' + group + '}', word.strip())
        yield one


def parse(check):
    """The syntax tree of one check without braces; CheckError."""
    try:
        tree = ast.parse(check.strip(), mode='eval').body
    except SyntaxError:
        raise CheckError(f'{check}: not an expression') from None
    if not isinstance(tree, ast.Compare):
        raise CheckError(f'{check}: no comparison')
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if not isinstance(node.func, ast.Name) or node.func.id not in FUNCTIONS or node.keywords:
                raise CheckError(f'{check}: only {", ".join(FUNCTIONS)} can be called')
            if len(node.args) != (2 if node.func.id == 'ratio' else 1):
                raise CheckError(f'{check}: {node.func.id}() takes ' + ('two' if node.func.id == 'ratio' else 'one'))
        elif isinstance(node, ast.Compare):
            if any(type(op) not in COMPARE for op in node.ops):
                raise CheckError(f'{check}: an unknown comparison')
        elif isinstance(node, ast.BinOp):
            if type(node.op) not in ARITHMETIC:
                raise CheckError(f'{check}: an unknown operator')
        elif not isinstance(node, (ast.Attribute, ast.Name, ast.Constant, ast.UnaryOp, ast.USub, ast.expr_context,
                                   ast.operator, ast.cmpop)):
            raise CheckError(f'{check}: {type(node).__name__} has no meaning here')
    return tree


def name_of(node):
    """a.b.c, or None if it is something else."""
    words = []
    while isinstance(node, ast.Attribute):
        words.append(node.attr)
        node = node.value
    return '.'.join([node.id] + words[::-1]) if isinstance(node, ast.Name) else None


def names_in(node):
    """(figure, is it a total's) for all figures that a tree names."""
    name = name_of(node)
    if name:
        if '.' in name:
            yield name, False
        return
    for child in ast.iter_child_nodes(node):
        if isinstance(node, ast.Call):
            if child is not node.func:
                for n, _ in names_in(child):
                    yield n, node.func.id == 'total'
        else:
            yield from names_in(child)


def figures_of(claim):
    """Every figure that the claim's checks name: {(name, is it a total's)}."""
    found = set()
    for check in claim.checks:
        for one in expand(check):
            found.update(names_in(parse(one)))
    return found


def pairs(a, b):
    if isinstance(a, list) and isinstance(b, list):
        if len(a) != len(b):
            raise CheckError(f'{len(a)} runs beside {len(b)}')
        return list(zip(a, b))
    if isinstance(a, list):
        return [(x, b) for x in a]
    if isinstance(b, list):
        return [(a, y) for y in b]
    return [(a, b)]


def ratio(a, b):
    a, b = (x if isinstance(x, list) else [x] for x in (a, b))
    if not all(isinstance(x, (int, float)) and x > 0 for x in a + b):
        raise Missing('a ratio of what is not above zero')
    n, rng, samples = len(a), random.Random(1), []
    for _ in range(ROUNDS if n > 1 or len(b) > 1 else 1):
        if n == len(b):
            picked = [int(rng.random() * n) for _ in range(n)]
            x, y = [a[i] for i in picked], [b[i] for i in picked]
        else:
            x = [a[int(rng.random() * n)] for _ in range(n)]
            y = [b[int(rng.random() * len(b))] for _ in range(len(b))]
        samples.append(statistics.median(x) / statistics.median(y))
    samples.sort()
    cut = int(0.025 * len(samples))
    return Interval(statistics.median(a) / statistics.median(b), samples[cut], samples[-1 - cut])


class Evaluation:
    """Of one claim: what it was compared with, and how it ended."""

    def __init__(self, lookup):
        self.lookup = lookup	# name, is it a total's -> value; raises Missing
        self.measured = []

    def value(self, node):
        name = name_of(node)
        if name:
            if '.' not in name:
                return name	# a word: waits, goes_on
            value = self.lookup(name, False)
            self.measured.append((name, value))
            return as_word(value)
        if isinstance(node, ast.Constant):
            return as_word(node.value)
        if isinstance(node, ast.UnaryOp):
            return -self.value(node.operand)
        if isinstance(node, ast.Call):
            return self.call(node)
        a, b, op = self.value(node.left), self.value(node.right), ARITHMETIC[type(node.op)]
        if isinstance(a, Interval):
            return a.map(b, op)
        if isinstance(b, Interval):
            return b.map(a, lambda x, y: op(y, x))
        try:
            out = [op(x, y) for x, y in pairs(a, b)]
        except ZeroDivisionError:
            raise Missing('a division by zero') from None
        return out if isinstance(a, list) or isinstance(b, list) else out[0]

    def call(self, node):
        function = node.func.id
        if function == 'total':
            name = name_of(node.args[0])
            if not name:
                raise CheckError('total() takes the name of a place')
            value = self.lookup(name, True)
            self.measured.append((f'total({name})', value))
            return value
        args = [self.value(a) for a in node.args]
        if function == 'ratio':
            out = ratio(*args)
            self.measured.append(('ratio', out))
            return out
        values = args[0] if isinstance(args[0], list) else [args[0]]
        return {'median': statistics.median, 'least': min, 'greatest': max}[function](values)

    def compare(self, a, op, b):
        if isinstance(a, Interval) or isinstance(b, Interval):
            if isinstance(b, Interval):
                ends = [op(a, b.low), op(a, b.high)]
            else:
                ends = [op(a.low, b), op(a.high, b)]
            return HOLDS if all(ends) else INCONCLUSIVE if any(ends) else BROKEN
        return HOLDS if all(op(x, y) for x, y in pairs(a, b)) else BROKEN

    def check(self, text):
        """The verdict on one check without braces."""
        tree = parse(text)
        try:
            values = [self.value(n) for n in [tree.left] + tree.comparators]
            ends = [self.compare(a, COMPARE[type(op)], b)
                    for a, op, b in zip(values, tree.ops, values[1:])]
        except TypeError:
            raise CheckError(f'{text}: a word beside a number') from None
        return worst(ends)


def as_word(value):
    """goes on: goes_on, so that it needs no quotes."""
    return value.replace(' ', '_') if isinstance(value, str) else value


def worst(verdicts):
    for v in (BROKEN, MISSING, INCONCLUSIVE):
        if v in verdicts:
            return v
    return HOLDS


def evaluate(claim, lookup):
    """(verdict, [(check, verdict, measured)]), one a check that the braces stand for."""
    rows = []
    for check in claim.checks:
        for one in expand(check):
            e = Evaluation(lookup)
            try:
                verdict = e.check(one)
            except Missing as m:
                verdict = MISSING
                e.measured = [(str(m), None)]
            rows.append((one, verdict, e.measured))
    return (worst([r[1] for r in rows]) if rows else MISSING), rows
