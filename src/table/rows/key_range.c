#include "table/rows/key_range.h"

#include "base/fail.h"
#include "data/sort_key.h"
#include "data/value_text.h"

/* Types whose values are written here as literals of the same value. */
static const char *literal_of(const struct quire_field *column)
{
    switch (column->kind) {
    case QUIRE_KIND_INT8:
    case QUIRE_KIND_INT16:
    case QUIRE_KIND_INT32:
    case QUIRE_KIND_INT64: return "";
    case QUIRE_KIND_STRING: return "'";
    case QUIRE_KIND_DATE32: return "DATE '";
    case QUIRE_KIND_TIMESTAMP: return column->zone != NULL ? "TIMESTAMP '" : "TIMESTAMP_NTZ '";
    default: return NULL;
    }
}

static int put(struct quire_key_value *value, const struct quire_buf *order,
               const struct quire_view *column, int64_t row)
{
    static const struct quire_value_style style;
    quire_buf_clear(&value->order);
    quire_buf_clear(&value->text);
    QUIRE_TRY(quire_buf_append(&value->order, order->data, order->size));
    return quire_value_write(column, row, &style, &value->text);
}

static int compare(const struct quire_buf *a, const struct quire_buf *b)
{
    size_t size = a->size < b->size ? a->size : b->size;
    int order = size > 0 ? memcmp(a->data, b->data, size) : 0;
    return order != 0 ? order : (a->size > b->size) - (a->size < b->size);
}

static int add_value(struct quire_key_range *range, const struct quire_view *column, int64_t row)
{
    if (range->values_size > QUIRE_KEY_VALUES_MAX) return 0;
    for (size_t i = 0; i < range->values_size; i++)
        if (compare(&range->values[i].order, &range->scratch) == 0) return 0;
    if (range->values_size++ == QUIRE_KEY_VALUES_MAX) return 0;
    return put(&range->values[range->values_size - 1], &range->scratch, column, row);
}

int quire_key_range_add(struct quire_key_range *range, const struct quire_view *column, int64_t row)
{
    /* A column as a batch of its own. */
    struct quire_sort_column own = {.path_size = 0};
    const struct quire_sort_key key = {&own, 1};
    if (literal_of(column->field) == NULL) return 0;
    quire_buf_clear(&range->scratch);
    QUIRE_TRY(quire_sort_key_append(&key, column, row, &range->scratch));
    bool first = !range->any;
    range->any = true;
    if (first || compare(&range->scratch, &range->least.order) < 0)
        QUIRE_TRY(put(&range->least, &range->scratch, column, row));
    if (first || compare(&range->scratch, &range->greatest.order) > 0)
        QUIRE_TRY(put(&range->greatest, &range->scratch, column, row));
    return add_value(range, column, row);
}

void quire_key_range_release(struct quire_key_range *range)
{
    struct quire_key_value *const both[] = {&range->least, &range->greatest};
    for (size_t i = 0; i < 2; i++) {
        quire_buf_release(&both[i]->order);
        quire_buf_release(&both[i]->text);
    }
    for (size_t i = 0; i < QUIRE_KEY_VALUES_MAX; i++) {
        quire_buf_release(&range->values[i].order);
        quire_buf_release(&range->values[i].text);
    }
    quire_buf_release(&range->scratch);
}

/* --- Text ------------------------------------------------------------------------------------ */

static bool is_plain(const struct quire_buf *text)
{
    for (size_t i = 0; i < text->size; i++)
        if (text->data[i] == '\'' || text->data[i] == '\\' || text->data[i] == '\0') return false;
    return true;
}

static int put_literal(const struct quire_field *column, const struct quire_key_value *value,
                       struct quire_buf *where)
{
    const char *start = literal_of(column);
    QUIRE_TRY(quire_buf_append_text(where, start));
    QUIRE_TRY(quire_buf_append(where, value->text.data, value->text.size));
    return start[0] != '\0' ? quire_buf_push(where, '\'') : 0;
}

/* The name in back quotes. */
static int put_name(const char *name, struct quire_buf *where)
{
    QUIRE_TRY(quire_buf_push(where, '`'));
    for (; *name != '\0'; name++) {
        if (*name == '`') QUIRE_TRY(quire_buf_push(where, '`'));
        QUIRE_TRY(quire_buf_push(where, (uint8_t)*name));
    }
    return quire_buf_push(where, '`');
}

static int put_values(const struct quire_key_range *range, const struct quire_field *column,
                      struct quire_buf *where)
{
    QUIRE_TRY(put_name(column->name, where));
    QUIRE_TRY(quire_buf_append_text(where, " IN ("));
    for (size_t i = 0; i < range->values_size; i++) {
        if (i > 0) QUIRE_TRY(quire_buf_append_text(where, ", "));
        QUIRE_TRY(put_literal(column, &range->values[i], where));
    }
    return quire_buf_push(where, ')');
}

static int put_bounds(const struct quire_key_range *range, const struct quire_field *column,
                      struct quire_buf *where)
{
    QUIRE_TRY(put_name(column->name, where));
    QUIRE_TRY(quire_buf_append_text(where, " >= "));
    QUIRE_TRY(put_literal(column, &range->least, where));
    QUIRE_TRY(quire_buf_append_text(where, " AND "));
    QUIRE_TRY(put_name(column->name, where));
    QUIRE_TRY(quire_buf_append_text(where, " <= "));
    return put_literal(column, &range->greatest, where);
}

int quire_key_range_write(const struct quire_key_range *range, const struct quire_field *column,
                          struct quire_buf *where)
{
    bool listed = range->values_size <= QUIRE_KEY_VALUES_MAX;
    if (!range->any) return 0;
    for (size_t i = 0; listed && i < range->values_size; i++)
        if (!is_plain(&range->values[i].text)) return 0;
    if (!is_plain(&range->least.text) || !is_plain(&range->greatest.text)) return 0;
    if (where->size > 0) QUIRE_TRY(quire_buf_append_text(where, " AND "));
    return listed ? put_values(range, column, where) : put_bounds(range, column, where);
}
