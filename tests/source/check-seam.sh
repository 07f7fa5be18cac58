#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Does this tree keep to the rules of the seam?
exec sh "${srcdir:-.}/tests/source/seam-rules.sh" "${srcdir:-.}"
