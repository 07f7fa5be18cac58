# SPDX-License-Identifier: GPL-2.0-or-later
"""Evidence as the block of an ADR, the index of all ADRs, and the graph of their status.

The block is a function of the ADR's claims and of the evidence file alone, to the
letter: `make check` renders it again.
"""
import hashlib
import re
import statistics

import claims
import figures


def number(value):
    if isinstance(value, float):
        return f'{value:.4g}' if abs(value) < 1e4 else f'{value:,.0f}'
    return f'{value:,}'


def shown(value):
    """A figure for people: the median of several runs, and their range."""
    if value is None:
        return '-'
    if isinstance(value, (str, claims.Interval)):
        return str(value).replace('_', ' ')
    if isinstance(value, list):
        if len(set(value)) == 1:
            return number(value[0])
        return f'{number(statistics.median(value))} ({number(min(value))} to {number(max(value))})'
    return number(value)


def host_line(host):
    parts = [host.get('cpu'), f"{host['cpus']} CPUs" if 'cpus' in host else None,
             'a virtual machine' if host.get('virtual_machine') else None, host.get('system'), host.get('compiler')]
    return ', '.join(str(p) for p in parts if p)


def all_figures(evidence):
    return {name: value for run in evidence['runs'] for name, value in run['figures'].items()}


def needs_met(needs, host):
    """False only where the host is known to lack it."""
    m = re.search(r'cpus\s*>=\s*(\d+)', needs)
    return not m or host.get('cpus', 0) >= int(m[1])


def verdicts(adr, evidence):
    """[(claim, verdict, why, rows)] on the committed evidence."""
    known = all_figures(evidence) if evidence else {}
    lookup = figures.lookup_in(known)
    out = []
    for claim in adr.claims():
        verdict, rows = claims.evaluate(claim, lookup)
        hosts = [run['host'] for run in evidence['runs']] if evidence else []
        why = ''
        if not all(needs_met(claim.needs, h) for h in hosts):
            verdict, why = 'cannot tell', f'needs {claim.needs}'
        elif verdict == claims.MISSING and evidence:
            missing = [m['run'] for m in evidence['runs'] if m.get('missing')]
            used = {name.split('.')[0] for name, _ in claims.figures_of(claim)}
            why = '; '.join(m['missing'] for m in evidence['runs'] if m['run'] in used and m['run'] in missing)
        out.append((claim, verdict, why, rows))
    return out


def simulated(claim, evidence):
    """", simulated on A and B, ...": the limits of a verdict about machines that are not here."""
    names = {name for name, _ in claims.figures_of(claim)}
    machines, own = [], False
    for run in evidence['runs'] if evidence else []:
        mine = [n for n in names if n.split('.')[0] == run['run']]
        m = re.search(r'--machine (\S+)', run['command'])
        if not mine or not m:
            continue
        machines.append(m[1])
        runs = re.search(r'--runs (\d+)', run['command'])
        # A figure of sweep is of all rounds, which take the three in turn; scale and compare have a figure for each.
        varied = any('.latencies_0_7.' in n for n in mine) or ' sweep ' in run['command'] and (not runs or int(runs[1]) >= 3)
        own = own or not varied
    if not machines:
        return ''
    at = 'at their own latencies alone' if own else 'with all latencies times 0.7 and 1.3, too'
    return f"; simulated on {' and '.join(dict.fromkeys(machines))}, {at}"


def ranking(run):
    """Of a run of scale: what becomes of the order of schemes when all latencies are varied."""
    of = {word: sum(v for n, v in run['figures'].items() if re.search(r'\.n\d+\.' + word + '$', n)) for word in ('in_order', 'level', 'cannot_tell')}
    cpus = sorted({int(m[1]) for m in (re.search(r'\.n(\d+)\.in_order$', n) for n in run['figures']) if m})
    return (f". With all latencies times 0.7 and 1.3, on {', '.join(map(str, cpus))} CPUs, of {sum(of.values())} pairs of schemes "
            f"{of['in_order']} keep their order, {of['level']} are within 3 %, {of['cannot_tell']} cannot be told") if cpus else ''


def ratios_or_all(seen):
    return [shown(v) for _, v in seen if isinstance(v, claims.Interval)] or [shown(v) for _, v in seen]


def measured_cell(rows):
    """What the claim's checks saw, short: each distinct value of one check, or how many passed."""
    if not rows:
        return '-'
    if len(rows) == 1:
        return ', '.join(ratios_or_all(rows[0][2])) or '-'
    passed = sum(r[1] == claims.HOLDS for r in rows)
    text = f'{passed} of {len(rows)}'
    ratios = [v for r in rows for _, v in r[2] if isinstance(v, claims.Interval)]
    if ratios:
        text += ': ' + ', '.join(str(v) for v in ratios)
    return text


def failing(rows):
    """The checks that did not hold, with what they saw; at most eight."""
    bad = [r for r in rows if r[1] in (claims.BROKEN, claims.INCONCLUSIVE)]
    lines = [f'  - `{check}` is {verdict}: ' + ', '.join(ratios_or_all(seen)) for check, verdict, seen in bad[:8]]
    if len(bad) > 8:
        lines.append(f'  - and {len(bad) - 8} more')
    return lines


def block(adr, evidence, digest):
    """The Evidence block, markers not included: one line a run, one row a claim; the figures stay in the evidence
    file.  @digest: of the evidence file's bytes"""
    if evidence is None:
        return 'pending\n'
    lines = []
    for run in evidence['runs']:
        line = f"- `{run['run']}`: `{run['command']}`"
        if run.get('missing'):
            lines.append(f"{line}: not measured here: {run['missing']}")
            continue
        line += f", {run['date']}"
        if run.get('revision'):
            line += f", revision {run['revision']}"
        lines.append(f"{line}; {host_line(run['host'])}{ranking(run)}")
    lines += ['', f'Figures: [evidence/{adr.number}.json](evidence/{adr.number}.json), SHA-256 {digest[:16]}. '
              'Several runs: median (least to greatest); ratios: of medians (95 % interval).',
              '', '| claim | measured | verdict |', '|---|---|---|']
    for claim, verdict, why, rows in verdicts(adr, evidence):
        limits = simulated(claim, evidence) if verdict != claims.MISSING else ''
        lines.append(f"| {claim.id} | {measured_cell(rows)} | {verdict}{': ' + why if why else ''}{limits} |")
    return '\n'.join(lines) + '\n'


def block_of(adr):
    """From the files."""
    evidence = adr.evidence()
    digest = ''
    if evidence:
        with open(adr.evidence_path(), 'rb') as f:
            digest = hashlib.sha256(f.read()).hexdigest()
    return block(adr, evidence, digest)


# --- index and graph ----------------------------------------------------------------------

INDEX_BEGIN = '<!-- generated: index; do not edit -->'


def index(adrs):
    lines = ['| ADR | decision | scheme | status |', '|---|---|---|---|']
    for a in adrs:
        scheme = a.front['scheme']
        lines.append(f"| [{a.number}]({a.name}) | {a.title} | {'none' if scheme == 'none' else f'`{scheme}`'} "
                     f"| {a.front['status']} |")
    return '\n'.join(lines) + '\n'


def graph(adrs):
    """Graphviz: one box an ADR, coloured by status; full arrows: supersedes, dashed: builds on or argues with."""
    colours = {'proposed': '#fff4cc', 'accepted': '#d9f2d9', 'rejected': '#f7d4d4'}
    known = {a.number for a in adrs}
    lines = ['digraph adr {', '\trankdir=RL;', '\tnode [shape=box, style="filled,rounded", fontname="sans-serif"];']
    for a in adrs:
        words = a.title.split()
        label, line = '', ''
        for w in words:
            if len(line) + len(w) > 26:
                label, line = label + line.strip() + '\\n', ''
            line += w + ' '
        label = (label + line.strip()).replace('"', "'")
        colour = colours.get(a.front['status'], '#dddddd')
        lines.append(f'\t"{a.number}" [label="{a.number}\\n{label}", fillcolor="{colour}", URL="{a.name}"];')
    for a in adrs:
        if a.front['supersedes'] != 'none':
            lines.append(f'\t"{a.number}" -> "{a.front["supersedes"][-4:]}" [label="supersedes", penwidth=2];')
        for other in sorted(set(re.findall(r'ADR-(\d{4})', a.text)) - {a.number, a.front['supersedes'][-4:]}):
            if other in known:
                lines.append(f'\t"{a.number}" -> "{other}" [style=dashed, color=gray50];')
    return '\n'.join(lines + ['}']) + '\n'
