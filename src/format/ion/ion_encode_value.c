/* Values of columns as Ion's data model sees them, for both forms. */
#include "base/civil.h"
#include "base/fail.h"
#include "base/utf8.h"
#include "format/ion/ion_encode.h"
#include "format/ion/ion_number.h"

static const char operation[] = "write ion";

#define SECONDS_FIRST INT64_C(-62135596800) /* 0001-01-01T00:00:00 */
#define SECONDS_LAST  INT64_C(253402300799) /* 9999-12-31T23:59:59 */

void quire_ion_decimal_of(const struct quire_view *view, int64_t row, uint8_t bytes[32],
                          struct quire_ion_decimal *decimal)
{
    const struct quire_field *field = view->field;
    const uint8_t *value = quire_view_fixed(view, row);
    size_t width = (size_t)field->width;
    bool negative = (value[width - 1] & 0x80) != 0;
    unsigned carry = negative;
    for (size_t i = 0; i < width; i++) {
        unsigned byte = (negative ? (uint8_t)~value[i] : value[i]) + carry;
        bytes[width - 1 - i] = (uint8_t)byte;
        carry = byte >> 8;
    }
    *decimal = (struct quire_ion_decimal){.exponent = -field->scale};
    decimal->coefficient.negative = negative;
    quire_ion_number_of_bytes(bytes, width, &decimal->coefficient);
}

bool quire_ion_moment_of(const struct quire_view *view, int64_t row,
                         struct quire_ion_moment *moment)
{
    static const int64_t scales[] = {1, 1000, 1000000, 1000000000};
    const struct quire_field *field = view->field;
    int64_t value = ((const int64_t *)view->values)[row + view->offset];
    int64_t scale = scales[field->unit];
    moment->seconds = value / scale;
    moment->fraction = value % scale;
    if (moment->fraction < 0) {
        moment->fraction += scale;
        moment->seconds--;
    }
    moment->offset = 0;
    if (field->zone_table != NULL && !field->utc)
        moment->offset = quire_zone_offset(field->zone_table, moment->seconds) / 60;
    int64_t local = moment->seconds + (int64_t)moment->offset * 60;
    return moment->seconds >= SECONDS_FIRST && moment->seconds <= SECONDS_LAST &&
           local >= SECONDS_FIRST && local <= SECONDS_LAST;
}

int64_t quire_ion_days_of(const struct quire_view *view, int64_t row, bool *valid)
{
    int64_t days = quire_view_i64(view, row);
    if (view->field->kind == QUIRE_KIND_DATE64) {
        int64_t rest;
        days = civil_floor(days, 86400000, &rest);
    }
    *valid = days >= SECONDS_FIRST / 86400 && days <= SECONDS_LAST / 86400;
    return days;
}

bool quire_ion_key_of(const struct quire_view *keys, int64_t row, struct quire_bytes *key)
{
    if (quire_view_is_null(keys, row)) return false;
    if (keys->field->kind == QUIRE_KIND_DICTIONARY) {
        row = quire_view_index(keys, row);
        keys = keys->dictionary;
        if (row < 0 || row >= keys->length || quire_view_is_null(keys, row)) return false;
    }
    *key = quire_view_bytes(keys, row);
    return true;
}

int quire_ion_fail_years(struct quire_error *error)
{
    return quire_fail(error, QUIRE_INPUT, operation,
                      "an Ion timestamp is of the years 1 to 9999, and this is beyond them");
}

int quire_ion_fail_key(struct quire_error *error)
{
    return quire_fail(error, QUIRE_INPUT, operation, "a map has a key that is null");
}

int quire_ion_fail_utf8(struct quire_bytes text, struct quire_error *error)
{
    size_t valid = quire_utf8_valid_prefix(text.data, text.size);
    quire_fail(error, QUIRE_INPUT, operation, "the string is not UTF-8: 0x%02x at its byte %zu",
               text.data[valid], valid);
    quire_error_hint(error, "the option invalid_utf8=replace puts U+FFFD there");
    return QUIRE_INPUT;
}

int quire_ion_fail_entry(int64_t index, struct quire_error *error)
{
    return quire_fail(error, QUIRE_INPUT, operation, "the dictionary has no entry %lld",
                      (long long)index);
}
