/* Private to the library: commits that add no rows. */
#ifndef QUIRE_TABLE_TABLE_APPEND_H
#define QUIRE_TABLE_TABLE_APPEND_H

#include "quire/table_write.h"

/* Appends no row to a table that is there: what the commit says (info, app) is all that it adds.
 * The other options are not looked at, but for durability. */
int quire_table_append_none(const char *url, const struct quire_table_append_options *options,
                            struct quire_table_append_result *result, struct quire_error *error);

#endif
