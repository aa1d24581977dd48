/* Casts: a view of the one type read into a column of the other.
 *
 * Types are checked before any row, so that what fails later is a value. Equal
 * layouts are copied; other columns find one conversion and run it row by row. */
#include "data/cast.h"

#include "base/fail.h"
#include "data/cast_private.h"
#include "data/column_copy.h"
#include "data/column_private.h"

int quire_cast_code(struct quire_caster *caster, int code)
{
    if (code == 0) return 0;
    if (code == QUIRE_MEMORY) return quire_fail_memory(caster->error, QUIRE_CAST_OPERATION);
    if (code == QUIRE_LIMIT)
        return quire_fail(caster->error, code, QUIRE_CAST_OPERATION,
                          "a batch of this column is full");
    return quire_fail(caster->error, code, QUIRE_CAST_OPERATION, "an index points nowhere");
}

static void locate(struct quire_caster *caster, int64_t row)
{
    quire_error_at(caster->error, (caster->row >= 0 ? caster->row : row) + 1, NULL, QUIRE_NOWHERE);
}

int quire_cast_refuse(struct quire_caster *caster, enum quire_value_result result, const char *text,
                      size_t size, int64_t row, struct quire_column *column)
{
    bool fault_of_value = result != QUIRE_VALUE_MEMORY && result != QUIRE_VALUE_FULL;
    if (fault_of_value && caster->allow_null && column->field->nullable) {
        int code = quire_column_append_null(column);
        caster->nulled += code == 0;
        return quire_cast_code(caster, code);
    }
    int code =
        quire_value_fail(result, column->field, text, size, QUIRE_CAST_OPERATION, caster->error);
    if (fault_of_value) locate(caster, row);
    return code;
}

bool quire_cast_is_masked(const struct quire_cast_mask *mask, int64_t row)
{
    for (; mask != NULL; mask = mask->outer)
        if (quire_view_is_null(mask->view, row)) return true;
    return false;
}

int quire_cast_fail_null(struct quire_caster *caster, int64_t row)
{
    int code = quire_fail(caster->error, QUIRE_INPUT, QUIRE_CAST_OPERATION,
                          "a null in a column that is not null");
    locate(caster, row);
    return code;
}

int quire_cast_absent(struct quire_caster *caster, int64_t row, const struct quire_cast_mask *mask,
                      struct quire_column *column)
{
    bool nullable = column->field->nullable || column->field->kind == QUIRE_KIND_NULL;
    if (!nullable && !quire_cast_is_masked(mask, row)) return quire_cast_fail_null(caster, row);
    bool valid = !nullable && column->dictionary == NULL;
    return quire_cast_code(caster, quire_column_append_blank(column, valid));
}

static int cast_values(struct quire_caster *caster, const struct quire_view *view, int64_t start,
                       int64_t count, const struct quire_cast_mask *mask,
                       struct quire_column *column)
{
    quire_cast_value *cast = quire_cast_value_of(view->field, column->field);
    for (int64_t row = start; row < start + count; row++) {
        if (quire_view_is_null(view, row) || quire_cast_is_masked(mask, row)) {
            QUIRE_TRY(quire_cast_absent(caster, row, mask, column));
            continue;
        }
        enum quire_value_result result = cast(caster, view, row, column);
        if (result == QUIRE_VALUE_OK) continue;
        caster->text.size = 0;
        const struct quire_value_style style = {0};
        QUIRE_TRY(quire_cast_code(caster, quire_value_write(view, row, &style, &caster->text)));
        QUIRE_TRY(quire_cast_refuse(caster, result, (const char *)caster->text.data,
                                    caster->text.size, row, column));
    }
    return 0;
}

/* What a row of a dictionary, a union or a run stands for. False when it leads nowhere. */
static bool find_value(const struct quire_view *view, int64_t row, const struct quire_view **value,
                       int64_t *value_row)
{
    if (quire_view_has_inner(view)) return quire_view_inner(view, row, value, value_row);
    *value = view->dictionary;
    *value_row = quire_view_index(view, row);
    return *value_row >= 0 && *value_row < view->dictionary->length;
}

/* Dictionaries whose values are nested, unions and runs: each row's value is cast on its own. */
static int cast_decoded(struct quire_caster *caster, const struct quire_view *view, int64_t start,
                        int64_t count, const struct quire_cast_mask *mask,
                        struct quire_column *column)
{
    for (int64_t row = start; row < start + count; row++) {
        const struct quire_view *value = view;
        int64_t value_row = row;
        bool null = quire_view_is_null(view, row);
        if (!null && !find_value(view, row, &value, &value_row))
            return quire_cast_code(caster, QUIRE_INPUT);
        if (null || quire_view_is_null(value, value_row)) {
            QUIRE_TRY(quire_cast_absent(caster, row, mask, column));
            continue;
        }
        bool outer = caster->row < 0;
        if (outer) caster->row = row;
        QUIRE_TRY(quire_cast_rows(caster, value, value_row, 1, NULL, column));
        if (outer) caster->row = -1;
    }
    return 0;
}

int quire_cast_rows(struct quire_caster *caster, const struct quire_view *view, int64_t start,
                    int64_t count, const struct quire_cast_mask *mask, struct quire_column *column)
{
    const struct quire_field *from = view->field, *to = column->field;
    if (quire_field_copies_to(from, to))
        return quire_cast_code(caster, quire_column_append_view(column, view, start, count));
    if (from->kind == QUIRE_KIND_NULL) {
        for (int64_t row = start; row < start + count; row++)
            QUIRE_TRY(quire_cast_absent(caster, row, mask, column));
        return 0;
    }
    if (quire_cast_value_of(from, to) != NULL)
        return cast_values(caster, view, start, count, mask, column);
    if (from->kind == QUIRE_KIND_DICTIONARY || quire_view_has_inner(view))
        return cast_decoded(caster, view, start, count, mask, column);
    return quire_cast_nested(caster, view, start, count, mask, column);
}

static int cast_array(struct quire_caster *caster, const struct quire_field *from,
                      const struct ArrowArray *array, const struct quire_field *to,
                      struct ArrowArray *result)
{
    QUIRE_TRY(quire_cast_check(caster, from, to));
    struct quire_view *view = NULL;
    struct quire_column *column = NULL;
    int code = quire_view_new(from, &view, caster->error);
    if (code == 0) code = quire_view_set(view, array, caster->error);
    if (code == 0) code = quire_column_new(to, &column, caster->error);
    if (code == 0) code = quire_cast_rows(caster, view, 0, view->length, NULL, column);
    if (code == 0) code = quire_column_finish(column, result, caster->error);
    quire_column_free(column);
    quire_view_free(view);
    return code;
}

int quire_cast(const struct ArrowSchema *from, const struct ArrowArray *array,
               const struct ArrowSchema *to, const struct quire_cast_options *options,
               struct ArrowArray *result, struct quire_error *error)
{
    struct quire_field *from_field = NULL, *to_field = NULL;
    struct quire_caster caster = {.row = -1, .error = error};
    if (options != NULL) {
        caster.allow_null = options->allow_null;
        caster.lossy = options->allow_lossy;
    }
    int code = quire_field_open(from, &from_field, error);
    if (code == 0) code = quire_field_open(to, &to_field, error);
    if (code == 0) code = cast_array(&caster, from_field, array, to_field, result);
    if (code == 0 && options != NULL && options->nulled != NULL) *options->nulled = caster.nulled;
    quire_buf_release(&caster.text);
    quire_field_close(to_field);
    quire_field_close(from_field);
    return code;
}

int quire_cast_types_check(const struct ArrowSchema *from, const struct ArrowSchema *to,
                           struct quire_error *error)
{
    const struct quire_caster caster = {.row = -1, .error = error};
    struct quire_field *from_field = NULL, *to_field = NULL;
    struct quire_column *column = NULL;
    int code = quire_field_open(from, &from_field, error);
    if (code == 0) code = quire_field_open(to, &to_field, error);
    if (code == 0) code = quire_cast_check(&caster, from_field, to_field);
    if (code == 0) code = quire_column_new(to_field, &column, error);
    quire_column_free(column);
    quire_field_close(to_field);
    quire_field_close(from_field);
    return code;
}
