#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""How the VMA tree grows: docs/vma-tree.md and its plot, rendered from the committed measurement of `make tree-evidence`.

    growth_page.py SOURCE    draw docs/graphs/tree-growth.svg anew, by gnuplot
"""
import hashlib
import json
import os
import statistics
import subprocess
import sys

BEGIN = '<!-- generated: tree-growth; do not edit -->'
SIDES = (('vma_tree', 'VMA tree', '#1b6ca8'), ('maple', 'maple tree, 6.1', '#c8553d'), ('maple_6_12', 'maple tree, 6.12', '#e0a030'))
# What the benchmark measured, and what it is called here.
ROWS = (('lookup', 'lookup, ns'), ('next, of 16 in order', 'next, of 16 in order, ns'), ('next, of all in order', 'next, of all in order, ns'),
        ('erase or store, the same bounds', 'erase or store, in random order, ns'), ('store each, upwards', 'build: store each upwards, ns'),
        ('erase each, upwards', 'erase each upwards, ns'), ('erase all in one', 'erase all in one, ns a range'),
        ('fork: a copy, other entries', 'fork: a copy, ns a range'), ('exit: all nodes freed', 'exit, ns a range'),
        ('bytes, stored upwards', 'bytes a range, stored upwards'), ('bytes, after all that', 'bytes a range, in the long run'))
PLOTTED = (0, 1, 3, 4, 5, 7, 8, 10)


def page(source):
    return os.path.join(source, 'docs', 'vma-tree.md')


def measured(source):
    return os.path.join(source, 'docs', 'measured', 'tree-growth.json')


def plot(source):
    return os.path.join(source, 'docs', 'graphs', 'tree-growth.svg')


def read(path):
    """{what: {ranges: {side: median}}}, and the document."""
    with open(path, encoding='utf-8') as f:
        document = json.load(f)
    medians = {}
    for figure in document['figures']:
        sides = {key: statistics.median(figure[key]) for key, _, _ in SIDES if key in figure}
        medians.setdefault(figure['what'], {})[figure['ranges']] = sides
    return medians, document


def checksum(path):
    with open(path, 'rb') as f:
        return f'<!-- of {os.path.basename(path)}, SHA-256 {hashlib.sha256(f.read()).hexdigest()[:16]} -->'


def cell(sides):
    ours = sides['vma_tree']
    ratios = [f'{sides[key] / ours:.2f}' for key, _, _ in SIDES[1:] if key in sides]
    return f'{ours:.{3 if ours < 999.5 else 4}g} ({", ".join(ratios)})'


def power(n):
    exponent = len(str(n)) - 1
    return f'10^{exponent}' if n == 10 ** exponent else f'{n:,}'


def text(source):
    """The text between the markers."""
    path = measured(source)
    if not os.path.exists(path):
        return 'Not measured yet: `make tree-evidence`.\n'
    medians, document = read(path)
    sizes = sorted({n for of in medians.values() for n in of})
    lines = ['| what | ' + ' | '.join(f'{power(n)} ranges' for n in sizes) + ' |', '|:--' + '|--:' * len(sizes) + '|']
    for what, name in ROWS:
        if what in medians:
            lines.append(f'| {name} | ' + ' | '.join(cell(medians[what][n]) if n in medians[what] else '' for n in sizes) + ' |')
    rounds = len(document['figures'][0]['vma_tree']) if document['figures'] else 0
    rounds = max([rounds] + [len(f['vma_tree']) for f in document['figures']])
    drawn = os.path.exists(plot(source)) and checksum(path) in open(plot(source), encoding='utf-8').read()
    lines += ['', f"The VMA tree's median of {rounds} rounds; in brackets, how many times as much the maple trees of "
              f"Linux 6.1 and 6.12 take ({document['host']['cpus']} CPUs).", '',
              '![The same as curves: all axes are logarithmic](graphs/tree-growth.svg)' if drawn else
              'The plot is not of these figures: `make tree-evidence` draws it.']
    return '\n'.join(lines) + '\n'


def script(medians):
    sides = [s for s in SIDES if any(s[0] in of for by in medians.values() for of in by.values())]
    out = ["set terminal svg size 1080,560 font 'sans-serif,12' background '#ffffff'", 'set logscale xy', "set format x '10^{%L}'",
           'set xtics 10', 'set grid lc rgb "#dddddd"', 'set key off', 'set multiplot layout 2,4']
    for n, row in enumerate(PLOTTED):
        what, name = ROWS[row]
        out.append(f"set title '{name}'")
        out.append('set key bottom right samplen 1' if n == 0 else 'set key off')
        data, curves = [], []
        for k, (key, label, colour) in enumerate(sides):
            data += [f'${key}{n} << EOD'] + [f'{size} {of[key]:.6g}' for size, of in sorted(medians[what].items())] + ['EOD']
            curves.append(f"${key}{n} with linespoints lw 2 pt 7 ps 0.4 lc rgb '{colour}' title '{label}'")
        out += data + ['plot ' + ', '.join(curves)]
    return '\n'.join(out + ['unset multiplot']) + '\n'


def draw(source):
    medians, _ = read(measured(source))
    svg = subprocess.run(['gnuplot'], input=script(medians), stdout=subprocess.PIPE, text=True, check=True).stdout
    head, rest = svg.split('?>\n', 1)
    with open(plot(source), 'w', encoding='utf-8') as f:
        f.write(f'{head}?>\n{checksum(measured(source))}\n{rest}')


if __name__ == '__main__':
    draw(sys.argv[1])
