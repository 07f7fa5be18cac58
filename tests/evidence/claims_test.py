# SPDX-License-Identifier: GPL-2.0-or-later
"""Claims and verify, one line of TAP each: cases, ratios against a second reckoning, exit statuses, whose commands run."""
import contextlib
import io
import itertools
import os
import random
import statistics
import sys

sys.path.insert(0, sys.argv[1])
import claims  # noqa: E402
import evidence  # noqa: E402
import claim_cases  # noqa: E402

claims.BUILD = sys.argv[2]


def walsh_interval(a, b):
    """The signed-rank interval of the ratios, from its definition: all 2^n signs are counted."""
    n, log = len(a), [x / y for x, y in zip(a, b)]
    means = sorted((log[i] * log[k]) ** 0.5 for i in range(n) for k in range(i, n))
    sums = sorted(sum(rank for rank, sign in zip(range(1, n + 1), signs) if sign)
                  for signs in itertools.product((0, 1), repeat=n))
    cut = max(c for c in range(len(means)) if sum(s < c for s in sums) <= 0.025 * len(sums))
    return means[max(cut - 1, 0)], means[-1 - max(cut - 1, 0)]


def ratios():
    """The value is the ratio of medians; the interval is at least as wide as the signed ranks'; pairs count."""
    rng, wrong = random.Random(5), []
    for n in (6, 7, 9):
        drift = [1 + i for i in range(n)]
        a = [100 * d * rng.uniform(1.05, 1.07) for d in drift]
        b = [100 * d * rng.uniform(0.99, 1.01) for d in drift]
        r, (low, high) = claims.ratio(a, b), walsh_interval(a, b)
        if abs(r.value - statistics.median(a) / statistics.median(b)) > 1e-12:
            wrong.append(f'{n} runs: {r.value}')
        if r.low > low + 1e-9 or r.high < high - 1e-9 or not r.low <= r.value <= r.high:
            wrong.append(f'{n} runs: {r.low} to {r.high}, the signed ranks alone say {low} to {high}')
        if not low > 1:
            wrong.append('the pairs do not tell, so the case tests nothing')
        same = claims.ratio(a, a)
        if (same.value, same.low, same.high) != (1, 1, 1):
            wrong.append(f'the same runs: {same}')
    return wrong


def equals_told_apart():
    """Of equals in seven runs a claim of 'faster' or 'slower' holds in at most 1 of 20."""
    rng, told = random.Random(1), 0
    for _ in range(200):
        r = claims.ratio(*([300 + rng.gauss(0, 6) for _ in range(7)] for _ in range(2)))
        told += r.low > 1 or r.high < 1
    return [f'{told} of 200'] if told > 14 else []


def statuses():
    """Every mix of verdicts."""
    kinds, wrong = ['holds', 'broken', 'inconclusive', 'not measured', 'cannot tell', 'no check'], []
    for n in range(4):
        for mix in itertools.product(kinds, repeat=n):
            want = 1 if 'broken' in mix else 0 if set(mix) == {'holds'} else 77
            if evidence.exit_status(list(mix)) != want:
                wrong.append(f'{mix}: {evidence.exit_status(list(mix))}, not {want}')
    return wrong


class Run:
    def __init__(self, command):
        self.command = command


class Terminal(io.StringIO):
    def isatty(self):
        return True


def whose_commands():
    """Commands of the own list run; others after a yes on a terminal, and not otherwise."""
    own = sorted(evidence.own_commands())
    cases = [(own[0], io.StringIO('y\n'), True), ('touch /tmp/x; ' + own[0], io.StringIO('y\n'), False),
             ('true', Terminal('y\n'), True), ('true', Terminal('\n'), False), ('true', Terminal('n\n'), False)]
    wrong = []
    for command, stdin, want in cases:
        said, sys.stdin = io.StringIO(), stdin
        try:
            with contextlib.redirect_stderr(said):
                evidence.may_run(['x'], {'x': Run(command)}, 'A.md')
            ran = True
        except SystemExit as e:
            ran = False
            if e.code != 2 or not said.getvalue().startswith('faultline: '):
                wrong.append(f'{command}: status {e.code}: {said.getvalue()}')
        if ran != want:
            wrong.append(f'{command!r} {"is run" if ran else "is not run"}')
    sys.stdin = sys.__stdin__
    return wrong


TESTS = [('what claims mean, case by case', claim_cases.wrong), ('ratios, reckoned a second way', ratios),
         ('equals are seldom told apart', equals_told_apart), ('what verify ends with', statuses),
         ('whose commands verify runs', whose_commands)]
print(f'1..{len(TESTS)}')
for number, (what, test) in enumerate(TESTS, 1):
    bad = test()
    print(f"{'not ok' if bad else 'ok'} {number} - {what}")
    for line in bad:
        print('# ' + line)
