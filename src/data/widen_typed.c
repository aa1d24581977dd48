/* Types of files that carry their schema. Nothing was guessed there, so a pair of types has
 * a common one only where that holds all values of both, as they are. */
#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "data/schema_text.h"
#include "data/widen_private.h"

#define DECIMAL_DIGITS_MAX 76

static bool is_unsigned(enum quire_kind kind)
{
    return kind == QUIRE_KIND_UINT8 || kind == QUIRE_KIND_UINT16 || kind == QUIRE_KIND_UINT32 ||
           kind == QUIRE_KIND_UINT64;
}

static int32_t most(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

/* --- Numbers -------------------------------------------------------------------------- */

/* Digits before the point. */
static int32_t whole_digits(const struct quire_field *field)
{
    if (field->kind == QUIRE_KIND_DECIMAL) return field->precision - field->scale;
    switch (field->width) {
    case 1: return 3;
    case 2: return 5;
    case 4: return 10;
    default: return is_unsigned(field->kind) ? 20 : 19;
    }
}

static int put_decimal(const struct quire_field *a, const struct quire_field *b,
                       struct quire_buf *out, bool *done)
{
    int32_t scale_a = a->kind == QUIRE_KIND_DECIMAL ? a->scale : 0;
    int32_t scale_b = b->kind == QUIRE_KIND_DECIMAL ? b->scale : 0;
    int32_t scale = most(scale_a, scale_b);
    int32_t digits = most(whole_digits(a), whole_digits(b)) + scale;
    *done = digits > 0 && digits <= DECIMAL_DIGITS_MAX;
    return *done ? quire_buf_printf(out, "decimal(%d,%d)", digits, scale) : 0;
}

/* Integers of one sign become the wider one, of both a signed one that holds the unsigned. */
static int put_integer(const struct quire_field *a, const struct quire_field *b,
                       struct quire_buf *out, bool *done)
{
    bool a_unsigned = is_unsigned(a->kind), b_unsigned = is_unsigned(b->kind);
    if (a_unsigned == b_unsigned) return quire_field_type_text(a->width >= b->width ? a : b, out);
    int32_t width = most(a->width * (a_unsigned ? 2 : 1), b->width * (b_unsigned ? 2 : 1));
    if (width > 8) return put_decimal(a, b, out, done);
    return quire_buf_printf(out, "int%d", width * 8);
}

static int put_number(const struct quire_field *a, const struct quire_field *b,
                      struct quire_buf *out, bool *done)
{
    bool a_float = quire_kind_is_float(a->kind), b_float = quire_kind_is_float(b->kind);
    if (a_float && b_float) return quire_field_type_text(a->width >= b->width ? a : b, out);
    if (a->kind == QUIRE_KIND_DECIMAL || b->kind == QUIRE_KIND_DECIMAL) {
        if (!a_float && !b_float) return put_decimal(a, b, out, done);
        *done = false;
        return 0;
    }
    if (a_float || b_float) return quire_buf_append_text(out, "float64");
    return put_integer(a, b, out, done);
}

static bool is_number(const struct quire_field *field)
{
    return quire_kind_is_integer(field->kind) || quire_kind_is_float(field->kind) ||
           field->kind == QUIRE_KIND_DECIMAL;
}

/* --- Times and text ---------------------------------------------------------------------- */

static int put_timestamp(const struct quire_field *a, const struct quire_field *b,
                         struct quire_buf *out, struct quire_error *error)
{
    static const char *const units[] = {
        [QUIRE_SECOND] = "s", [QUIRE_MILLI] = "ms", [QUIRE_MICRO] = "us", [QUIRE_NANO] = "ns"};
    const struct quire_field *finer = a->unit >= b->unit ? a : b;
    if ((a->zone == NULL) != (b->zone == NULL))
        return quire_fail(error, QUIRE_INPUT, "read",
                          "the inputs disagree: timestamps with and without offset do not mix");
    if (a->zone == NULL || strcmp(a->zone, b->zone) == 0) return quire_field_type_text(finer, out);
    return quire_buf_printf(out, "timestamp(%s, UTC)", units[finer->unit]);
}

static bool is_large(enum quire_kind kind)
{
    return kind == QUIRE_KIND_LARGE_STRING || kind == QUIRE_KIND_LARGE_BINARY;
}

static int put_bytes(const struct quire_field *a, const struct quire_field *b, const char *name,
                     struct quire_buf *out)
{
    return quire_buf_printf(out, "%s%s", is_large(a->kind) || is_large(b->kind) ? "large_" : "",
                            name);
}

static const struct quire_field *values_of(const struct quire_field *field)
{
    return field->kind == QUIRE_KIND_DICTIONARY ? field->dictionary : field;
}

static int same_type(const struct quire_field *a, const struct quire_field *b, bool *same)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf text_a = {0};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf text_b = {0};
    QUIRE_TRY(quire_field_type_text(a, &text_a));
    QUIRE_TRY(quire_field_type_text(b, &text_b));
    *same = text_a.size == text_b.size && memcmp(text_a.data, text_b.data, text_a.size) == 0;
    return 0;
}

int quire_widen_typed(const struct quire_field *a, const struct quire_field *b,
                      struct quire_buf *out, bool *done, struct quire_error *error)
{
    a = values_of(a);
    b = values_of(b);
    QUIRE_TRY(same_type(a, b, done));
    if (*done) return quire_field_type_text(a, out);
    *done = true;
    if (a->kind == QUIRE_KIND_NULL) return quire_field_type_text(b, out);
    if (b->kind == QUIRE_KIND_NULL) return quire_field_type_text(a, out);
    if (is_number(a) && is_number(b)) return put_number(a, b, out, done);
    if (a->kind == QUIRE_KIND_TIMESTAMP && b->kind == QUIRE_KIND_TIMESTAMP)
        return put_timestamp(a, b, out, error);
    if (quire_kind_is_string(a->kind) && quire_kind_is_string(b->kind))
        return put_bytes(a, b, "string", out);
    if (quire_kind_is_binary(a->kind) && quire_kind_is_binary(b->kind))
        return put_bytes(a, b, "binary", out);
    bool a_time = a->kind == QUIRE_KIND_TIME32 || a->kind == QUIRE_KIND_TIME64;
    bool b_time = b->kind == QUIRE_KIND_TIME32 || b->kind == QUIRE_KIND_TIME64;
    if ((a_time && b_time) || (a->kind == QUIRE_KIND_DURATION && b->kind == QUIRE_KIND_DURATION))
        return quire_field_type_text(a->unit >= b->unit ? a : b, out);
    bool day_a = a->kind == QUIRE_KIND_DATE32 && b->kind == QUIRE_KIND_TIMESTAMP && b->zone == NULL;
    bool day_b = b->kind == QUIRE_KIND_DATE32 && a->kind == QUIRE_KIND_TIMESTAMP && a->zone == NULL;
    if (day_a || day_b) return quire_field_type_text(day_a ? b : a, out);
    *done = false;
    return 0;
}
