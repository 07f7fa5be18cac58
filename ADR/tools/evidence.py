# SPDX-License-Identifier: GPL-2.0-or-later
"""Claims of ADRs and the evidence for them.

    evidence.py measure [NNNN...]   measure anew what their claims name, write ADR/evidence/NNNN.json, render;
                                    NNNN:RUN,...: these runs alone, others stay as they are
    evidence.py render              render every block, the index and README's table again
    evidence.py check               TAP: is what is committed what its evidence says?
    evidence.py verify FILE...      measure on this machine: 0 holds, 1 broken, 77 cannot tell here
    evidence.py graph               the status of all ADRs, for Graphviz

Options: --source DIR, the root of the tree (verify: from the file's path); --build DIR,
where faultline was built.
"""
import argparse
import datetime
import json
import os
import re
import subprocess
import sys

import adr as adr_file
import check
import claims
import figures
import render
import schemes_table

CANNOT_TELL = 77
HERE = os.path.dirname(os.path.abspath(__file__))
# The commands that this faultline knows: copied or installed beside this file, or in the tree that it is of.
OWN_LISTS = [os.path.join(HERE, 'measure.list'), os.path.join(HERE, '..', 'evidence', 'measure.list')]


def fail(what, status=2):
    print(f'faultline: {what}', file=sys.stderr)
    sys.exit(status)


def revision(source):
    """Of the tree that is measured; '+' if it has been changed since."""
    def git(*args):
        return subprocess.run(['git', '-C', source, *args], capture_output=True, text=True, check=True).stdout.strip()
    try:
        return git('rev-parse', '--short=12', 'HEAD') + ('+' if git('status', '--porcelain', '-uno') else '')
    except (OSError, subprocess.CalledProcessError):
        return None


def environment(source, build):
    env = dict(os.environ, srcdir=os.path.abspath(source))
    command = os.environ.get('FAULTLINE')
    folder = os.path.dirname(command) if command else os.path.abspath(build)
    env['PATH'] = folder + os.pathsep + env.get('PATH', '')
    return env


def wanted_of(adrs, runs):
    """{run name: {figure names}} that their claims want; totals end in '.'."""
    wanted = {}
    for a in adrs:
        for claim in a.claims():
            for name, is_total in claims.figures_of(claim):
                run = name.split('.')[0]
                if run not in runs:
                    raise a.error(f"{claim.id}: measure.list has no '{run}', which {name} begins with")
                wanted.setdefault(run, set()).add(name + ('.' if is_total else ''))
    return wanted


def kept(run, names):
    def keep(n, v):
        if re.search(r'\.n\d+\.(in_order|level|cannot_tell)$', n):
            return True
        if run.keep_all and not isinstance(v, str) and not n.endswith('.exit_status'):
            return True
        return n in names or any(w.endswith('.') and n.startswith(w) for w in names)
    return {n: v for n, v in run.figures.items() if keep(n, v)}


def measure_runs(names, runs, source, build, keep_in=None):
    for name in sorted(names):
        print(f'evidence: {name}: {runs[name].command}', file=sys.stderr, flush=True)
        runs[name].measure(build, environment(source, build), keep_in)
        if runs[name].missing:
            print(f'evidence: {name}: not measured: {runs[name].missing}', file=sys.stderr, flush=True)


def record(a, runs, source, only=None):
    """ADR/evidence/NNNN.json of what was just measured; with @only runs, the others' entries as they are."""
    entries, before = [], {}
    if only:
        with open(a.evidence_path(), encoding='utf-8') as f:
            before = {e['run']: e for e in json.load(f)['runs']}
    for name, names in sorted(wanted_of([a], runs).items()):
        run = runs[name]
        if only and name not in only:
            entries.append(before[name])
            continue
        entry = {'run': name, 'command': run.command}
        if run.missing:
            entry.update(missing=run.missing, host={}, figures={})
        else:
            entry.update(date=datetime.date.today().isoformat(), revision=revision(source), version=run.version,
                         host=run.host, figures=dict(sorted(kept(run, names).items())))
        entries.append(entry)
    return {'schema': 'faultline/evidence/1', 'adr': int(a.number), 'runs': entries}


def to_json(evidence):
    """One line a figure."""
    lines = ['{', f' "schema": {json.dumps(evidence["schema"])},', f' "adr": {evidence["adr"]},', ' "runs": [']
    for i, run in enumerate(evidence['runs']):
        head = {k: v for k, v in run.items() if k != 'figures'}
        lines.append('  {')
        lines += [f'   {json.dumps(k)}: {json.dumps(v, ensure_ascii=False)},' for k, v in head.items()]
        lines.append('   "figures": {')
        figs = [f'    {json.dumps(n)}: {json.dumps(v, ensure_ascii=False)}' for n, v in run['figures'].items()]
        lines += [f + ',' for f in figs[:-1]] + figs[-1:]
        lines += ['   }', '  },' if i + 1 < len(evidence['runs']) else '  }']
    return '\n'.join(lines + [' ]', '}']) + '\n'


def adr_folder(source):
    return os.path.join(source, 'ADR')


def read_runs(source):
    try:
        return figures.read_list(os.path.join(adr_folder(source), 'evidence', 'measure.list'))
    except (OSError, ValueError) as e:
        fail(f'{e}')


def command_measure(o):
    runs = read_runs(o.source)
    only = {n.partition(':')[0].zfill(4): set(n.partition(':')[2].split(',')) - {''} for n in o.args}
    numbers = list(only)
    adrs = adr_file.all_adrs(adr_folder(o.source))
    unknown = set(numbers) - {a.number for a in adrs}
    if unknown:
        fail(f'no ADR {", ".join(sorted(unknown))}')
    adrs = [a for a in adrs if not numbers or a.number in numbers]
    names = {n for a in adrs for n in wanted_of([a], runs) if not only.get(a.number) or n in only[a.number]}
    measure_runs(names, runs, o.source, o.build, os.path.join(o.build, 'evidence'))
    for a in adrs:
        evidence = record(a, runs, o.source, only.get(a.number))
        if not any(e['figures'] for e in evidence['runs']):
            continue	# nothing was measured: what is committed stays
        adr_file.write_whole(a.evidence_path(), to_json(evidence))
    return command_render(o)


def command_render(o):
    adrs = adr_file.all_adrs(adr_folder(o.source))
    for a in adrs:
        text = a.with_block(render.block_of(a))
        if text != a.text:
            adr_file.write_whole(a.path, text)
    for path, begin, text in check.generated_parts(o.source, adrs, o.build):
        if text is None:
            print(f'evidence: {path}: left as it is: {schemes_table.why_not()}', file=sys.stderr)
        else:
            check.replace_part(path, begin, text)
    return 0


def own_commands():
    for path in OWN_LISTS:
        if os.path.exists(path):
            return {run.command for run in figures.read_list(path).values()}
    return set()


def may_run(names, runs, path):
    """The list of commands lies beside the file that was named, and may be anybody's: what is not in the list of
    this faultline's own is run only if who sits at the terminal says yes."""
    known = own_commands()
    strange = sorted({runs[name].command for name in names} - known)
    if not strange:
        return
    if not sys.stdin.isatty():
        fail(f"verify: {path} wants commands run that this faultline's own list does not have: {strange[0]}")
    for command in strange:
        print(f'faultline: {path} wants this run: {command!r}', file=sys.stderr)
    print('faultline: run it? [y/N] ', end='', file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in ('y', 'yes'):
        fail('verify: nothing was run')


def exit_status(verdicts):
    """1: a claim is broken; 0: all hold; 77: of one at least nothing can be said."""
    if claims.BROKEN in verdicts:
        return 1
    return 0 if verdicts and all(v == claims.HOLDS for v in verdicts) else CANNOT_TELL


def command_verify(o):
    if not o.args:
        fail('verify: which ADR? ADR/NNNN-words.md')
    adrs = [adr_file.Adr(path) for path in o.args]
    source = os.path.dirname(os.path.dirname(os.path.abspath(o.args[0])))
    runs = read_runs(source)
    wanted = wanted_of(adrs, runs)
    may_run(wanted, runs, o.args[0])
    measure_runs(wanted, runs, source, o.build)
    worst = []
    for a in adrs:
        evidence = record(a, runs, source)
        for claim, verdict, why, rows in render.verdicts(a, evidence):
            print(f"{a.number} {claim.id} {verdict}{': ' + why if why else ''}: {claim.claim}")
            for line in render.failing(rows):
                print('  ' + line.replace('`', ''))
            worst.append(verdict)
    return exit_status(worst)


def main():
    parser = argparse.ArgumentParser(prog='evidence.py', add_help=False)
    parser.add_argument('command')
    parser.add_argument('--source', default='.')
    parser.add_argument('--build', default='.')
    parser.add_argument('-h', '--help', action='store_true')
    parser.add_argument('args', nargs='*')
    o = parser.parse_intermixed_args()
    commands = {
        'measure': command_measure, 'render': command_render, 'verify': command_verify,
        'check': lambda o: check.run(o.source, o.build),
        'graph': lambda o: print(render.graph(adr_file.all_adrs(adr_folder(o.source))), end='') or 0,
    }
    if o.help or o.command not in commands:
        print(__doc__.strip())
        return 0 if o.help else 2
    claims.BUILD = o.build
    try:
        return commands[o.command](o)
    except (adr_file.AdrError, claims.CheckError) as e:
        fail(f'{e}')


if __name__ == '__main__':
    sys.exit(main())
