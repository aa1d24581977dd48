/* The schema that the rows of two schemas both fit: how files that were inferred
 * one by one are read as one. */
#ifndef QUIRE_DATA_WIDEN_H
#define QUIRE_DATA_WIDEN_H

#include <stdbool.h>

#include "quire/batch.h"

/* Columns are matched by name; one that only one side has becomes nullable, those
 * of b come after those of a. Types widen as inference widens values: null →
 * anything, integers → int64 → float64, date → timestamp, coarser → finer unit.
 * Others become string with text_fallback, else QUIRE_INPUT naming the column and
 * both types. Metadata is kept where the schemas are equal as a whole. */
int quire_schema_widen(const struct ArrowSchema *a, const struct ArrowSchema *b, bool text_fallback,
                       struct ArrowSchema *result, struct quire_error *error);

/* A copy in which top-level columns of type null are strings. */
int quire_schema_null_to_string(const struct ArrowSchema *schema, struct ArrowSchema *result,
                                struct quire_error *error);

#endif
