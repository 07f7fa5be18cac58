# SPDX-License-Identifier: GPL-2.0-or-later
"""What recording costs: docs/record-your-program.md, rendered from the committed measurement of bench/record/overhead.py."""
import json
import os
import statistics

BEGIN = '<!-- generated: overhead; do not edit -->'


def page(source):
    return os.path.join(source, 'docs', 'record-your-program.md')


def cell(times):
    """The ratio of medians, and between which two that of a round lay."""
    each = [r / p for r, p in zip(times['recorded_s'], times['plain_s'])]
    return f"{times['ratio']:.2f} ({min(each):.2f} to {max(each):.2f})"


def text(source):
    """The text between the markers."""
    path = os.path.join(source, 'docs', 'measured', 'overhead.json')
    if not os.path.exists(path):
        return 'Not measured yet: `make record-evidence`.\n'
    with open(path, encoding='utf-8') as f:
        j = json.load(f)
    lines = ['| program | method | plain, s of CPU | CPU time | wall time |', '|---|---|---|---|---|']
    for p in j['programs']:
        lines.append(f"| {p['name']} | {p['method']} | {statistics.median(p['cpu']['plain_s']):.2f} | {cell(p['cpu'])} | {cell(p['wall'])} |")
    return '\n'.join(lines) + (f"\n\nRecorded over plain, 0 lost: the ratio of medians of {j['rounds']} interleaved rounds, and between which two that "
                              f"of a round lay ({j['host']['system']}, {j['host']['cpus']} CPUs). CPU time is user and system, recorder included.\n")
