#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Leave out each clause of the rules in turn and say which test notices.

    mutants.py [--asan | --tsan] [--jobs N] [--seconds N] [NAME ...]

Run by hand from anywhere in a checkout; not part of make check.  Each mutant is
a patch in mutants/, which names its rule, its clause and the test that was meant
to notice.  The tree is copied and built without configure; Criterion and liburcu must be there.
Prints a table for docs/races.md; 'open' marks what no test noticed.
"""
import argparse
import concurrent.futures
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PROGRAMS = {'conformance': ['-lcriterion'], 'rules': ['-lcriterion'], 'torture': []}
FLAGS = ['-std=gnu11', '-O1', '-g', '-pthread', '-w']
LIBS = ['-lurcu-memb', '-lurcu-common']


def run(command, cwd=None, timeout=None, env=None):
    """Status and output; a time-out is a status of its own."""
    try:
        p = subprocess.run(command, cwd=cwd, timeout=timeout, env=env, stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT)
        return p.returncode, p.stdout.decode(errors='replace')
    except subprocess.TimeoutExpired as e:
        return 'hangs', (e.stdout or b'').decode(errors='replace')


class Tree:
    """A copy of the sources with objects beside them."""

    def __init__(self, path, flags, programs):
        self.path, self.flags, self.programs = path, flags, programs

    def populate(self):
        for part in ('common', 'prototypes', 'tests', 'build-tools', 'bench/stage'):
            shutil.copytree(os.path.join(ROOT, part), os.path.join(self.path, part))
        tool = os.path.join(self.path, 'build-tools/schemes.sh')
        schemes = subprocess.check_output(['sh', tool, 'names', self.path]).decode().split()
        for name, script in (('prototypes/registry.c', [tool, 'registry']),
                             ('tests/common/schemes.h', [self.path + '/tests/common/schemes.sh'])):
            with open(os.path.join(self.path, name), 'wb') as out:
                subprocess.check_call(['sh'] + script + schemes, stdout=out)

    def sources(self, *folders):
        for folder in folders:
            for base, _, files in os.walk(os.path.join(self.path, folder)):
                for f in sorted(files):
                    if f.endswith('.c') and (f != 'platform_call.c' or '-DPLATFORM_CALL' in self.flags):
                        yield os.path.relpath(os.path.join(base, f), self.path)

    def stale(self, source):
        obj = os.path.join(self.path, source[:-2] + '.o')
        dep = obj[:-2] + '.d'
        if not os.path.exists(obj) or not os.path.exists(dep):
            return True
        text = open(dep).read().replace('\\\n', ' ').split(':', 1)[1].split()
        made = os.path.getmtime(obj)
        return any(os.path.getmtime(os.path.join(self.path, f)) > made for f in text)

    def build(self):
        """Empty if built, else the compiler's words."""
        core = list(self.sources('common', 'prototypes', 'bench/stage', 'tests/common'))
        for source in core + list(self.sources(*('tests/' + p for p in self.programs))):
            if self.stale(source):
                status, out = run(['cc'] + self.flags + ['-I.', '-MMD', '-c', source, '-o',
                                                         source[:-2] + '.o'], self.path)
                if status:
                    return out
        for program in self.programs:
            libs = PROGRAMS[program]
            objects = [s[:-2] + '.o' for s in core + list(self.sources('tests/' + program))]
            status, out = run(['cc'] + self.flags + objects + LIBS + libs + ['-o', program + '.bin'],
                              self.path)
            if status:
                return out
        return ''


def header(patch):
    text = open(patch).read()
    return {key: re.search('^%s: (.*)' % key, text, re.M).group(1)
            for key in ('Rule', 'Clause', 'Meant')}


def noticed_by(tree, seconds):
    """Program and test, for each program that fails."""
    env = dict(os.environ, FAULTLINE_WATCHDOG='30', ASAN_OPTIONS='handle_segv=0:detect_leaks=0')
    found = []
    for program in tree.programs:
        if program == 'torture':
            command, limit = ['./torture.bin', '--seconds', str(seconds)], 8 * seconds + 60
        else:
            command, limit = ['./%s.bin' % program, '--jobs', '1', '--fail-fast', '--short-filename'], 600
        status, out = run(command, tree.path, limit, env)
        if status == 0:
            continue
        failed = re.search(r'\[FAIL\] (\S+?):? ', out)
        scheme = re.search(r'--scheme (\S+)', out)
        what = failed.group(1) if failed else scheme.group(1) if scheme else str(status)
        if 'WARNING: ThreadSanitizer' in out:
            what = 'a data race'
        elif 'AddressSanitizer' in out:
            what = 'AddressSanitizer in ' + what
        found.append('%s: %s' % (program, what))
    return found


def mutate(base, patch, work, seconds):
    name = os.path.basename(patch)[:-len('.patch')]
    tree = Tree(os.path.join(work, name), base.flags, base.programs)
    shutil.copytree(base.path, tree.path)   # keeps the objects' times
    status, out = run(['patch', '-p1', '-s', '-i', patch], tree.path)
    if status:
        result = ['(the patch does not apply)']
    else:
        for f in re.findall(r'^\+\+\+ b/(\S+)', open(patch).read(), re.M):
            os.utime(os.path.join(tree.path, f))
        out = tree.build()
        result = ['(does not compile: %s)' % out.splitlines()[0]] if out else noticed_by(tree, seconds)
    shutil.rmtree(tree.path)
    return name, result


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--asan', action='store_true', help='build with AddressSanitizer')
    parser.add_argument('--tsan', action='store_true', help='build with ThreadSanitizer; torture only')
    parser.add_argument('--jobs', type=int, default=2)
    parser.add_argument('--seconds', type=int, default=2, help='torture, for each scheme')
    parser.add_argument('names', nargs='*')
    args = parser.parse_args()

    folder = os.path.join(HERE, 'mutants')
    patches = [os.path.join(folder, f) for f in sorted(os.listdir(folder)) if f.endswith('.patch')
               and (not args.names or f[:-6] in args.names)]
    flags, programs = FLAGS, list(PROGRAMS)
    if args.asan:
        flags = flags + ['-fsanitize=address']
    if args.tsan:   # it does not go with Criterion
        flags, programs = flags + ['-fsanitize=thread', '-DPLATFORM_CALL'], ['torture']
    with tempfile.TemporaryDirectory() as work:
        base = Tree(os.path.join(work, 'base'), flags, programs)
        os.mkdir(base.path)
        base.populate()
        out = base.build()
        if out:
            sys.exit(out)
        clean = noticed_by(base, args.seconds)
        if clean:
            sys.exit('the tree as it is fails: %s' % clean)
        print('| mutant | rule | clause left out | noticed by |\n|---|---|---|---|')
        with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
            done = pool.map(lambda p: mutate(base, p, work, args.seconds), patches)
            for patch, (name, result) in zip(patches, done):
                h = header(patch)
                print('| `%s` | %s | %s | %s |' % (name, h['Rule'], h['Clause'],
                                                   '; '.join(result) or 'open: ' + h['Meant']), flush=True)


if __name__ == '__main__':
    main()
