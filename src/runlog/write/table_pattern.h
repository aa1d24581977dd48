/* Private to runlog: patterns that name tables. */
#ifndef QUIRE_RUNLOG_TABLE_PATTERN_H
#define QUIRE_RUNLOG_TABLE_PATTERN_H

#include "quire/runlog_write.h"

/* QUIRE_USAGE, naming the option and what a pattern may have, for one that cannot name a table
 * whatever is written. NULL is fine. */
int quire_table_pattern_check(const char *option, const char *pattern, struct quire_error *error);

/* Whether one of the patterns has a field, as "{run_mode}". */
bool quire_table_pattern_has(const struct quire_runlog_options *options, const char *field);

#endif
