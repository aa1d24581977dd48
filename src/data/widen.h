/* The schema that the rows of two schemas both fit: how files that were inferred
 * one by one are read as one. */
#ifndef QUIRE_DATA_WIDEN_H
#define QUIRE_DATA_WIDEN_H

#include <stdbool.h>

#include "quire/batch.h"

/* What becomes of types that have nothing in common. */
enum quire_widen_mixed {
    QUIRE_WIDEN_ERROR, /* QUIRE_INPUT naming the column and both types */
    QUIRE_WIDEN_TEXT,  /* string; an error where one is nested */
    QUIRE_WIDEN_JSON   /* JSON text */
};

/* Columns are matched by name; one that only one side has becomes nullable, those
 * of b come after those of a. Types widen as inference widens values: null →
 * anything, integers → int64 → float64, with uint64 → decimal(38,0) or by floats
 * float64, date → timestamp, coarser → finer unit, times of different kinds or with
 * text → string. Metadata is kept where the schemas are equal as a whole. */
struct quire_widening {
    enum quire_widen_mixed mixed;
    bool floats; /* integers past 64 bits are floats */
    bool exact;  /* times stay times: with text they have nothing in common */
    /* Of files that carry their types, which widen to none but one that holds the values of both
     * as they are: wider numbers, decimals with the digits of both, larger strings. */
    bool typed;
};
int quire_schema_widen(const struct ArrowSchema *a, const struct ArrowSchema *b,
                       const struct quire_widening *rules, struct ArrowSchema *result,
                       struct quire_error *error);

/* A copy in which top-level columns of type null are strings. */
int quire_schema_null_to_string(const struct ArrowSchema *schema, struct ArrowSchema *result,
                                struct quire_error *error);

#endif
