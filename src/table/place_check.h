/* Private to table: whether a table may be made at a place: files of two tables are not to be
 * mixed, nor a table's with others, that vacuuming it would delete. */
#ifndef QUIRE_TABLE_PLACE_CHECK_H
#define QUIRE_TABLE_PLACE_CHECK_H

#include "quire/error.h"

/* QUIRE_USAGE where a folder above, through whatever links, or a shorter prefix of the store, has a
 * _delta_log. What is above and closed to the caller is passed over. */
int quire_table_check_outside(const char *url, struct quire_error *error);

/* QUIRE_USAGE, naming what was found, where there is a file below that is no hidden one (its name
 * and those of its folders begin with neither '.' nor '_'), or a log of another table. Data files
 * of Quire's are no obstacle: a writer that makes the table at this moment, or was killed when it
 * did, has them there. Folders without files are none. Looks at no more than the first such file.
 */
int quire_table_check_empty(const char *url, struct quire_error *error);

#endif
