#include "table/rows/row_check.h"

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/text.h"
#include "data/value_text.h"

#define OPERATION   "check rows"
#define SHOWN_BYTES 60 /* of one value */

static int note_column(void *user, const char *name)
{
    struct quire_row_check *check = user;
    size_t column = 0, size = check->fields->children_size;
    while (column < size &&
           !quire_text_equal_ignore_case(check->fields->children[column].name, name))
        column++;
    if (column == size || check->columns_size == QUIRE_ROW_CHECK_COLUMNS_MAX) return 0;
    for (size_t i = 0; i < check->columns_size; i++)
        if (check->columns[i] == column) return 0;
    check->columns[check->columns_size++] = column;
    return 0;
}

int quire_row_check_open(const char *condition, const struct ArrowSchema *schema,
                         struct quire_row_check *check, struct quire_error *error)
{
    QUIRE_TRY(quire_expr_parse(condition, &check->expr, error));
    QUIRE_TRY(quire_expr_bind(check->expr, schema, error));
    QUIRE_TRY(quire_expr_check_predicate(check->expr, error));
    QUIRE_TRY(quire_field_open(schema, &check->fields, error));
    QUIRE_TRY(quire_view_new(check->fields, &check->view, error));
    return quire_expr_each_column(check->expr, note_column, check);
}

void quire_row_check_release(struct quire_row_check *check)
{
    quire_expr_free(check->expr);
    quire_view_free(check->view);
    quire_field_close(check->fields);
    *check = (struct quire_row_check){.expr = NULL};
}

static bool has_bit(const void *bits, int64_t at)
{
    return bits == NULL || (((const uint8_t *)bits)[at >> 3] >> (at & 7) & 1) != 0;
}

int quire_row_check_batch(struct quire_row_check *check, const struct ArrowArray *batch,
                          int64_t *broken, int64_t *first, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_array_release) struct ArrowArray result = {.release = NULL};
    *broken = 0;
    *first = -1;
    QUIRE_TRY(quire_expr_evaluate(check->expr, batch, &result, error));
    for (int64_t row = 0; row < result.length; row++) {
        int64_t at = row + result.offset;
        if (has_bit(result.buffers[0], at) && has_bit(result.buffers[1], at)) continue;
        if (*first < 0) *first = row;
        ++*broken;
    }
    return 0;
}

static int show_value(const struct quire_view *view, int64_t row, struct quire_buf *out)
{
    static const struct quire_value_style style;
    if (quire_view_is_null(view, row)) return quire_buf_append_text(out, "null");
    if (quire_kind_is_nested(view->field->kind)) return quire_buf_append_text(out, "(nested)");
    size_t start = out->size;
    int code = quire_value_write(view, row, &style, out);
    if (code != 0 || out->size - start <= SHOWN_BYTES) return code;
    out->size = start + SHOWN_BYTES;
    while (out->size > start && (out->data[out->size] & 0xc0) == 0x80)
        out->size--;
    return quire_buf_append_text(out, "...");
}

int quire_row_check_show(struct quire_row_check *check, const struct ArrowArray *batch, int64_t row,
                         struct quire_buf *out, struct quire_error *error)
{
    QUIRE_TRY(quire_view_set(check->view, batch, error));
    for (size_t i = 0; i < check->columns_size; i++) {
        const struct quire_view *column = &check->view->children[check->columns[i]];
        int code = quire_buf_printf(out, "%s%s = ", i > 0 ? ", " : "", column->field->name);
        if (code == 0) code = show_value(column, row, out);
        if (code != 0) return quire_fail_memory(error, OPERATION);
    }
    return quire_buf_terminate(out) == 0 ? 0 : quire_fail_memory(error, OPERATION);
}
