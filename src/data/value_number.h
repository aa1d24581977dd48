/* Numbers put into columns of any type that can keep them exactly: what the
 * builder and casts share. Each appends one row, or nothing when it does not
 * return QUIRE_VALUE_OK. Dictionary columns take the value. */
#ifndef QUIRE_DATA_VALUE_NUMBER_H
#define QUIRE_DATA_VALUE_NUMBER_H

#include "base/decimal.h"
#include "data/value_text.h"

/* What an append's code means as the result of putting a value. */
static inline enum quire_value_result quire_value_appended(int code)
{
    if (code == 0) return QUIRE_VALUE_OK;
    return code == QUIRE_LIMIT ? QUIRE_VALUE_FULL : QUIRE_VALUE_MEMORY;
}

/* Into integers, floats, decimals, dates, times of day (which must be within one
 * day), timestamps, durations and months. lossy: floats round. */
enum quire_value_result quire_value_put_int(struct quire_column *column, int64_t value, bool lossy);
enum quire_value_result quire_value_put_uint(struct quire_column *column, uint64_t value,
                                             bool lossy);

/* Into floats, integers (whole values; lossy: truncated) and decimals (the
 * value's shortest text). */
enum quire_value_result quire_value_put_double(struct quire_column *column, double value,
                                               bool lossy);

/* Into decimals, integers (lossy: truncated) and floats whose shortest text is the
 * decimal's (lossy: rounded). */
enum quire_value_result quire_value_put_decimal(struct quire_column *column,
                                                const struct quire_decimal *value, int scale,
                                                bool lossy);

#endif
