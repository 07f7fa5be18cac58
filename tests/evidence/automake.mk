# SPDX-License-Identifier: GPL-2.0-or-later
# Checks of the committed evidence, and checks of those checks.

source_tests += %D%/check-evidence.sh
checker_tests += %D%/check-evidence-catches.sh
script_tests += %D%/check-claims.sh
EXTRA_DIST += %D%/catches.py %D%/claim_cases.py %D%/claims_test.py
