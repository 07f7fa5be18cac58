# SPDX-License-Identifier: GPL-2.0-or-later
"""From what a command printed as JSON to figures with names, and the list of these commands.

Names are made by one rule for every schema.  An object's value is under its key.
An array of objects is left out of the name: each element is under what tells it from
the others (IDENTITY, in this order), and where nothing does, the elements are runs,
and their figures become lists, one number a run.  An array of numbers is a list.
What is not a letter or digit becomes '_'.  A name that
comes again gets _2, _3.  RUN.exit_status is what the command ended with.

    {"traces": [{"name": "sort", "schemes": [{"scheme": "mmap_lock",
      "runs": [{"all_faults": {"mean_ns": 500}}, {"all_faults": {"mean_ns": 510}}]}]}]}

    sort.mmap_lock.all_faults.mean_ns = [500, 510]
"""
import json
import os
import re
import subprocess
import tempfile

IDENTITY = ('name', 'workload', 'case', 'scheme', 'ranges', 'what', 'point', 'operation', 'fault_in', 'op', 'where', 'threads', 'cpus',
            'field', 'function')


def word(value):
    text = re.sub(r'\W+', '_', str(value).strip())
    return 'n' + text if text[:1].isdigit() else text


def identity(element):
    return '.'.join(word(element[k]) for k in IDENTITY
                    if isinstance(element.get(k), (str, int)) and not isinstance(element.get(k), bool))


def is_scalar(value):
    return isinstance(value, (str, int, float)) and not isinstance(value, bool)


def merge_runs(elements):
    """Figures of runs, each a dict of its own, as one dict of lists."""
    flat = [flatten(e) for e in elements]
    names = set().union(*flat)
    return {n: [v for f in flat if n in f for v in (f[n] if isinstance(f[n], list) else [f[n]])] for n in names}


def flatten(value):
    """{name: number, word or list of numbers}"""
    out = {}

    def put(prefix, figures):
        for name, figure in figures.items():
            full = f'{prefix}.{name}' if prefix and name else prefix or name
            out.setdefault(full, figure)

    if is_scalar(value):
        return {'': value}
    if isinstance(value, bool):
        return {'': 'yes' if value else 'no'}
    if isinstance(value, dict):
        for key, v in value.items():
            structural = isinstance(v, list) and v and all(isinstance(e, dict) for e in v)
            put('' if structural else word(key), flatten(v))
    elif isinstance(value, list) and value:
        if all(isinstance(e, (int, float)) and not isinstance(e, bool) for e in value):
            return {'': value}
        if all(isinstance(e, dict) for e in value):
            names = [identity(e) for e in value]
            if not names[0] or len(set(names)) == 1 < len(names):
                return merge_runs(value)
            for i, (name, e) in enumerate(zip(names, value)):
                again = names[:i].count(name)
                put(f'{name}_{again + 1}' if again else name,
                    flatten({k: v for k, v in e.items() if k not in IDENTITY or not is_scalar(v)}))
    return out


def lookup_in(figures):
    """The look-up that claims.evaluate() wants, over {run.name: value}."""
    from claims import Missing

    def lookup(name, is_total):
        if not is_total:
            if name not in figures:
                raise Missing(name)
            return figures[name]
        below = [v for n, v in figures.items() if n.startswith(name + '.')]
        if not below:
            raise Missing(name)
        lists = [v for v in below if isinstance(v, list)]
        if not lists:
            return sum(below)
        n = len(lists[0])
        return [sum(v[i] if isinstance(v, list) else v for v in below) for i in range(n)]
    return lookup


# --- what is measured ---------------------------------------------------------------------


class Run:
    """A line of measure.list: NAME[!]: COMMAND.  With '!' every figure is kept as evidence, not only those claimed."""

    def __init__(self, name, keep_all, command):
        self.name, self.keep_all, self.command = name, keep_all, command
        self.figures = self.host = self.missing = None

    def measure(self, cwd, env, keep_in=None):
        """Run it.  self.missing says why there are no figures."""
        with tempfile.TemporaryDirectory() as folder:
            out = os.path.join(folder, 'out.json')
            try:
                done = subprocess.run(['sh', '-c', self.command], cwd=cwd, env={**env, 'OUT': out},
                                      stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
            except OSError as e:
                self.missing = str(e)
                return
            text = done.stdout
            if os.path.exists(out):
                with open(out, encoding='utf-8') as f:
                    text = f.read()
        try:
            document = json.loads(text)
        except ValueError:
            lines = done.stderr.strip().split('\n')
            self.missing = lines[-1] or f'no JSON, status {done.returncode}'
            return
        if keep_in:
            os.makedirs(keep_in, exist_ok=True)
            with open(os.path.join(keep_in, self.name + '.json'), 'w', encoding='utf-8') as f:
                f.write(text)
        self.host = document.pop('host', None) or {'cpus': os.cpu_count()}
        self.version = document.pop('version', None)
        document.pop('argv', None)
        document.pop('revision', None)      # evidence.py asks git
        self.figures = {f'{self.name}.{n}' if n else self.name: v for n, v in flatten(document).items()}
        self.figures[f'{self.name}.exit_status'] = done.returncode


def read_list(path):
    """{name: Run}; ValueError with one line."""
    runs = {}
    with open(path, encoding='utf-8') as f:
        text = f.read().replace('\\\n', ' ')
    for line in text.split('\n'):
        line = line.strip()
        if not line or line.startswith('#'):
            continue
        m = re.match(r'([a-z][a-z0-9_]*)(!?):\s*(\S.*)$', line)
        if not m or m[1] in runs:
            raise ValueError(f"{path}: '{line}' is not 'NAME: COMMAND' with a new name")
        runs[m[1]] = Run(m[1], m[2] == '!', re.sub(r'\s+', ' ', m[3]))
    return runs
