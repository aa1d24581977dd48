/* A dictionary of a file that grows: its values by themselves in a column, and the indices
 * of a batch given those that its values have there. */
#include "base/cleanup.h"
#include "base/fail.h"
#include "data/column_copy.h"
#include "format/arrow/dictionary_writer_private.h"
#include "quire/batch.h"

static int64_t index_max(enum quire_kind kind)
{
    switch (kind) {
    case QUIRE_KIND_INT8: return INT8_MAX;
    case QUIRE_KIND_UINT8: return UINT8_MAX;
    case QUIRE_KIND_INT16: return INT16_MAX;
    case QUIRE_KIND_UINT16: return UINT16_MAX;
    case QUIRE_KIND_INT32: return INT32_MAX;
    case QUIRE_KIND_UINT32: return UINT32_MAX;
    default: return INT64_MAX;
    }
}

int quire_dictionary_append(struct quire_column *column, const struct quire_view *values,
                            int64_t start, int64_t count, struct quire_error *error)
{
    int code = quire_column_append_view(column, values, start, count);
    if (code == QUIRE_MEMORY) return quire_fail_memory(error, QUIRE_DICTIONARY_OPERATION);
    return code == 0 ? 0
                     : quire_fail(error, code, QUIRE_DICTIONARY_OPERATION,
                                  "the values of a dictionary do not fit in one array");
}

int quire_dictionary_begin_all(struct quire_written_dictionary *item,
                               const struct quire_view *values, struct quire_error *error)
{
    int code = quire_column_new(item->field->dictionary, &item->all, error);
    if (code == QUIRE_UNSUPPORTED)
        quire_fail(error, code, QUIRE_DICTIONARY_OPERATION,
                   "the dictionary changes, and values of its type cannot be put together");
    if (code == 0)
        code = quire_dictionary_append(item->all, values, 0, quire_value_set_size(&item->values),
                                       error);
    if (code == 0) return 0;
    quire_error_at(error, QUIRE_NOWHERE, item->field->name, QUIRE_NOWHERE);
    quire_column_free(QUIRE_STEAL(item->all));
    return code;
}

/* Takes over from the array that is held. */
static int open_all(struct quire_written_dictionary *item, struct quire_error *error)
{
    struct quire_view *view = NULL;
    if (item->all != NULL) return 0;
    int code = quire_view_new(item->field->dictionary, &view, error);
    if (code == 0) code = quire_view_set(view, &item->held, error);
    if (code == 0) code = quire_dictionary_begin_all(item, view, error);
    quire_view_free(view);
    return code;
}

/* Writes rows of a column as a delta, and keeps them with all values. */
static int write_fresh(struct quire_dictionary_writer *writer,
                       struct quire_written_dictionary *item, struct quire_column *fresh,
                       struct quire_error *error)
{
    struct ArrowArray array = {.release = NULL};
    struct quire_view *view = NULL;
    int code = quire_column_finish(fresh, &array, error);
    if (code == 0) code = quire_view_new(item->field->dictionary, &view, error);
    if (code == 0) code = quire_view_set(view, &array, error);
    if (code == 0) code = quire_dictionary_append(item->all, view, 0, view->length, error);
    if (code == 0) code = quire_dictionary_write_values(writer, item, view, &array, 0, true, error);
    quire_view_free(view);
    quire_array_release(&array);
    return code;
}

/* Finds each value, or adds it. */
static int map_values(struct quire_written_dictionary *item, const struct quire_view *values,
                      int64_t *map, struct quire_column *fresh, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf bytes = {0};
    int64_t max = index_max(item->field->index_kind);
    for (int64_t row = 0; row < values->length; row++) {
        QUIRE_TRY(quire_dictionary_value(item, values, row, &bytes, error));
        map[row] = quire_value_set_find(&item->values, &bytes);
        if (map[row] >= 0) continue;
        map[row] = quire_value_set_size(&item->values);
        if (map[row] > max) {
            quire_fail(error, QUIRE_LIMIT, QUIRE_DICTIONARY_OPERATION,
                       "the batches have more than %lld values together, which is all that "
                       "indices of the dictionary can tell",
                       (long long)max + 1);
            quire_error_at(error, QUIRE_NOWHERE, item->field->name, QUIRE_NOWHERE);
            return QUIRE_LIMIT;
        }
        if (quire_value_set_add(&item->values, &bytes) != 0)
            return quire_fail_memory(error, QUIRE_DICTIONARY_OPERATION);
        QUIRE_TRY(quire_dictionary_append(fresh, values, row, 1, error));
    }
    return 0;
}

int quire_dictionary_unify(struct quire_dictionary_writer *writer,
                           struct quire_written_dictionary *item, const struct quire_view *values,
                           struct quire_error *error)
{
    struct quire_column *fresh = NULL;
    int64_t *map = quire_alloc((size_t)values->length * sizeof(*map));
    if (map == NULL) return quire_fail_memory(error, QUIRE_DICTIONARY_OPERATION);
    quire_free(item->map);
    item->map = map;
    QUIRE_TRY(open_all(item, error));
    int code = quire_column_new(item->field->dictionary, &fresh, error);
    if (code == 0) code = map_values(item, values, map, fresh, error);
    if (code == 0 && fresh->length > 0) code = write_fresh(writer, item, fresh, error);
    quire_column_free(fresh);
    return code;
}
