/* The types that expressions compute with: fewer than columns have, since widths and
 * layouts of text, binary and dictionaries make no difference to a value.
 *
 * Whole numbers are held in 64 bits whatever their width, which bounds what a result may
 * be; uint64 is a decimal of 20 digits. Nested values can only be looked into and asked
 * whether they are null. */
#ifndef QUIRE_EXPR_EXPR_TYPE_H
#define QUIRE_EXPR_EXPR_TYPE_H

#include "base/decimal.h"
#include "data/field.h"

enum quire_expr_type_id {
    QUIRE_EXPR_NULL, /* of the literal NULL alone; becomes any other */
    QUIRE_EXPR_BOOL,
    QUIRE_EXPR_INT8, /* whole numbers in order of width */
    QUIRE_EXPR_INT16,
    QUIRE_EXPR_INT32,
    QUIRE_EXPR_INT64,
    QUIRE_EXPR_DECIMAL,
    QUIRE_EXPR_FLOAT32,
    QUIRE_EXPR_FLOAT64,
    QUIRE_EXPR_STRING,
    QUIRE_EXPR_BINARY,
    QUIRE_EXPR_DATE,
    QUIRE_EXPR_TIME,
    QUIRE_EXPR_TIMESTAMP,     /* an instant */
    QUIRE_EXPR_TIMESTAMP_NTZ, /* a wall clock, no zone */
    QUIRE_EXPR_DURATION,
    QUIRE_EXPR_INTERVAL, /* of a literal alone: months, days and microseconds */
    QUIRE_EXPR_NESTED
};

struct quire_expr_type {
    enum quire_expr_type_id id;
    enum quire_time_unit unit;        /* TIME, TIMESTAMP, TIMESTAMP_NTZ, DURATION */
    int precision, scale;             /* DECIMAL */
    const struct quire_field *nested; /* NESTED: the list, struct or map; part of no comparison */
};

/* The precision that results of decimal arithmetic are cut at, as Spark's are. */
#define QUIRE_EXPR_PRECISION_MAX 38

static inline bool quire_expr_is_integer(enum quire_expr_type_id id)
{
    return id >= QUIRE_EXPR_INT8 && id <= QUIRE_EXPR_INT64;
}
static inline bool quire_expr_is_float(enum quire_expr_type_id id)
{
    return id == QUIRE_EXPR_FLOAT32 || id == QUIRE_EXPR_FLOAT64;
}
static inline bool quire_expr_is_number(enum quire_expr_type_id id)
{
    return id >= QUIRE_EXPR_INT8 && id <= QUIRE_EXPR_FLOAT64;
}
static inline bool quire_expr_is_timestamp(enum quire_expr_type_id id)
{
    return id == QUIRE_EXPR_TIMESTAMP || id == QUIRE_EXPR_TIMESTAMP_NTZ;
}

struct quire_expr_type quire_expr_type_of_field(const struct quire_field *field);

/* The type that values of both can become, as Spark chooses it: the wider number; the timestamp
 * of a date and one; of text and anything else, the other to compare in (what is written as text
 * is meant), but text where one of the values is the result (`as_text`). False when there is
 * none. */
bool quire_expr_type_common(const struct quire_expr_type *a, const struct quire_expr_type *b,
                            bool as_text, struct quire_expr_type *common);

/* The decimal that whole numbers of a type become, with as many digits as Spark gives it; a
 * decimal is its own. */
struct quire_expr_type quire_expr_type_as_decimal(const struct quire_expr_type *type);

/* The greatest value of a whole number's type, or of a date's days. */
int64_t quire_expr_type_most(enum quire_expr_type_id id);

bool quire_expr_type_equal(const struct quire_expr_type *a, const struct quire_expr_type *b);

/* The type that a name stands for, as CAST takes it: Spark's names and this library's
 * ("int", "bigint", "decimal(10,2)", "timestamp_ntz", "float64"), any case. */
bool quire_expr_type_parse(const char *text, size_t size, struct quire_expr_type *type);

/* A name for messages, zero-terminated. */
#define QUIRE_EXPR_TYPE_TEXT_MAX 32
void quire_expr_type_print(const struct quire_expr_type *type, char *out);

#endif
