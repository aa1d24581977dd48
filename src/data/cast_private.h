/* What the files that cast share: the state of one cast, and the choice of the
 * function that converts values of one type to another. */
#ifndef QUIRE_DATA_CAST_PRIVATE_H
#define QUIRE_DATA_CAST_PRIVATE_H

#include "data/value_number.h"
#include "quire/batch.h"

#define QUIRE_CAST_OPERATION "cast"

struct quire_caster {
    bool allow_null, lossy;
    int64_t nulled;
    int64_t row;           /* top-level row while inside a list; -1: not inside */
    struct quire_buf text; /* scratch */
    struct quire_error *error;
};

/* Converts one value that is not null and appends it, or says why not. */
typedef enum quire_value_result quire_cast_value(struct quire_caster *caster,
                                                 const struct quire_view *view, int64_t row,
                                                 struct quire_column *column);

/* The conversion between two types, neither nested; NULL when there is none. */
quire_cast_value *quire_cast_value_of(const struct quire_field *from, const struct quire_field *to);
/* Its parts: numbers and booleans to numbers, booleans and counts of time; dates,
 * times and intervals among themselves and to integers. */
quire_cast_value *quire_cast_number_of(const struct quire_field *from,
                                       const struct quire_field *to);
quire_cast_value *quire_cast_time_of(const struct quire_field *from, const struct quire_field *to);

/* A parent's rows that are null: whatever lies below them need not fit. */
struct quire_cast_mask {
    const struct quire_view *view;
    const struct quire_cast_mask *outer;
};

/* Appends rows of view to column, of any two types that quire_cast_check passed. */
int quire_cast_rows(struct quire_caster *caster, const struct quire_view *view, int64_t start,
                    int64_t count, const struct quire_cast_mask *mask, struct quire_column *column);

/* The nested part of it. */
int quire_cast_nested(struct quire_caster *caster, const struct quire_view *view, int64_t start,
                      int64_t count, const struct quire_cast_mask *mask,
                      struct quire_column *column);

/* True when a parent of the row is null. */
bool quire_cast_is_masked(const struct quire_cast_mask *mask, int64_t row);

/* Appends a null; a column that is not null gets zeros below a null parent, and
 * else it is QUIRE_INPUT. */
int quire_cast_absent(struct quire_caster *caster, int64_t row, const struct quire_cast_mask *mask,
                      struct quire_column *column);
int quire_cast_fail_null(struct quire_caster *caster, int64_t row);

/* Hands on the code of a column's append, with an error when it is not 0. */
int quire_cast_code(struct quire_caster *caster, int code);

/* Fails with QUIRE_USAGE and the column when a type cannot become the other. */
int quire_cast_check(const struct quire_caster *caster, const struct quire_field *from,
                     const struct quire_field *to);

/* A value that did not fit: null when that is allowed, else an error. text is what
 * the error shows. */
int quire_cast_refuse(struct quire_caster *caster, enum quire_value_result result, const char *text,
                      size_t size, int64_t row, struct quire_column *column);

#endif
