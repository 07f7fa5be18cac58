# SPDX-License-Identifier: GPL-2.0-or-later
"""Memory-ordering pairs: @pairs{what | partner()} must be named back, with the same words, where the partner stands."""
import os
import re

NOTE = re.compile(r'@pairs\{([^|{}]*)\|([^{}]*)\}')


def words(text):
    return ' '.join(re.sub(r'\n\s*\*\s?', ' ', text).split())


def below(text, at):
    """The function that a comment stands above."""
    m = re.compile(r'^\w[\w *]*\b(\w+)\(', re.M).search(text, at)
    return m[1] if m else ''


def dangling(source):
    notes = []
    for folder in ('common', 'prototypes'):
        for at, _, names in os.walk(os.path.join(source, folder)):
            for name in names:
                if name.endswith(('.c', '.h')):
                    with open(os.path.join(at, name), encoding='utf-8') as f:
                        text = f.read()
                    short = os.path.relpath(os.path.join(at, name), source)
                    notes += [(short, words(m[1]), re.findall(r'(\w+)\(\)', m[2]), NOTE.sub('', text), below(text, m.end()))
                              for m in NOTE.finditer(text)]
    for path, what, partners, _, function in sorted(notes, key=lambda n: n[:2]):
        if not partners:
            yield f'{path}: @pairs{{{what}}} names no partner()'
        for partner in partners:
            if not any(w == what and re.search(rf'\b{partner}\(', text) for _, w, _, text, _ in notes):
                yield f'{path}: @pairs{{{what} | {partner}()}}: nothing that pairs the same stands where {partner}() is'
        # One function may pair with itself, run by two threads.
        if sum(n[1] == what for n in notes) < 2 and function not in partners:
            yield f'{path}: @pairs{{{what}}} stands alone: its partner does not name it back'
