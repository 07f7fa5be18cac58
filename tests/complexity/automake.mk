# SPDX-License-Identifier: GPL-2.0-or-later
# `faultline complexity`: counted by hand, and by others.

script_tests += %D%/check-complexity.sh
EXTRA_DIST += %D%/counted.c %D%/counted.expected
