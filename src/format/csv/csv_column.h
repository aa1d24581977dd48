/* What the files that fill columns share. */
#ifndef QUIRE_FORMAT_CSV_CSV_COLUMN_H
#define QUIRE_FORMAT_CSV_CSV_COLUMN_H

#include "base/utf8.h"
#include "format/csv/csv_parse.h"

/* The fill function of string columns (not of dictionaries); their offsets are
 * reserved for all rows. */
int quire_csv_fill_string(struct quire_csv_parsing *parsing, struct quire_csv_task *task,
                          size_t from, size_t to);

#endif
