/* The builder's scalar values and whole columns. */
#include <stdio.h>

#include "base/fail.h"
#include "base/number.h"
#include "data/builder_private.h"
#include "data/column_copy.h"
#include "data/column_private.h"
#include "data/value_number.h"

static const struct quire_value_style style;

/* Goes on when a value was put, or says why it was not. */
static int put(struct quire_builder *builder, enum quire_value_result result, const char *text,
               size_t size, struct quire_error *error)
{
    if (result == QUIRE_VALUE_OK) return quire_builder_advance(builder, error);
    struct quire_column *column;
    QUIRE_TRY(quire_builder_target(builder, &column, error));
    int code = quire_value_fail(result, column->field, text, size, QUIRE_BUILDER_OPERATION, error);
    return quire_builder_drop(builder, code, error);
}

int quire_builder_bool(struct quire_builder *builder, bool value, struct quire_error *error)
{
    struct quire_column *column;
    QUIRE_TRY(quire_builder_target(builder, &column, error));
    const char *text = value ? "true" : "false";
    enum quire_kind kind = column->field->kind;
    if (kind == QUIRE_KIND_DICTIONARY) kind = column->field->dictionary->kind;
    enum quire_value_result result = QUIRE_VALUE_MISMATCH;
    if (kind == QUIRE_KIND_BOOL) result = quire_value_parse(column, text, strlen(text), &style);
    return put(builder, result, text, strlen(text), error);
}

int quire_builder_int(struct quire_builder *builder, int64_t value, struct quire_error *error)
{
    struct quire_column *column;
    QUIRE_TRY(quire_builder_target(builder, &column, error));
    char text[QUIRE_INT_TEXT_MAX];
    enum quire_value_result result = quire_value_put_int(column, value, false);
    size_t size = 0;
    if (result != QUIRE_VALUE_OK) size = (size_t)(quire_number_format_i64(value, text) - text);
    return put(builder, result, text, size, error);
}

int quire_builder_uint(struct quire_builder *builder, uint64_t value, struct quire_error *error)
{
    struct quire_column *column;
    QUIRE_TRY(quire_builder_target(builder, &column, error));
    char text[QUIRE_INT_TEXT_MAX];
    enum quire_value_result result = quire_value_put_uint(column, value, false);
    size_t size = 0;
    if (result != QUIRE_VALUE_OK) size = (size_t)(quire_number_format_u64(value, text) - text);
    return put(builder, result, text, size, error);
}

int quire_builder_double(struct quire_builder *builder, double value, struct quire_error *error)
{
    struct quire_column *column;
    QUIRE_TRY(quire_builder_target(builder, &column, error));
    char text[QUIRE_FLOAT_TEXT_MAX];
    enum quire_value_result result = quire_value_put_double(column, value, false);
    size_t size = 0;
    if (result != QUIRE_VALUE_OK) size = (size_t)(quire_number_format_f64(value, text) - text);
    return put(builder, result, text, size, error);
}

static bool is_binary(const struct quire_field *field)
{
    if (field->kind == QUIRE_KIND_DICTIONARY) return is_binary(field->dictionary);
    return quire_kind_is_binary(field->kind) ||
           (field->kind == QUIRE_KIND_FIXED_BINARY && field->extension != QUIRE_EXTENSION_UUID);
}

/* Bytes in Arrow's layout, into a column of any kind that has one. */
static enum quire_value_result put_bytes(struct quire_column *column, const void *bytes,
                                         size_t size)
{
    const struct quire_field *field = column->field;
    enum quire_kind kind =
        field->kind == QUIRE_KIND_DICTIONARY ? field->dictionary->kind : field->kind;
    if (quire_kind_is_string(kind)) return quire_value_parse(column, bytes, size, &style);
    if (quire_kind_is_binary(kind))
        return quire_value_appended(quire_column_append_bytes(column, bytes, size));
    if (column->dictionary != NULL) {
        enum quire_value_result result =
            put_bytes(quire_column_dictionary_scratch(column), bytes, size);
        if (result != QUIRE_VALUE_OK) return result;
        return quire_value_appended(quire_column_dictionary_intern(column));
    }
    bool fixed = !quire_kind_is_nested(kind) && kind != QUIRE_KIND_NULL && kind != QUIRE_KIND_BOOL;
    if (!fixed || size != quire_column_value_width(field)) return QUIRE_VALUE_MISMATCH;
    return quire_value_appended(quire_column_append_fixed(column, bytes));
}

int quire_builder_text(struct quire_builder *builder, const char *text, size_t size,
                       struct quire_error *error)
{
    struct quire_column *column;
    QUIRE_TRY(quire_builder_target(builder, &column, error));
    enum quire_value_result result = is_binary(column->field)
                                         ? put_bytes(column, text, size)
                                         : quire_value_parse(column, text, size, &style);
    return put(builder, result, text, size, error);
}

int quire_builder_bytes(struct quire_builder *builder, const void *bytes, size_t size,
                        struct quire_error *error)
{
    struct quire_column *column;
    QUIRE_TRY(quire_builder_target(builder, &column, error));
    char text[32];
    int text_size = snprintf(text, sizeof(text), "%zu bytes", size);
    return put(builder, put_bytes(column, bytes, size), text, (size_t)text_size, error);
}

/* --- Whole columns ----------------------------------------------------------- */

static int append_array(struct quire_column *column, const struct quire_field *field,
                        const struct ArrowArray *array, struct quire_error *error)
{
    struct quire_view *view = NULL;
    int code = quire_view_new(field, &view, error);
    if (code == 0) code = quire_view_set(view, array, error);
    if (code == 0) {
        code = quire_column_append_view(column, view, 0, view->length);
        if (code == QUIRE_MEMORY)
            quire_fail_memory(error, QUIRE_BUILDER_OPERATION);
        else if (code != 0)
            quire_fail(error, code, QUIRE_BUILDER_OPERATION,
                       code == QUIRE_LIMIT ? "a batch of this column is full"
                                           : "a dictionary index that points nowhere");
    }
    quire_view_free(view);
    return code;
}

/* Casts first, which also refuses nulls where none may be. */
static int append_cast(struct quire_column *column, const struct ArrowSchema *schema,
                       const struct ArrowArray *array, struct quire_error *error)
{
    struct ArrowSchema to = {0};
    struct ArrowArray cast = {0};
    int code = quire_field_to_schema(column->field, &to, error);
    if (code == 0) code = quire_cast(schema, array, &to, NULL, &cast, error);
    if (code == 0) code = append_array(column, column->field, &cast, error);
    quire_array_release(&cast);
    quire_schema_release(&to);
    return code;
}

static void note_lengths(struct quire_builder *builder)
{
    const struct quire_column *batch = builder->batch;
    builder->uneven = false;
    for (size_t i = 1; i < batch->children_size; i++)
        if (batch->children[i].length != batch->children[0].length) builder->uneven = true;
    if (!builder->uneven) builder->batch->length = batch->children[0].length;
}

int quire_builder_column(struct quire_builder *builder, size_t column,
                         const struct ArrowSchema *schema, const struct ArrowArray *array,
                         struct quire_error *error)
{
    if (builder->next > 0 || builder->depth > 0)
        return quire_fail(error, QUIRE_USAGE, QUIRE_BUILDER_OPERATION, "a row was not ended");
    if (column >= builder->batch->children_size)
        return quire_fail(error, QUIRE_USAGE, QUIRE_BUILDER_OPERATION, "no column %zu", column);
    struct quire_column *target = &builder->batch->children[column];
    struct quire_field *field = NULL;
    QUIRE_TRY(quire_field_open(schema, &field, error));
    int code = quire_field_copies_to(field, target->field)
                   ? append_array(target, field, array, error)
                   : append_cast(target, schema, array, error);
    if (code == 0) {
        note_lengths(builder);
    } else if (error != NULL) {
        quire_error_outer_column(error, target->field->name);
        if (error->row != QUIRE_NOWHERE) error->row += target->length;
    }
    quire_field_close(field);
    return code;
}
