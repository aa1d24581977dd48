/* Casts from booleans, integers, floats and decimals. */
#include "base/number.h"
#include "data/cast_private.h"

#define CAST(name)                                                                         \
    static enum quire_value_result cast_##name(struct quire_caster *caster,                \
                                               const struct quire_view *view, int64_t row, \
                                               struct quire_column *column)

static enum quire_value_result put_bool(struct quire_column *column, bool value)
{
    const char *text = value ? "true" : "false";
    return quire_value_parse(column, text, strlen(text), &(struct quire_value_style){0});
}

CAST(bool)
{
    return quire_value_put_int(column, quire_view_bool(view, row), caster->lossy);
}

CAST(bool_to_bool)
{
    (void)caster;
    return put_bool(column, quire_view_bool(view, row));
}

CAST(integer)
{
    int64_t value = quire_view_i64(view, row);
    if (view->field->kind == QUIRE_KIND_UINT64)
        return quire_value_put_uint(column, (uint64_t)value, caster->lossy);
    return quire_value_put_int(column, value, caster->lossy);
}

CAST(integer_to_bool)
{
    (void)caster;
    int64_t value = quire_view_i64(view, row);
    if (value != 0 && value != 1) return QUIRE_VALUE_RANGE;
    return put_bool(column, value != 0);
}

CAST(float)
{
    const void *address = quire_view_fixed(view, row);
    double value;
    if (view->field->kind == QUIRE_KIND_FLOAT64) {
        memcpy(&value, address, sizeof(value));
    } else if (view->field->kind == QUIRE_KIND_FLOAT32) {
        float narrow;
        memcpy(&narrow, address, sizeof(narrow));
        value = (double)narrow;
    } else {
        uint16_t half;
        memcpy(&half, address, sizeof(half));
        value = quire_number_half_to_double(half);
    }
    return quire_value_put_double(column, value, caster->lossy);
}

/* A narrow float's shortest text is what people mean by its value. */
CAST(float_to_decimal)
{
    (void)caster;
    char text[QUIRE_TIME_TEXT_MAX];
    const struct quire_value_style style = {0};
    size_t size = (size_t)(quire_value_writer_of(view->field)(view, row, &style, text) - text);
    enum quire_value_result result = quire_value_parse(column, text, size, &style);
    return result == QUIRE_VALUE_MISMATCH ? QUIRE_VALUE_RANGE : result; /* nan, inf */
}

CAST(decimal)
{
    struct quire_decimal value =
        quire_decimal_from_bytes(quire_view_fixed(view, row), view->field->width);
    return quire_value_put_decimal(column, &value, view->field->scale, caster->lossy);
}

quire_cast_value *quire_cast_number_of(const struct quire_field *from, const struct quire_field *to)
{
    bool number = quire_kind_is_integer(to->kind) || quire_kind_is_float(to->kind) ||
                  to->kind == QUIRE_KIND_DECIMAL;
    bool count = to->kind >= QUIRE_KIND_DATE32 && to->kind <= QUIRE_KIND_DURATION;
    if (from->kind == QUIRE_KIND_BOOL)
        return to->kind == QUIRE_KIND_BOOL ? cast_bool_to_bool : number ? cast_bool : NULL;
    if (quire_kind_is_integer(from->kind)) {
        if (to->kind == QUIRE_KIND_BOOL) return cast_integer_to_bool;
        return number || count ? cast_integer : NULL;
    }
    if (quire_kind_is_float(from->kind)) {
        if (to->kind == QUIRE_KIND_DECIMAL) return cast_float_to_decimal;
        return number ? cast_float : NULL;
    }
    return from->kind == QUIRE_KIND_DECIMAL && number ? cast_decimal : NULL;
}
