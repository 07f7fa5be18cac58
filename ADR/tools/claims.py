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

    ratio(a, b)   the ratio of medians, with the 95 % interval that a comparison has
                  (bench/lib/stat.h), over paired runs: it holds if the whole interval
                  passes, is broken if the whole interval fails, and is inconclusive
                  otherwise, and where the runs are fewer than six
Of simulated machines a figure may be of all latencies times 0.7 or 1.3 (latencies_0_7, latencies_1_3): a check that breaks
there alone, and holds for latencies_1, cannot tell.

    median(a)     of the runs        total(a)    of everything below that place
    least(a), greatest(a)            of the runs
"""
import ast
import itertools
import operator
import os
import re
import statistics
import subprocess

HOLDS, BROKEN, INCONCLUSIVE, MISSING, CANNOT_TELL = 'holds', 'broken', 'inconclusive', 'not measured', 'cannot tell'
MIN_RUNS, MAX_RUNS = 6, 1000    # STAT_MIN_RUNS, STAT_MAX_RUNS
BUILD = None                    # where bench/aa/ratio was built, if not beside
FUNCTIONS = ('ratio', 'median', 'total', 'least', 'greatest')
COMPARE = {ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge,
           ast.Eq: operator.eq, ast.NotEq: operator.ne}
ARITHMETIC = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}


class CheckError(Exception):
    """The check itself is wrong."""


class Missing(Exception):
    """A figure that nobody has measured."""


class Interval:
    """A ratio: its value, where it lies with 95 % confidence, and of how many runs."""

    def __init__(self, value, low, high, runs):
        self.value, self.low, self.high, self.runs = value, low, high, runs

    def map(self, other, op):
        if isinstance(other, Interval):
            raise CheckError('two ratios in one comparison')
        a, b = op(self.low, other), op(self.high, other)
        return Interval(op(self.value, other), min(a, b), max(a, b), self.runs)

    def __str__(self):
        few = '' if self.runs >= MIN_RUNS else f', of {self.runs} run' + 's' * (self.runs > 1)
        return f'{self.value:.3g} ({self.low:.3g} to {self.high:.3g}{few})'


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


class Stat:
    """bench/aa/ratio, asked line by line: there is one implementation, bench/lib/stat.c."""

    def __init__(self):
        self.process, self.known = None, {}

    def folders(self):
        here = os.path.dirname(os.path.abspath(__file__))
        if BUILD:
            yield os.path.join(BUILD, 'bench', 'aa')
        yield os.path.join(here, '..', '..', 'bench', 'aa')	# of a build tree
        yield os.path.join(here, '..')				# as it was installed

    def ask(self, line):
        if line not in self.known:
            if not self.process:
                found = [p for p in (os.path.join(f, 'ratio') for f in self.folders()) if os.access(p, os.X_OK)]
                if not found:
                    raise CheckError('the program that reckons ratios, bench/aa/ratio, is not built: run make')
                self.process = subprocess.Popen([found[0]], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            self.process.stdin.write(line + '\n')
            self.process.stdin.flush()
            self.known[line] = self.process.stdout.readline().split()
        if not self.known[line]:
            raise CheckError(f'bench/aa/ratio has no answer to: {line}')
        return self.known[line]


stat = Stat()


def ratio(a, b):
    a, b = (x if isinstance(x, list) else [x] for x in (a, b))
    if not all(isinstance(x, (int, float)) for x in a + b):
        raise Missing('a ratio has something other than a number in it')
    if len(a) != len(b):
        raise Missing(f'a ratio of {len(a)} runs to {len(b)}: there are no pairs')
    if len(a) > MAX_RUNS:
        raise Missing(f'a ratio of {len(a)} runs: {MAX_RUNS} at most')
    answer = stat.ask(' '.join(map(repr, map(float, a))) + ' / ' + ' '.join(map(repr, map(float, b))))
    if answer[0] == 'none':
        raise Missing('a ratio to what is not above zero')
    value, low, high, _ = map(float, answer)
    return Interval(value, low, high, len(a))


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
            if (a if isinstance(a, Interval) else b).runs < MIN_RUNS:
                return INCONCLUSIVE
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
    for v in (BROKEN, MISSING, CANNOT_TELL, INCONCLUSIVE):
        if v in verdicts:
            return v
    return HOLDS


def holds_as_described(check, rows):
    """Is it of other latencies than the machine's description has, with which the same check holds?"""
    same = re.sub(r'\blatencies_\w+', 'latencies_1', check)
    return same != check and any(one == same and verdict == HOLDS for one, verdict, _ in rows)


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
    rows = [(one, CANNOT_TELL, measured) if verdict == BROKEN and holds_as_described(one, rows) else (one, verdict, measured)
            for one, verdict, measured in rows]
    return (worst([r[1] for r in rows]) if rows else MISSING), rows
