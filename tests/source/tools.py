# SPDX-License-Identifier: GPL-2.0-or-later
"""Does debian-packages install every tool that a script calls?  Prints file:line: tool for each that it does not.

    tools.py ROOT TRACKED [LIST]

Shell is parsed by shfmt, also in recipes of make and after `sh -c`; of Python, calls of subprocess and shutil.which(); of C,
the exec functions.  A tool whose name is computed is not seen.  What Debian's required packages have is always there.
Status 77, and why, where the packages of the list are not all installed: then nobody can tell what they have.
"""
import ast
import json
import os
import re
import shutil
import subprocess
import sys

# Needs no package of the list.
ELSEWHERE = {
    'faultline': 'the command itself',
    'sudo': 'only an administrator gives it to somebody',
    'llvm-config': 'only asked where libclang is',
}
BUILTINS = set('''. : [ alias bg break builtin cd command compgen complete compopt continue declare echo eval exec exit export false
    fg getopts hash jobs kill let local mapfile printf pwd read readonly return set shift shopt source test times trap true type
    typeset ulimit umask unalias unset wait'''.split())
# The tool comes behind their options and, for some, so many other words.
PREFIXES = {'command': 0, 'env': 0, 'exec': 0, 'nice': 0, 'nohup': 0, 'setsid': 0, 'sudo': 0, 'time': 0, 'timeout': 1, 'xargs': 0,
            'setpriv': 0}
WITH_VALUE = {'nice': '-n', 'timeout': '-k -s', 'xargs': '-n -P -I -d -L -E -s', 'env': '-u -C', 'sudo': '-u',
              'setpriv': '--reuid --regid'}


# --- what is called -------------------------------------------------------------------------------

def literal(word):
    """The text of a word of shfmt's tree; None if something in it is computed."""
    text = ''
    for part in word.get('Parts', ()):
        if part['Type'] == 'Lit':
            text += re.sub(r'\\(.)', r'\1', part.get('Value', ''))
        elif part['Type'] == 'SglQuoted':
            text += part.get('Value', '')
        elif part['Type'] == 'DblQuoted':
            inner = literal(part)
            if inner is None:
                return None
            text += inner
        else:
            return None
    return text


def sourced_file(word):
    """The file that "$srcdir/FILE" is, however srcdir is written, and "$here/FILE" as ./FILE; '' if it is neither."""
    parts = word['Parts'][0].get('Parts', ()) if word['Parts'][0]['Type'] == 'DblQuoted' else word['Parts']
    if len(parts) != 2 or parts[0]['Type'] != 'ParamExp' or parts[1]['Type'] != 'Lit':
        return ''
    start = {'srcdir': '', 'here': '.'}.get(parts[0]['Param']['Value'])
    return '' if start is None else (start + parts[1]['Value']).lstrip('/')


class Shell:
    """The tools that a script calls, with their lines, and the functions that it has."""

    def __init__(self, text, first_line=1, dialect='posix'):
        self.tools, self.functions, self.sourced = [], set(), []
        out = subprocess.run(['shfmt', '-ln', dialect, '--tojson'], input=text, capture_output=True, text=True)
        if out.returncode:
            raise SyntaxError(out.stderr.strip())
        self.offset = first_line - 1
        self.walk(json.loads(out.stdout))

    def walk(self, node):
        if isinstance(node, list):
            for n in node:
                self.walk(n)
        elif isinstance(node, dict):
            if node.get('Type') == 'FuncDecl':
                self.functions.add(node['Name']['Value'])
            if node.get('Type') == 'CallExpr' and node.get('Args'):
                self.call(node['Args'], node['Pos']['Line'] + self.offset)
            for n in node.values():
                self.walk(n)

    def call(self, words, line):
        name = literal(words[0])
        texts = [literal(w) for w in words[1:]]
        if not name:
            return
        if name == '.' and texts:
            self.sourced.append(texts[0] or sourced_file(words[1]))
        self.tools.append((name, line))
        if name in ('sh', 'bash'):
            for i, t in enumerate(texts):
                if t and re.fullmatch('-[a-z]*c', t) and i + 1 < len(texts) and texts[i + 1]:
                    inner = Shell(texts[i + 1], line, 'posix' if name == 'sh' else name)
                    self.tools += inner.tools
                    self.functions |= inner.functions
        if name in PREFIXES:
            rest, skip = list(words[1:]), PREFIXES[name]
            while rest:
                t = literal(rest[0])
                if t is not None and t.startswith('-') and t != '--':
                    rest = rest[2 if t in WITH_VALUE.get(name, '').split() else 1:]
                elif t == '--' or (t is None or '=' in t) and name == 'env':
                    rest = rest[1:]
                elif skip:
                    skip -= 1
                    rest = rest[1:]
                else:
                    break
            if rest:
                self.call(rest, line)


def recipes(text):
    """A makefile's recipes as the shell gets them, each in its line; what make puts in is a variable here."""
    made, recipe, continued = [], False, False
    for line in text.split('\n'):
        if not continued:
            recipe = line.startswith('\t')
            line = line.lstrip('\t@-+ ') if recipe else line
        made.append(line if recipe else '')
        continued = line.endswith('\\')
    shell = re.sub(r'\$\(AM_V_[A-Z]*\)', '', '\n'.join(made)).replace('$$', '\0')
    longer = None
    while shell != longer:      # $(if $(this),that)
        longer, shell = shell, re.sub(r'\$\([^()]*\)|\$[@<^*?]|%[CD]%', '${MAKE}', shell)
    return shell.replace('\0', '$')


def python_tools(text):
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        f = node.func
        name = f.attr if isinstance(f, ast.Attribute) else getattr(f, 'id', '')
        if name not in ('run', 'Popen', 'call', 'check_call', 'check_output', 'which'):
            continue
        what = node.args[0].elts[:1] if isinstance(node.args[0], (ast.List, ast.Tuple)) else \
            [node.args[0]] if name == 'which' else []
        for w in what:
            if isinstance(w, ast.Constant) and isinstance(w.value, str):
                yield w.value, node.lineno


def c_tools(text):
    for n, line in enumerate(text.split('\n'), 1):
        for m in re.finditer(r'\b(?:execlp?|execvpe?|popen|system|posix_spawnp)\(\s*"([\w.+-]+)', line):
            yield m.group(1), n


def called(root, tracked):
    """(file, line, tool) of everything."""
    for path in tracked:
        try:
            yield from called_by(root, path, open(os.path.join(root, path)).read())
        except (UnicodeDecodeError, OSError):
            pass
        except SyntaxError as e:
            sys.exit('%s: cannot be parsed: %s' % (path, e))


def called_by(root, path, text):
    first = text.split('\n', 1)[0]
    if path.endswith(('.mk', '.am')):
        yield from ((path, n, t) for t, n in Shell(recipes(text)).tools)
    elif path.endswith(('.sh', '.bash')) or re.match(r'#!/bin/(ba)?sh', first):
        shell = Shell(text, dialect='bash' if 'bash' in path + first else 'posix')
        for s in shell.sourced:
            s = os.path.join(root, os.path.dirname(path) if s.startswith('./') else '', s)
            if os.path.isfile(s):
                shell.functions |= Shell(open(s).read()).functions
        yield from ((path, n, t) for t, n in shell.tools if t not in shell.functions)
    elif path.endswith('.py'):
        yield from ((path, n, t) for t, n in python_tools(text))
    elif path.endswith('.c'):
        yield from ((path, n, t) for t, n in c_tools(text))


# --- what is installed ----------------------------------------------------------------------------

def read_list(path):
    """Package: purpose."""
    lines = (line.split('#')[0].split() for line in open(path))
    return {line[0]: line[1] for line in lines if line}


class Installed:
    def __init__(self):
        out = subprocess.run(['dpkg-query', '-W', '-f', '${db:Status-Status}\t${Package}\t${Priority}\t${Essential}\t'
                              '${Provides}\t${Pre-Depends},${Depends}\n'], capture_output=True, text=True).stdout
        self.needs, self.base, self.provided = {}, set(), {}
        for line in out.splitlines():
            status, name, priority, essential, provides, depends = line.split('\t')
            if status != 'installed':
                continue
            self.needs[name] = [[self.bare(a) for a in d.split('|')] for d in depends.split(',') if d.strip()]
            if priority == 'required' or essential == 'yes':
                self.base.add(name)
            for p in filter(None, map(self.bare, provides.split(','))):
                self.provided.setdefault(p, name)

    @staticmethod
    def bare(text):
        return re.sub(r'[ (:\[].*', '', text.strip())

    def with_needs(self, names):
        found, todo = set(), list(names)
        while todo:
            name = todo.pop()
            name = name if name in self.needs else self.provided.get(name)
            if not name or name in found:
                continue
            found.add(name)
            for alternatives in self.needs[name]:
                todo += [a for a in alternatives if a in self.needs or a in self.provided][:1]
        return found

    @staticmethod
    def owner(tool):
        """The package that has the tool; None if there is no such tool."""
        at = shutil.which(tool, path='/usr/sbin:/usr/bin:/sbin:/bin')
        if not at:
            return None
        places = {at, os.path.realpath(at)}
        places |= {p[4:] for p in places if p.startswith('/usr/')} | {'/usr' + p for p in places if not p.startswith('/usr/')}
        out = subprocess.run(['dpkg-query', '-S'] + sorted(places), capture_output=True, text=True).stdout
        return re.sub('[:,].*', '', out.split('\n')[0]) or '?'


def main():
    root, tracked = sys.argv[1], open(sys.argv[2]).read().split('\n')
    wanted = read_list(sys.argv[3] if len(sys.argv) > 3 else os.path.join(root, 'debian-packages'))
    for tool in ('shfmt', 'dpkg-query'):
        if not shutil.which(tool):
            print('there is no %s' % tool)
            return 77
    installed = Installed()
    missing = [p for p, purpose in wanted.items() if p not in installed.needs and purpose in ('build', 'check', 'docs')]
    if missing:
        print('not installed: %s' % ' '.join(missing))
        return 77
    there = installed.base | installed.with_needs(wanted)
    owners, bad = {}, 0
    for path, line, tool in sorted(set(called(root, filter(None, tracked)))):
        # No path, no function of a completion.  A tool whose purpose is not installed by default bears its package's name.
        if tool in BUILTINS or tool in ELSEWHERE or tool in wanted or not re.fullmatch(r'[A-Za-z0-9][\w.+-]*', tool):
            continue
        if tool not in owners:
            owners[tool] = installed.owner(tool)
        if owners[tool] not in there:
            bad += 1
            print('%s:%d: %s: %s' % (path, line, tool, 'no package here has it' if not owners[tool] else
                                     'is in package %s, which debian-packages does not install' % owners[tool]))
    return 1 if bad else 0


if __name__ == '__main__':
    sys.exit(main())
