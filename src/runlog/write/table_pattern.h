/* Private to runlog: patterns that name tables. */
#ifndef QUIRE_RUNLOG_TABLE_PATTERN_H
#define QUIRE_RUNLOG_TABLE_PATTERN_H

#include "quire/error.h"

/* QUIRE_USAGE, naming the option and what a pattern may have, for one that cannot name a table
 * whatever is written. NULL is fine. */
int quire_table_pattern_check(const char *option, const char *pattern, struct quire_error *error);

#endif
