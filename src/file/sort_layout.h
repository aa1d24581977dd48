/* What runs hold of rows: their memory, without what it means. A temporary can then hold
 * types and values for which its format has no place, and nothing is checked or converted
 * on the way. */
#ifndef QUIRE_FILE_SORT_LAYOUT_H
#define QUIRE_FILE_SORT_LAYOUT_H

#include "data/field.h"

/* The schema of runs: that of arrays of `schema`, as integers and bytes. QUIRE_UNSUPPORTED
 * naming a column that cannot stand in a run: structs without fields, fixed lists and binaries
 * of no items, dictionaries of nested values. */
int quire_sort_layout_schema(const struct ArrowSchema *schema, struct ArrowSchema *layout,
                             struct quire_error *error);

/* The fields that arrays read from a run have: those of `schema`, with the indices that the
 * run gives. Closed with quire_field_close. */
int quire_sort_layout_fields(const struct ArrowSchema *schema, const struct ArrowSchema *run,
                             struct quire_field **fields, struct quire_error *error);

#endif
