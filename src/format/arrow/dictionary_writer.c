/* A dictionary is most often the very array that came with the batch before, which the
 * addresses of its buffers tell as long as that array is held; else its values are looked
 * at one by one. */
#include "format/arrow/dictionary_writer_private.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/context.h"
#include "base/fail.h"
#include "quire/batch.h"

/* --- Making ------------------------------------------------------------------------- */

static bool holds_dictionary(const struct quire_field *field)
{
    for (size_t i = 0; i < field->children_size; i++) {
        const struct quire_field *child = &field->children[i];
        if (child->kind == QUIRE_KIND_DICTIONARY || holds_dictionary(child)) return true;
    }
    return false;
}

static size_t count_dictionaries(const struct quire_field *field)
{
    size_t count = field->kind == QUIRE_KIND_DICTIONARY ? 1 : 0;
    for (size_t i = 0; i < field->children_size; i++)
        count += count_dictionaries(&field->children[i]);
    return field->dictionary != NULL ? count + count_dictionaries(field->dictionary) : count;
}

/* Ids are given in the order of schema_message.h. */
static void collect(struct quire_dictionary_writer *writer, const struct quire_field *field,
                    bool inner)
{
    if (field->kind == QUIRE_KIND_DICTIONARY) {
        struct quire_written_dictionary *item = &writer->items[writer->size];
        item->field = field;
        item->id = (int64_t)writer->size++;
        item->inner = inner;
        item->nested = holds_dictionary(field->dictionary);
        collect(writer, field->dictionary, true);
    }
    for (size_t i = 0; i < field->children_size; i++)
        collect(writer, &field->children[i], inner);
}

static int compare_items(const void *a, const void *b)
{
    const struct quire_field *one = ((const struct quire_written_dictionary *)a)->field;
    const struct quire_field *other = ((const struct quire_written_dictionary *)b)->field;
    return one < other ? -1 : one > other;
}

int quire_dictionary_writer_init(struct quire_dictionary_writer *writer,
                                 const struct quire_field *root, struct quire_error *error)
{
    size_t count = count_dictionaries(root);
    writer->items = quire_alloc_zero(count + 1, sizeof(*writer->items));
    writer->maps = quire_alloc_zero(count + 1, sizeof(*writer->maps));
    writer->places = quire_alloc_zero(count + 1, sizeof(*writer->places));
    if (writer->items == NULL || writer->maps == NULL || writer->places == NULL)
        return quire_fail_memory(error, QUIRE_DICTIONARY_OPERATION);
    collect(writer, root, false);
    qsort(writer->items, writer->size, sizeof(*writer->items), compare_items);
    for (size_t i = 0; i < writer->size; i++) {
        writer->maps[i].field = writer->items[i].field;
        writer->places[writer->items[i].id] = i;
    }
    return 0;
}

void quire_dictionary_writer_release(struct quire_dictionary_writer *writer)
{
    for (size_t i = 0; i < writer->size; i++) {
        struct quire_written_dictionary *item = &writer->items[i];
        quire_value_set_release(&item->values);
        quire_array_release(&item->held);
        quire_column_free(item->all);
        quire_free(item->map);
        quire_buf_release(&item->blocks);
    }
    if (writer->charged > 0) quire_budget_return(&writer->sink->context->budget, writer->charged);
    quire_free(writer->items);
    quire_free(writer->maps);
    quire_free(writer->places);
    *writer = (struct quire_dictionary_writer){.sink = NULL};
}

static size_t index_of(const struct quire_dictionary_writer *writer,
                       const struct quire_field *field)
{
    size_t low = 0, high = writer->size;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (writer->items[middle].field <= field)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* What is kept of dictionaries grows with their values, whatever the budget; so that it
 * must stop somewhere. */
static int charge(struct quire_dictionary_writer *writer, struct quire_error *error)
{
    struct quire_budget *budget = &writer->sink->context->budget;
    size_t memory = 0;
    for (size_t i = 0; i < writer->size; i++) {
        memory += quire_value_set_memory(&writer->items[i].values);
        if (writer->items[i].all != NULL) memory += quire_column_memory(writer->items[i].all);
    }
    quire_budget_return(budget, writer->charged);
    quire_budget_force(budget, memory);
    writer->charged = memory;
    if (budget->max == 0 || memory <= budget->max / 2) return 0;
    quire_fail(error, QUIRE_LIMIT, QUIRE_DICTIONARY_OPERATION, "the dictionaries take %zu bytes",
               memory);
    quire_error_hint(error, "give more memory, or write the columns without a dictionary");
    return QUIRE_LIMIT;
}

/* --- Messages ------------------------------------------------------------------------ */

static int settle_inside(struct quire_dictionary_writer *writer, const struct quire_view *view,
                         struct ArrowArray *array, struct quire_error *error);

int quire_dictionary_write_values(struct quire_dictionary_writer *writer,
                                  struct quire_written_dictionary *item,
                                  const struct quire_view *view, struct ArrowArray *array,
                                  int64_t start, bool is_delta, struct quire_error *error)
{
    const struct quire_dictionary_header header = {item->id, is_delta};
    struct quire_arrow_block block;
    QUIRE_TRY(settle_inside(writer, view, array, error));
    QUIRE_CLEANUP(quire_batch_body_release)
    struct quire_batch_body body = {.maps = writer->maps, .maps_size = writer->size};
    body.length = array->length - start;
    QUIRE_TRY(
        quire_batch_body_add(&body, item->field->dictionary, array, start, body.length, error));
    QUIRE_TRY(quire_message_sink_batch(writer->sink, &body, &header, &block, error));
    if (!writer->file) return 0;
    int code = quire_buf_append(&item->blocks, &block, sizeof(block));
    return code == 0 ? 0 : quire_fail_memory(error, QUIRE_DICTIONARY_OPERATION);
}

static int fail_value(const struct quire_written_dictionary *item, int code,
                      struct quire_error *error)
{
    if (code == QUIRE_MEMORY) return quire_fail_memory(error, QUIRE_DICTIONARY_OPERATION);
    quire_fail(error, code, QUIRE_DICTIONARY_OPERATION,
               "a value of the dictionary refers to what is not there");
    quire_error_at(error, QUIRE_NOWHERE, item->field->name, QUIRE_NOWHERE);
    return code;
}

int quire_dictionary_value(const struct quire_written_dictionary *item,
                           const struct quire_view *values, int64_t row, struct quire_buf *bytes,
                           struct quire_error *error)
{
    quire_buf_clear(bytes);
    int code = quire_value_bytes(values, row, bytes);
    return code == 0 ? 0 : fail_value(item, code, error);
}

/* Remembers values from `start`. */
static int add_values(struct quire_written_dictionary *item, const struct quire_view *values,
                      int64_t start, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf bytes = {0};
    for (int64_t row = start; row < values->length; row++) {
        QUIRE_TRY(quire_dictionary_value(item, values, row, &bytes, error));
        if (quire_value_set_add(&item->values, &bytes) != 0)
            return quire_fail_memory(error, QUIRE_DICTIONARY_OPERATION);
    }
    return 0;
}

/* How many values from the first are those at the same places of the dictionary. */
static int count_same(struct quire_written_dictionary *item, const struct quire_view *values,
                      int64_t *same, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf bytes = {0};
    int64_t known = quire_value_set_size(&item->values);
    for (*same = 0; *same < values->length && *same < known; ++*same) {
        QUIRE_TRY(quire_dictionary_value(item, values, *same, &bytes, error));
        if (!quire_value_set_has(&item->values, *same, &bytes)) break;
    }
    return 0;
}

/* --- What a batch needs ---------------------------------------------------------------- */

/* The values are those known, and more. */
static int extend(struct quire_dictionary_writer *writer, struct quire_written_dictionary *item,
                  const struct quire_view *values, struct ArrowArray *array,
                  struct quire_error *error)
{
    int64_t known = quire_value_set_size(&item->values);
    QUIRE_TRY(quire_dictionary_write_values(writer, item, values, array, known, true, error));
    QUIRE_TRY(add_values(item, values, known, error));
    if (item->all == NULL) return 0; /* the array that will be held has them all */
    return quire_dictionary_append(item->all, values, known, values->length - known, error);
}

static int replace(struct quire_dictionary_writer *writer, struct quire_written_dictionary *item,
                   const struct quire_view *values, struct ArrowArray *array,
                   struct quire_error *error)
{
    QUIRE_TRY(quire_dictionary_write_values(writer, item, values, array, 0, false, error));
    quire_value_set_clear(&item->values);
    item->written = true;
    QUIRE_TRY(add_values(item, values, 0, error));
    return writer->file && item->inner ? quire_dictionary_begin_all(item, values, error) : 0;
}

static bool is_same_array(const struct ArrowArray *a, const struct ArrowArray *b)
{
    if (a->length != b->length || a->offset != b->offset || a->n_buffers != b->n_buffers ||
        a->n_children != b->n_children || (a->dictionary == NULL) != (b->dictionary == NULL))
        return false;
    for (int64_t i = 0; i < a->n_buffers; i++)
        if (a->buffers[i] != b->buffers[i]) return false;
    for (int64_t i = 0; i < a->n_children; i++)
        if (!is_same_array(a->children[i], b->children[i])) return false;
    return a->dictionary == NULL || is_same_array(a->dictionary, b->dictionary);
}

static int write_change(struct quire_dictionary_writer *writer,
                        struct quire_written_dictionary *item, const struct quire_view *values,
                        struct ArrowArray *array, bool *mapped, struct quire_error *error)
{
    int64_t same = 0, known = quire_value_set_size(&item->values);
    *mapped = false;
    QUIRE_TRY(count_same(item, values, &same, error));
    if (item->written && same == values->length) return 0;
    if (!item->written) return replace(writer, item, values, array, error);
    bool grown = same == known;
    if (writer->file) {
        *mapped = !grown;
        return grown ? extend(writer, item, values, array, error)
                     : quire_dictionary_unify(writer, item, values, error);
    }
    return grown && writer->deltas && !item->nested ? extend(writer, item, values, array, error)
                                                    : replace(writer, item, values, array, error);
}

/* An array that is held must have all values that readers know until `all` has them. */
static void hold(struct quire_written_dictionary *item, struct ArrowArray *array)
{
    bool whole = array->length >= quire_value_set_size(&item->values);
    if (item->held.release != NULL && item->all == NULL && !whole) return;
    quire_array_release(&item->held);
    item->held = *array;
    array->release = NULL;
}

static int settle(struct quire_dictionary_writer *writer, const struct quire_view *view,
                  struct ArrowArray *array, struct quire_error *error)
{
    size_t index = index_of(writer, view->field);
    struct quire_written_dictionary *item = &writer->items[index];
    bool mapped = false;
    if (item->held.release != NULL && is_same_array(&item->held, array->dictionary)) return 0;
    QUIRE_TRY(write_change(writer, item, view->dictionary, array->dictionary, &mapped, error));
    QUIRE_TRY(charge(writer, error));
    writer->maps[index].map = mapped ? item->map : NULL;
    writer->maps[index].size = mapped ? view->dictionary->length : 0;
    if (!item->inner) hold(item, array->dictionary);
    return 0;
}

/* Settles the dictionaries of an array, but for those in other dictionaries' values. */
static int settle_inside(struct quire_dictionary_writer *writer, const struct quire_view *view,
                         struct ArrowArray *array, struct quire_error *error)
{
    if (view->field->kind == QUIRE_KIND_DICTIONARY) return settle(writer, view, array, error);
    for (size_t i = 0; i < view->children_size; i++)
        QUIRE_TRY(settle_inside(writer, &view->children[i], array->children[i], error));
    return 0;
}

int quire_dictionary_writer_batch(struct quire_dictionary_writer *writer,
                                  const struct quire_view *view, struct ArrowArray *array,
                                  struct quire_error *error)
{
    return writer->size > 0 ? settle_inside(writer, view, array, error) : 0;
}

/* --- The end of a file ------------------------------------------------------------------ */

/* Writes all values in one message, and forgets the others. */
static int write_whole(struct quire_dictionary_writer *writer,
                       struct quire_written_dictionary *item, struct quire_error *error)
{
    struct ArrowArray *array = &item->held;
    struct quire_view *view = NULL;
    int code = 0;
    quire_buf_clear(&item->blocks);
    if (item->all != NULL) {
        quire_array_release(array);
        code = quire_column_finish(item->all, array, error);
    }
    if (code == 0) code = quire_view_new(item->field->dictionary, &view, error);
    if (code == 0) code = quire_view_set(view, array, error);
    if (code == 0) code = quire_dictionary_write_values(writer, item, view, array, 0, false, error);
    quire_view_free(view);
    return code;
}

int quire_dictionary_writer_finish(struct quire_dictionary_writer *writer, struct quire_buf *blocks,
                                   struct quire_error *error)
{
    for (size_t id = 0; id < writer->size && !writer->deltas; id++) {
        struct quire_written_dictionary *item = &writer->items[writer->places[id]];
        if (item->blocks.size > sizeof(struct quire_arrow_block))
            QUIRE_TRY(write_whole(writer, item, error));
    }
    /* Those that stand in others have higher ids. */
    for (size_t id = writer->size; id-- > 0;) {
        const struct quire_buf *own = &writer->items[writer->places[id]].blocks;
        if (quire_buf_append(blocks, own->data, own->size) != 0)
            return quire_fail_memory(error, QUIRE_DICTIONARY_OPERATION);
    }
    return 0;
}
