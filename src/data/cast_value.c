/* The conversion between two scalar types: by text, bytes, number or time. */
#include "data/cast_private.h"
#include "data/column_copy.h"
#include "data/column_private.h"

static const struct quire_value_style style;

static enum quire_value_result cast_copy(struct quire_caster *caster, const struct quire_view *view,
                                         int64_t row, struct quire_column *column)
{
    (void)caster;
    int code = quire_column_append_view(column, view, row, 1);
    return code == QUIRE_INPUT ? QUIRE_VALUE_RANGE : quire_value_appended(code);
}

static enum quire_value_result cast_to_text(struct quire_caster *caster,
                                            const struct quire_view *view, int64_t row,
                                            struct quire_column *column)
{
    caster->text.size = 0;
    if (quire_value_write(view, row, &style, &caster->text) != 0) return QUIRE_VALUE_MEMORY;
    return quire_value_appended(
        quire_column_append_bytes(column, caster->text.data, caster->text.size));
}

static enum quire_value_result cast_from_text(struct quire_caster *caster,
                                              const struct quire_view *view, int64_t row,
                                              struct quire_column *column)
{
    (void)caster;
    struct quire_bytes text = quire_view_bytes(view, row);
    return quire_value_parse(column, (const char *)text.data, text.size, &style);
}

static enum quire_value_result cast_bytes(struct quire_caster *caster,
                                          const struct quire_view *view, int64_t row,
                                          struct quire_column *column)
{
    struct quire_bytes bytes = quire_view_bytes(view, row);
    const struct quire_field *to = column->field;
    if (to->kind == QUIRE_KIND_DICTIONARY && to->dictionary->kind == QUIRE_KIND_FIXED_BINARY) {
        enum quire_value_result result =
            cast_bytes(caster, view, row, quire_column_dictionary_scratch(column));
        if (result != QUIRE_VALUE_OK) return result;
        return quire_value_appended(quire_column_dictionary_intern(column));
    }
    if (to->kind != QUIRE_KIND_FIXED_BINARY)
        return quire_value_appended(quire_column_append_bytes(column, bytes.data, bytes.size));
    if (bytes.size != (size_t)to->width) return QUIRE_VALUE_MISMATCH;
    return quire_value_appended(quire_column_append_fixed(column, bytes.data));
}

static enum quire_value_result cast_dictionary(struct quire_caster *caster,
                                               const struct quire_view *view, int64_t row,
                                               struct quire_column *column)
{
    int64_t index = quire_view_index(view, row);
    if (index < 0 || index >= view->dictionary->length) return QUIRE_VALUE_RANGE;
    if (quire_view_is_null(view->dictionary, index)) {
        if (!column->field->nullable) return QUIRE_VALUE_MISMATCH;
        return quire_value_appended(quire_column_append_null(column));
    }
    quire_cast_value *cast = quire_cast_value_of(view->dictionary->field, column->field);
    return cast(caster, view->dictionary, index, column);
}

static bool is_scalar(const struct quire_field *field)
{
    return field->kind < QUIRE_KIND_LIST && field->kind != QUIRE_KIND_NULL;
}

static bool is_bytes(const struct quire_field *field)
{
    return quire_kind_is_binary(field->kind) || field->kind == QUIRE_KIND_FIXED_BINARY;
}

quire_cast_value *quire_cast_value_of(const struct quire_field *from, const struct quire_field *to)
{
    if (from->children_size == 0 && from->kind != QUIRE_KIND_NULL &&
        from->kind != QUIRE_KIND_STRUCT && quire_field_same_layout(from, to))
        return cast_copy;
    if (from->kind == QUIRE_KIND_DICTIONARY)
        return quire_cast_value_of(from->dictionary, to) != NULL ? cast_dictionary : NULL;
    if (to->kind == QUIRE_KIND_DICTIONARY) to = to->dictionary;
    if (!is_scalar(from) || !is_scalar(to)) return NULL;
    if (quire_kind_is_string(to->kind)) return cast_to_text;
    if (quire_kind_is_string(from->kind)) return cast_from_text;
    if (is_bytes(from)) return is_bytes(to) ? cast_bytes : NULL;
    quire_cast_value *cast = quire_cast_number_of(from, to);
    return cast != NULL ? cast : quire_cast_time_of(from, to);
}
