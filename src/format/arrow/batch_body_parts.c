/* Layouts whose slices need more than a pointer: what is not covered by the rows is left
 * out, and what refers to it is moved. */
#include <string.h>

#include "base/fail.h"
#include "data/field_format.h"
#include "format/arrow/batch_body_private.h"

/* --- List views ----------------------------------------------------------------------- */

/* The items that rows cover, empty ones apart. */
static int cover_items(const struct quire_body_rows *rows, int64_t *low, int64_t *high)
{
    int width = rows->layout.width;
    int64_t items = rows->array->children[0]->length;
    *low = items;
    *high = 0;
    for (int64_t i = rows->at; i < rows->at + rows->length; i++) {
        int64_t start = quire_layout_offset(rows->array->buffers[1], width, i);
        int64_t size = quire_layout_offset(rows->array->buffers[2], width, i);
        if (size == 0) continue;
        if (start < 0 || size < 0 || start > items || size > items - start)
            return quire_body_fail(rows, "a list of the array is past its items");
        if (start < *low) *low = start;
        if (start + size > *high) *high = start + size;
    }
    if (*low > *high) *low = *high = 0;
    return 0;
}

static int put_moved_list_views(const struct quire_body_rows *rows, int64_t low)
{
    int width = rows->layout.width;
    void *starts = NULL;
    QUIRE_TRY(quire_body_scratch(rows, rows->length, width, &starts));
    for (int64_t i = 0; i < rows->length; i++) {
        int64_t start = quire_layout_offset(rows->array->buffers[1], width, rows->at + i);
        bool empty = quire_layout_offset(rows->array->buffers[2], width, rows->at + i) == 0;
        start = empty ? 0 : start - low;
        if (width == 4)
            ((int32_t *)starts)[i] = (int32_t)start;
        else
            ((int64_t *)starts)[i] = start;
    }
    return quire_body_put(rows, starts, rows->length * width);
}

int quire_body_add_list_view(const struct quire_body_rows *rows)
{
    int64_t size = rows->length * rows->layout.width, skip = rows->at * rows->layout.width;
    int64_t low = 0, high = 0;
    if (rows->length == 0) {
        QUIRE_TRY(quire_body_put(rows, NULL, 0));
        QUIRE_TRY(quire_body_put(rows, NULL, 0));
        return quire_body_add_child(rows, 0, 0, 0);
    }
    if (quire_body_is_whole(rows)) {
        high = rows->array->children[0]->length;
        QUIRE_TRY(quire_body_put(rows, rows->array->buffers[1], size));
    } else {
        QUIRE_TRY(cover_items(rows, &low, &high));
        QUIRE_TRY(put_moved_list_views(rows, low));
    }
    QUIRE_TRY(quire_body_put(rows, (const uint8_t *)rows->array->buffers[2] + skip, size));
    return quire_body_add_child(rows, 0, low, high - low);
}

/* --- Dense unions ---------------------------------------------------------------------- */

/* The values that the rows take of each child, by type id. */
struct taken {
    int64_t low[128], high[128]; /* high 0: none */
    int child[128];              /* -1: no such type */
};

static int take_values(const struct quire_body_rows *rows, struct taken *taken)
{
    int32_t ids[128];
    int count = quire_field_union_ids(rows->field->format, ids);
    const int8_t *types = rows->array->buffers[0];
    const int32_t *offsets = rows->array->buffers[1];
    memset(taken, 0, sizeof(*taken));
    for (int i = 0; i < 128; i++)
        taken->child[i] = -1;
    for (int i = 0; i < count; i++)
        taken->child[ids[i]] = i;
    for (int64_t i = rows->at; i < rows->at + rows->length; i++) {
        int8_t id = types[i];
        int64_t at = offsets[i];
        if (id < 0 || taken->child[id] < 0 || at < 0 ||
            at >= rows->array->children[taken->child[id]]->length)
            return quire_body_fail(rows, "a value of the union is not there");
        if (taken->high[id] == 0 || at < taken->low[id]) taken->low[id] = at;
        if (at >= taken->high[id]) taken->high[id] = at + 1;
    }
    return 0;
}

static int add_taken(const struct quire_body_rows *rows, const struct taken *taken)
{
    int32_t ids[128];
    int count = quire_field_union_ids(rows->field->format, ids);
    for (int i = 0; i < count; i++)
        QUIRE_TRY(quire_body_add_child(rows, (size_t)i, taken->low[ids[i]],
                                       taken->high[ids[i]] - taken->low[ids[i]]));
    return 0;
}

static int add_whole_union(const struct quire_body_rows *rows)
{
    QUIRE_TRY(quire_body_put(rows, rows->array->buffers[0], rows->length));
    QUIRE_TRY(quire_body_put(rows, rows->array->buffers[1], rows->length * 4));
    for (size_t i = 0; i < rows->field->children_size; i++)
        QUIRE_TRY(quire_body_add_child(rows, i, 0, rows->array->children[i]->length));
    return 0;
}

int quire_body_add_dense_union(const struct quire_body_rows *rows)
{
    struct taken taken;
    int32_t *moved = NULL;
    if (quire_body_is_whole(rows)) return add_whole_union(rows);
    QUIRE_TRY(take_values(rows, &taken));
    QUIRE_TRY(quire_body_scratch(rows, rows->length, 4, &moved));
    const int8_t *types = rows->array->buffers[0];
    const int32_t *offsets = rows->array->buffers[1];
    for (int64_t i = 0; i < rows->length; i++) {
        int8_t id = types[rows->at + i];
        moved[i] = (int32_t)(offsets[rows->at + i] - taken.low[id]);
    }
    QUIRE_TRY(quire_body_put(rows, types != NULL ? types + rows->at : NULL, rows->length));
    QUIRE_TRY(quire_body_put(rows, moved, rows->length * 4));
    return add_taken(rows, &taken);
}

/* --- Run ends --------------------------------------------------------------------------- */

static int64_t load_end(const struct quire_body_rows *rows, int64_t run)
{
    const struct ArrowArray *ends = rows->array->children[0];
    int64_t i = ends->offset + run;
    switch (rows->field->children[0].kind) {
    case QUIRE_KIND_INT16: return ((const int16_t *)ends->buffers[1])[i];
    case QUIRE_KIND_INT32: return ((const int32_t *)ends->buffers[1])[i];
    default: return ((const int64_t *)ends->buffers[1])[i];
    }
}

static void store_end(enum quire_kind kind, void *ends, int64_t run, int64_t value)
{
    switch (kind) {
    case QUIRE_KIND_INT16: ((int16_t *)ends)[run] = (int16_t)value; break;
    case QUIRE_KIND_INT32: ((int32_t *)ends)[run] = (int32_t)value; break;
    default: ((int64_t *)ends)[run] = value; break;
    }
}

/* The first run that ends after a row. */
static int64_t run_of(const struct quire_body_rows *rows, int64_t row)
{
    int64_t low = 0, high = rows->array->children[0]->length;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (load_end(rows, middle) <= row)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Ends of the runs from `first`, counted from the first row and no later than the last. */
static int add_ends(const struct quire_body_rows *rows, int64_t first, int64_t runs)
{
    const struct quire_field *field = &rows->field->children[0];
    struct quire_body_rows ends = *rows;
    void *moved = NULL;
    ends.field = field;
    ends.layout = quire_array_layout_of(field);
    ends.length = runs;
    QUIRE_TRY(quire_body_scratch(&ends, runs, ends.layout.width, &moved));
    for (int64_t i = 0; i < runs; i++) {
        int64_t end = load_end(rows, first + i) - rows->at;
        store_end(field->kind, moved, i, end < rows->length ? end : rows->length);
    }
    const struct quire_body_node node = {runs, 0};
    if (quire_buf_append(&rows->body->nodes, &node, sizeof(node)) != 0)
        return quire_fail_memory(rows->error, QUIRE_BODY_OPERATION);
    QUIRE_TRY(quire_body_put(&ends, NULL, 0));
    return quire_body_put(&ends, moved, runs * ends.layout.width);
}

int quire_body_add_run_end(const struct quire_body_rows *rows)
{
    int64_t first = 0, runs = 0, held = rows->array->children[0]->length;
    if (rows->length > 0) {
        first = run_of(rows, rows->at);
        runs = run_of(rows, rows->at + rows->length - 1) + 1 - first;
        if (first + runs > held || first + runs > rows->array->children[1]->length)
            return quire_body_fail(rows, "the runs of the array end before its rows");
    }
    QUIRE_TRY(add_ends(rows, first, runs));
    return quire_body_add_child(rows, 1, first, runs);
}
