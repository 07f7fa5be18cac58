# SPDX-License-Identifier: GPL-2.0-or-later
"""What the scripts that hold printed figures to their runs share."""
import re

wrong = []


def close(text, value, digits, what):
    """@text is @value, printed with so many digits behind the point."""
    if abs(float(text) - value) > 0.5 * 10 ** -digits + 1e-9:
        wrong.append(f'{what}: {text} is printed, the runs say {value}')


def same(got, want, what):
    if got != want:
        wrong.append(f'{what}: {got}, the runs say {want}')


def title(program):
    """What a recorded program or a case of a workload is called in print."""
    case = program.get('case') or ''
    return program['name'] + {'': '', 'idle': ', writer idle', 'max': ', full speed'}.get(case, f", {case[len('rate_'):]}/s")


def lines_of(path):
    with open(path) as f:
        return f.read().split('\n')


def rows_below(lines, begin):
    """The cells of a table's rows, from the line on that begins so; without its head."""
    at = next(i for i, line in enumerate(lines) if line.startswith(begin))
    while not lines[at].startswith('|:') and not lines[at].startswith('|--'):
        at += 1
    while lines[at + 1].startswith('|'):
        at += 1
        yield [x.strip() for x in lines[at].strip('|').split('|')]


def noticed(check, lines):
    wrong.clear()
    try:
        check(lines)
    except (AttributeError, IndexError, KeyError, StopIteration, TypeError, ValueError):
        return True
    return bool(wrong)


def not_noticed(check, lines, begin, heads=()):
    """
    Figures of tables from the line on that begins so: those that may be another without a word from @check.  A line
    that begins as one of @heads is the head of a table.
    """
    at = next(i for i, line in enumerate(lines) if line.startswith(begin))
    found = []
    for i, line in enumerate(lines[at:], at):
        before = line.index('|', 1) if line.startswith('|') else len(line)
        for m in re.finditer(r'(?<![\w.])\d[\d,]*(\.\d+)?', line):
            if m.start() < before or line.startswith(heads):
                continue    # names, and heads such as p99
            other = str(3 + 2 * int(m[0].replace(',', ''))) if not m[1] else f'{3 + 2 * float(m[0]):.2f}'
            if not noticed(check, lines[:i] + [line[:m.start()] + other + line[m.end():]] + lines[i + 1:]):
                found.append(f'nothing holds {m[0]} to the runs: {line}')
    return found
