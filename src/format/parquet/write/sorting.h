/* The option `sorting` as SortingColumns of row groups. */
#ifndef QUIRE_PARQUET_SORTING_H
#define QUIRE_PARQUET_SORTING_H

#include "format/parquet/write/leaf_names.h"

/* Parses "a,-b.c" into items, which the caller frees with quire_free; NULL for no text.
 * QUIRE_USAGE for a name that is no leaf's. */
int quire_sorting_parse(const char *text, const struct quire_leaf_names *names,
                        struct quire_sorting_column_list *sorting, struct quire_error *error);

#endif
