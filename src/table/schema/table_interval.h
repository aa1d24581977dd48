/* Private to table: lengths of time as table properties have them ("interval 7 days"). */
#ifndef QUIRE_TABLE_TABLE_INTERVAL_H
#define QUIRE_TABLE_TABLE_INTERVAL_H

#include <stdbool.h>
#include <stdint.h>

/* Milliseconds, rounded down; weeks to milliseconds, months and years have no length. False where
 * the text is no such interval or its length does not fit. */
bool quire_table_interval_ms(const char *text, int64_t *length_ms);

#endif
