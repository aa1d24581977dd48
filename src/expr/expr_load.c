/* A block of a column, as the values that expressions compute with. */
#include <string.h>

#include "base/fail.h"
#include "base/number.h"
#include "expr/expr_vector.h"

#define MILLIS_PER_DAY INT64_C(86400000)
#define UUID_TEXT      36

/* The view of the column, and marks rows that are null themselves or below a null struct. */
static const struct quire_view *find_view(struct quire_expr_eval *eval,
                                          const struct quire_expr_node *column, uint8_t *null)
{
    const struct quire_view *view = eval->batch;
    for (size_t i = 0; i < column->path_size; i++) {
        view = &view->children[column->path[i]];
        if (view->validity == NULL && view->field->kind != QUIRE_KIND_NULL) continue;
        for (size_t row = 0; row < eval->rows; row++)
            null[row] |= quire_view_is_null(view, eval->start + (int64_t)row);
    }
    return view;
}

static double load_real(const struct quire_view *view, int64_t row)
{
    const void *value = quire_view_fixed(view, row);
    if (view->field->kind == QUIRE_KIND_FLOAT64) return *(const double *)value;
    if (view->field->kind == QUIRE_KIND_FLOAT32) return (double)*(const float *)value;
    return quire_number_half_to_double(*(const uint16_t *)value);
}

static struct quire_decimal load_decimal(const struct quire_view *view, int64_t row)
{
    if (view->field->kind != QUIRE_KIND_UINT64)
        return quire_decimal_from_bytes(quire_view_fixed(view, row), view->field->width);
    return (struct quire_decimal){{*(const uint64_t *)quire_view_fixed(view, row)}};
}

static int load_uuid(struct quire_expr_eval *eval, const struct quire_view *view, int64_t row,
                     struct quire_bytes *out)
{
    static const char digits[] = "0123456789abcdef";
    const uint8_t *bytes = quire_view_fixed(view, row);
    char *text = quire_eval_alloc(eval, UUID_TEXT), *end = text;
    if (text == NULL) return QUIRE_MEMORY;
    for (int i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10) *end++ = '-';
        *end++ = digits[bytes[i] >> 4];
        *end++ = digits[bytes[i] & 15];
    }
    *out = (struct quire_bytes){(const uint8_t *)text, UUID_TEXT};
    return 0;
}

static int load_value(struct quire_expr_eval *eval, const struct quire_view *view, int64_t row,
                      size_t to, struct quire_vector *out)
{
    switch (out->type.id) {
    case QUIRE_EXPR_NULL: return 0;
    case QUIRE_EXPR_NESTED: out->integers[to] = row; return 0;
    case QUIRE_EXPR_BOOL: out->booleans[to] = quire_view_bool(view, row); return 0;
    case QUIRE_EXPR_FLOAT32:
    case QUIRE_EXPR_FLOAT64: out->reals[to] = load_real(view, row); return 0;
    case QUIRE_EXPR_DECIMAL: out->decimals[to] = load_decimal(view, row); return 0;
    case QUIRE_EXPR_STRING:
    case QUIRE_EXPR_BINARY:
        if (view->field->extension == QUIRE_EXTENSION_UUID)
            return load_uuid(eval, view, row, &out->bytes[to]);
        out->bytes[to] = quire_view_bytes(view, row);
        return 0;
    default: out->integers[to] = quire_view_i64(view, row);
    }
    if (view->field->kind == QUIRE_KIND_DATE64) {
        int64_t millis = out->integers[to];
        out->integers[to] = millis / MILLIS_PER_DAY - (millis % MILLIS_PER_DAY < 0);
    }
    return 0;
}

/* Columns whose values lie as expressions want them are copied whole. */
static bool load_whole(struct quire_expr_eval *eval, const struct quire_view *view,
                       struct quire_vector *out)
{
    enum quire_kind kind = view->field->kind;
    if (kind != QUIRE_KIND_INT64 && kind != QUIRE_KIND_FLOAT64 && kind != QUIRE_KIND_TIMESTAMP &&
        kind != QUIRE_KIND_DURATION)
        return false;
    memcpy(out->values, quire_view_fixed(view, eval->start), eval->rows * sizeof(int64_t));
    return true;
}

/* The row of the dictionary; -1 where it is null there. */
static int look_up(struct quire_expr_eval *eval, const struct quire_view *view, int64_t *row)
{
    int64_t index = quire_view_index(view, *row);
    if (index < 0 || index >= view->dictionary->length)
        return quire_fail(eval->error, QUIRE_INPUT, QUIRE_EXPR_OPERATION,
                          "an index beyond its dictionary");
    *row = quire_view_is_null(view->dictionary, index) ? -1 : index;
    return 0;
}

int quire_vector_load_rows(struct quire_expr_eval *eval, const struct quire_view *view,
                           const int64_t *rows, struct quire_vector *out)
{
    bool indexed = view->field->kind == QUIRE_KIND_DICTIONARY;
    const struct quire_view *values = indexed ? view->dictionary : view;
    out->view = values;
    for (size_t i = 0; i < eval->rows; i++) {
        int64_t row = rows[i];
        if (out->null[i]) continue;
        if (quire_view_is_null(view, row)) row = -1;
        if (indexed && row >= 0) QUIRE_TRY(look_up(eval, view, &row));
        if (row < 0)
            out->null[i] = 1;
        else
            QUIRE_TRY(load_value(eval, values, row, i, out));
    }
    return 0;
}

int quire_vector_load(struct quire_expr_eval *eval, const struct quire_expr_node *column,
                      struct quire_vector *out)
{
    struct quire_vector made;
    QUIRE_TRY(quire_vector_new(eval, &column->type, &made));
    const struct quire_view *view = find_view(eval, column, made.null);
    if (!load_whole(eval, view, &made)) {
        int64_t *rows = quire_eval_alloc(eval, eval->rows * sizeof(*rows));
        if (rows == NULL) return QUIRE_MEMORY;
        for (size_t i = 0; i < eval->rows; i++)
            rows[i] = eval->start + (int64_t)i;
        QUIRE_TRY(quire_vector_load_rows(eval, view, rows, &made));
    }
    *out = made;
    return 0;
}
