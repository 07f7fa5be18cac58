#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The call graph of a scheme's fault, for Graphviz, from what `faultline complexity --format json` found in the sources.

    calls-dot.py names COMPLEXITY.json          the schemes
    calls-dot.py dot COMPLEXITY.json SCHEME     from SCHEME_fault() on: the scheme's own functions, the steps of a fault
                                                in common/mm/fault*, and what of the rest the scheme calls itself
"""
import json
import sys

COLOURS = {'prototypes': '#cfe6cf', 'common/mm': '#eef3fa', 'common/sync': '#f8e3b0', 'common/platform': '#f3c6c0'}


def floor(path):
    return '/'.join(path.split('/')[:2]) if path.startswith('common/') else path.split('/')[0]


def dot(functions, scheme):
    by_key = {f['key']: f for f in functions}
    own = {k for k, f in by_key.items() if f['path'].startswith(f'prototypes/{scheme}/')}
    steps = {k for k, f in by_key.items() if f['path'].startswith('common/mm/fault')}
    root = next(k for k in own if by_key[k]['function'] == f'{scheme}_fault')
    nodes, edges, todo = {root}, set(), [root]
    while todo:
        key = todo.pop()
        for to in by_key[key]['calls']:
            if to in by_key and (to in own or to in steps or key in own):
                edges.add((key, to))
                if to not in nodes:
                    nodes.add(to)
                    if to in own or to in steps:
                        todo.append(to)
    lines = [f'// Generated from the sources by build-tools/calls-dot.py: {scheme}_fault().', f'digraph calls_{scheme} {{',
             '\tgraph [rankdir=LR, bgcolor=white, nodesep=0.12, ranksep=0.4];',
             '\tnode [shape=box, style="filled,rounded", color="#46618f", fontname="sans-serif", fontsize=11, height=0.25];',
             '\tedge [color="#46618f"];']
    for key in sorted(nodes):
        f = by_key[key]
        lines.append(f'\t"{key}" [label="{f["function"]}", fillcolor="{COLOURS[floor(f["path"])]}", tooltip="{f["path"]}"];')
    lines += [f'\t"{a}" -> "{b}";' for a, b in sorted(edges)]
    return '\n'.join(lines + ['}'])


def main():
    with open(sys.argv[2], encoding='utf-8') as f:
        found = json.load(f)
    if sys.argv[1] == 'names':
        print('\n'.join(s['name'] for s in found['schemes']))
    else:
        print(dot(found['functions'], sys.argv[3]))


main()
