# SPDX-License-Identifier: GPL-2.0-or-later
"""Links of the documents, and documents that sources name: does each lead somewhere?"""
import os
import re
import urllib.parse

FOLDERS = ('.', 'ADR', 'docs', 'bench', 'common', 'prototypes', 'tests')
LINK = re.compile(r'(?<!!)\[[^][]*\]\(([^()\s]+)\)')
NAMED = re.compile(r'\b((?:docs|ADR)/[A-Za-z0-9_-]+\.md)\b')


def files(source, endings):
    for folder in FOLDERS:
        for at, folders, names in os.walk(os.path.join(source, folder)):
            folders[:] = [] if folder == '.' else sorted(f for f in folders if f != 'linux')
            yield from (os.path.join(at, n) for n in sorted(names) if n.endswith(endings))


def anchors(path):
    """As GitHub makes them of headings."""
    with open(path, encoding='utf-8') as f:
        heads = re.findall(r'^#+ (.+)$', f.read(), re.M)
    return {re.sub(r'[^\w\- ]', '', h.lower()).strip().replace(' ', '-') for h in heads}


def dead(source):
    for path in files(source, ('.md',)):
        with open(path, encoding='utf-8') as f:
            text = f.read()
        short = os.path.relpath(path, source)
        for target in LINK.findall(text):
            if re.match(r'[a-z]+:', target):
                continue
            to, _, anchor = urllib.parse.unquote(target).partition('#')
            full = os.path.join(os.path.dirname(path), to) if to else path
            if not os.path.exists(full):
                yield f'{short}: {target}: not there'
            elif anchor and full.endswith('.md') and anchor not in anchors(full):
                yield f'{short}: {target}: no such heading'
    for path in files(source, ('.c', '.h', '.sh', '.py', '.mk', '.dox', '.md')):
        if path.endswith(('catches.sh', 'catches.py')):
            continue	# plants what is wrong
        with open(path, encoding='utf-8') as f:
            text = f.read()
        for named in sorted(set(NAMED.findall(text))):
            if not re.search('NNNN|/9999-', named) and not os.path.exists(os.path.join(source, named)):
                yield f'{os.path.relpath(path, source)}: names {named}, which is not there'
