/* Type ids are not the numbers of children, and runs are found by halving (Arrow Columnar.rst,
 * "Union Layout" and "Run-End Encoded Layout"). */
#include "data/field_format.h"
#include "data/view.h"

/* The child of a type id; -1 when the union has not that type. */
static int child_of_id(const struct quire_field *field, int8_t id)
{
    int32_t ids[128];
    int count = quire_field_union_ids(field->format, ids);
    for (int i = 0; i < count; i++)
        if (ids[i] == id) return i;
    return -1;
}

static bool union_inner(const struct quire_view *view, int64_t row, const struct quire_view **inner,
                        int64_t *inner_row)
{
    int64_t index = row + view->offset;
    int child = child_of_id(view->field, ((const int8_t *)view->values)[index]);
    if (child < 0) return false;
    bool dense = view->field->format[2] == 'd';
    *inner = &view->children[child];
    *inner_row = dense ? ((const int32_t *)view->extra)[index] : index;
    return true;
}

/* The run that holds a row: the first whose end is past it. */
static int64_t run_of(const struct quire_view *view, int64_t row)
{
    const struct quire_view *ends = &view->children[0];
    int64_t low = 0, high = ends->length;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (quire_view_i64(ends, middle) > row + view->offset)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

bool quire_view_inner(const struct quire_view *view, int64_t row, const struct quire_view **inner,
                      int64_t *inner_row)
{
    if (view->field->kind == QUIRE_KIND_RUN_END) {
        *inner = &view->children[1];
        *inner_row = run_of(view, row);
    } else if (!union_inner(view, row, inner, inner_row)) {
        return false;
    }
    return *inner_row >= 0 && *inner_row < (*inner)->length;
}
