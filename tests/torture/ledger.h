/*
 * What ledger.c and publish.c must agree on.
 */
#ifndef TESTS_TORTURE_LEDGER_H
#define TESTS_TORTURE_LEDGER_H

#define LEDGER_NAMESPACE "/ledger"
#define LEDGER_PREFIX    "ledger"

#endif
