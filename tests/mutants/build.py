# SPDX-License-Identifier: GPL-2.0-or-later
"""A copy of the sources with a build of its own, in which one mutant stands after the other.

A source file's mutant is compiled beside the sources, and its object is linked before the archives, so that the member
of the same name is not taken: without make, and nothing has to be built again when it goes.  A header's mutant, and
what scripts and the explorer run, is made in the sources, by make.
"""
import glob
import os
import re
import shutil
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'busted'))
from busted import call, end_session, what_it_said  # noqa: E402,F401

SKIPPED = ('build', 'autom4te.cache')


def files_of(src):
    for base, folders, names in os.walk(src):
        folders[:] = [f for f in folders if not f.startswith(SKIPPED + ('.git', 'faultline-')) or f == 'build-aux']
        for name in names:
            yield os.path.relpath(os.path.join(base, name), src)


def copy(there, here):
    """A file that is another than it was gets a new time: what was built of it is old now."""
    known = os.path.exists(here)
    with open(there, 'rb') as f:
        text = f.read()
    if known:
        with open(here, 'rb') as f:
            if f.read() == text:
                return
    os.makedirs(os.path.dirname(here), exist_ok=True)
    with open(here, 'wb') as f:
        f.write(text)
    (shutil.copymode if known else shutil.copystat)(there, here)


def mirror(original, src):
    """Make @src what @original is, but for builds."""
    wanted = set(files_of(original))
    for path in set(files_of(src)) - wanted:
        os.unlink(os.path.join(src, path))
    for path in wanted:
        copy(os.path.join(original, path), os.path.join(src, path))


PLAIN = '.plain'     # a program while a mutant's stands in its place
HELPERS = 'what the command runs'
# The first two are what `make` alone would make before it builds, and beside it.
MADE_AT_ONCE = ('tests/support/schemes.h', 'copy-evidence-scripts', 'faultline', HELPERS)
OBJECT = {False: 'mutant.o', True: 'mutant-sim.o'}


class DoesNotBuild(Exception):
    pass


class Build:
    def __init__(self, original, configured, folder, flags, jobs, targets=MADE_AT_ONCE):
        """
        @folder may have one of an earlier run: what is not as in @original is replaced, and so built again.  Not
        configured anew, but as the build @configured is, and with other CFLAGS.  @targets: made at once
        """
        self.original, self.src, self.build = original, os.path.join(folder, 'source'), os.path.join(folder, 'source', 'build')
        self.jobs, self.helpers = str(jobs), None
        self.variables = ['WARN_CFLAGS=-w', 'CFLAGS=' + flags]
        os.makedirs(self.build, exist_ok=True)
        mirror(original, self.src)
        status = os.path.join(self.build, 'config.status')
        if not os.path.exists(status):
            with open(os.path.join(configured, 'config.status')) as f:
                text = f.read()
            with open(status, 'w') as f:
                f.write(re.sub(r"^ac_pwd='.*'$", f"ac_pwd='{self.build}'", text, flags=re.M))
            os.chmod(status, 0o755)
            self.must(['./config.status', '-q'])
        self.make(list(targets))
        self.compile, self.link, self.replaced = {}, {}, []

    def must(self, command):
        status, out = call(command, self.build, 3600)
        if status:
            raise DoesNotBuild((out.strip().split('\n') or ['?'])[-1])

    def make(self, targets):
        """@targets: HELPERS stands for the programs that the command runs"""
        named = [t for t in targets if t != HELPERS]
        if HELPERS in targets:
            if self.helpers is None:
                status, out = call(['sh', '-c', "printf 'include Makefile\\nhelpers:\\n\\t@echo $(pkglibexec_PROGRAMS)\\n' | make -s -f - helpers"], self.build)
                self.helpers = out.split('\n')[-2].split()
            named += self.helpers
        self.must(['make', '-s', '-j', self.jobs] + self.variables + named)

    # --- without make

    def learn(self, paths, programs):
        """How source files are compiled, and programs linked: make says what it would do if they were newer."""
        self.make(programs)
        with open(os.path.join(self.build, 'Makefile')) as f:
            cc = re.escape(re.search(r'^CC = (.*)$', f.read(), re.M)[1])
        newer = [w for p in paths for w in ('-W', os.path.join('..', p))]
        _, out = call(['make', '-n', 'V=1'] + self.variables + newer + programs, self.build)
        for line in out.replace('\\\n', ' ').split('\n'):
            compiled = re.search(rf'({cc} .*?) -MT (\S+\.o) .*-c -o \S+ .*?([\w./-]+\.c)\b', line)
            linked = re.search(rf'{cc} .* -o (\S+) .*', line)
            if compiled:
                path = os.path.relpath(os.path.join(self.build, compiled[3]), self.src)
                self.compile.setdefault((path, os.path.basename(compiled[2]).startswith('sim_')), compiled[1])
            elif linked and linked[1] in programs:
                self.link[linked[1]] = linked[0]
        for program in programs:
            if os.path.exists(os.path.join(self.build, program + PLAIN)):
                self.put_back(program)

    def shell(self, command):
        status, out = call(['sh', '-c', command], self.build, 600)
        if status:
            raise DoesNotBuild((re.findall('error: .*', out) or out.strip().split('\n') or ['?'])[-1])

    def compile_mutant(self, m):
        """Twice, if the simulator has its own object of what measures."""
        with open(os.path.join(self.build, 'mutant.c'), 'w') as f:
            f.write(self.text_of(m))
        for simulated in (False, True):
            if (m.path, simulated) in self.compile:
                self.shell(f'{self.compile[m.path, simulated]} -c -o {OBJECT[simulated]} mutant.c')

    def link_mutant(self, m, programs):
        for program in programs:
            if program in self.replaced:
                continue
            path = os.path.join(self.build, program)
            mine = OBJECT['sim/libbench.a' in self.link[program] and (m.path, True) in self.compile]
            os.rename(path, path + PLAIN)
            self.replaced.append(program)
            self.shell(self.link[program].replace(f' -o {program} ', f' -o {program} {mine} '))

    def put_back(self, program):
        path = os.path.join(self.build, program)
        os.replace(path + PLAIN, path)

    def without_mutant(self):
        for program in self.replaced:
            self.put_back(program)
        self.replaced = []

    # --- by make

    def restore(self, path):
        copy(os.path.join(self.original, path), os.path.join(self.src, path))

    def text_of(self, m):
        with open(os.path.join(self.src, m.path)) as f:
            lines = f.read().split('\n')
        assert lines[m.line - 1] == m.old
        lines[m.line - 1] = m.new
        return '\n'.join(lines)

    def plant(self, m):
        text = self.text_of(m)
        with open(os.path.join(self.src, m.path), 'w') as f:
            f.write(text)

    # --- to a compiler that optimizes

    def object_of(self, path, names):
        """What the compiler makes of a source file here, or None: not known, as of a header.  @names: a build that is whole"""
        base, name = os.path.split(os.path.splitext(path)[0])
        found = [o for o in glob.glob(os.path.join(names.build, base, '*.o')) if re.search(rf'(^|-){name}\.o$', os.path.basename(o))]
        if not path.endswith('.c') or not found:
            return None
        target = os.path.join(base, os.path.basename(min(found)))
        self.make([target])
        with open(os.path.join(self.build, target), 'rb') as f:
            return f.read()

    def is_same(self, m, names):
        """Is the mutant the same program to the compiler of this build?"""
        was = self.object_of(m.path, names)
        self.plant(m)
        try:
            return was is not None and self.object_of(m.path, names) == was
        except DoesNotBuild:
            return False
        finally:
            self.restore(m.path)
