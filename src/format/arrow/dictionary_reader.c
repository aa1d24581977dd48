/* A dictionary is checked when it comes, not with every batch that has it. One whose
 * message never comes has no values, which does for columns of nulls (Columnar.rst, "IPC
 * Streaming Format"). */
#include "format/arrow/dictionary_reader.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "data/column_copy.h"
#include "quire/batch.h"

#define OPERATION "read arrow"

/* Values that a dictionary may grow to: those that take no bytes could be any number. */
#define GROWN_MAX (1 << 26)

struct quire_read_dictionary {
    int64_t id;
    int depth;
    bool wanted;
    const struct quire_field *values;
    struct quire_array_bag *bag; /* keeps what the array stands on */
    struct ArrowArray array;     /* release NULL: it did not come yet */
};

/* --- Making ---------------------------------------------------------------------------- */

static size_t count_uses(const struct quire_field *field)
{
    size_t count = field->kind == QUIRE_KIND_DICTIONARY ? 1 : 0;
    for (size_t i = 0; i < field->children_size; i++)
        count += count_uses(&field->children[i]);
    return field->dictionary != NULL ? count + count_uses(field->dictionary) : count;
}

static bool is_same_type(const struct quire_field *a, const struct quire_field *b)
{
    if (strcmp(a->format, b->format) != 0 || a->children_size != b->children_size) return false;
    for (size_t i = 0; i < a->children_size; i++)
        if (!is_same_type(&a->children[i], &b->children[i])) return false;
    if ((a->dictionary == NULL) != (b->dictionary == NULL)) return false;
    return a->dictionary == NULL || is_same_type(a->dictionary, b->dictionary);
}

struct collecting {
    struct quire_dictionary_reader *reader;
    const int64_t *ids;
    size_t next, ids_size;
    struct quire_error *error;
};

static int use_dictionary(struct collecting *collecting, const struct quire_field *field, int depth,
                          bool wanted)
{
    struct quire_dictionary_reader *reader = collecting->reader;
    int64_t id = collecting->ids[collecting->next++];
    size_t at = 0;
    while (at < reader->size && reader->items[at].id != id)
        at++;
    struct quire_read_dictionary *item = &reader->items[at];
    if (at == reader->size) {
        *item = (struct quire_read_dictionary){
            .id = id, .depth = depth, .wanted = wanted, .values = field->dictionary};
        reader->size++;
    } else if (!is_same_type(item->values, field->dictionary)) {
        return quire_fail(collecting->error, QUIRE_CORRUPT, OPERATION,
                          "dictionary %lld has two types", (long long)id);
    }
    if (depth > item->depth) item->depth = depth;
    item->wanted = item->wanted || wanted;
    reader->uses[reader->uses_size++] = (struct quire_dictionary_use){field, at};
    return 0;
}

/* In the order of schema_message.h. */
static int collect(struct collecting *collecting, const struct quire_field *field, int depth,
                   bool wanted)
{
    if (field->kind == QUIRE_KIND_DICTIONARY) {
        QUIRE_TRY(use_dictionary(collecting, field, depth, wanted));
        QUIRE_TRY(collect(collecting, field->dictionary, depth + 1, wanted));
    }
    for (size_t i = 0; i < field->children_size; i++)
        QUIRE_TRY(collect(collecting, &field->children[i], depth, wanted));
    return 0;
}

static int compare_uses(const void *a, const void *b)
{
    const struct quire_field *one = ((const struct quire_dictionary_use *)a)->field;
    const struct quire_field *other = ((const struct quire_dictionary_use *)b)->field;
    return one < other ? -1 : one > other;
}

int quire_dictionary_reader_init(struct quire_dictionary_reader *reader,
                                 const struct quire_field *root, const struct quire_buf *ids,
                                 const bool *wanted, struct quire_error *error)
{
    size_t count = count_uses(root);
    struct collecting collecting = {.reader = reader,
                                    .ids = (const void *)ids->data,
                                    .ids_size = ids->size / sizeof(int64_t),
                                    .error = error};
    if (collecting.ids_size != count)
        return quire_fail(error, QUIRE_INTERNAL, OPERATION, "%zu dictionaries and %zu ids", count,
                          collecting.ids_size);
    reader->items = quire_alloc_zero(count + 1, sizeof(*reader->items));
    reader->uses = quire_alloc_zero(count + 1, sizeof(*reader->uses));
    if (reader->items == NULL || reader->uses == NULL) return quire_fail_memory(error, OPERATION);
    for (size_t i = 0; i < root->children_size; i++)
        QUIRE_TRY(collect(&collecting, &root->children[i], 0, wanted[i]));
    qsort(reader->uses, reader->uses_size, sizeof(*reader->uses), compare_uses);
    return 0;
}

static void drop(struct quire_read_dictionary *item)
{
    quire_array_release(&item->array);
    quire_array_bag_release(item->bag);
    item->bag = NULL;
}

void quire_dictionary_reader_release(struct quire_dictionary_reader *reader)
{
    for (size_t i = 0; i < reader->size; i++)
        drop(&reader->items[i]);
    quire_free(reader->items);
    quire_free(reader->uses);
    *reader = (struct quire_dictionary_reader){.items = NULL};
}

static struct quire_read_dictionary *find_id(const struct quire_dictionary_reader *reader,
                                             int64_t id)
{
    for (size_t i = 0; i < reader->size; i++)
        if (reader->items[i].id == id) return &reader->items[i];
    return NULL;
}

int quire_dictionary_reader_depth(const struct quire_dictionary_reader *reader, int64_t id)
{
    const struct quire_read_dictionary *item = find_id(reader, id);
    return item != NULL ? item->depth : -1;
}

/* --- Giving ------------------------------------------------------------------------------ */

static const struct quire_read_dictionary *
dictionary_of(const struct quire_dictionary_reader *reader, const struct quire_field *field)
{
    size_t low = 0, high = reader->uses_size;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (reader->uses[middle].field <= field)
            low = middle;
        else
            high = middle;
    }
    return &reader->items[reader->uses[low].item];
}

static int give_one(const struct quire_dictionary_reader *reader, const struct quire_field *field,
                    struct quire_array_bag *bag, struct ArrowArray *dictionary)
{
    const struct quire_read_dictionary *item = dictionary_of(reader, field);
    if (item->array.release == NULL)
        return quire_wire_empty_array(field->dictionary, bag, dictionary);
    QUIRE_TRY(quire_array_bag_keep_bag(bag, item->bag));
    return quire_array_bag_borrow(bag, &item->array, dictionary);
}

int quire_dictionary_reader_give(const struct quire_dictionary_reader *reader,
                                 const struct quire_field *field, struct quire_array_bag *bag,
                                 struct ArrowArray *array, struct quire_error *error)
{
    if (reader->size == 0) return 0;
    if (field->kind == QUIRE_KIND_DICTIONARY) {
        int code = give_one(reader, field, bag, array->dictionary);
        return code == 0 ? 0 : quire_fail_memory(error, OPERATION);
    }
    for (size_t i = 0; i < field->children_size; i++)
        QUIRE_TRY(quire_dictionary_reader_give(reader, &field->children[i], bag, array->children[i],
                                               error));
    return 0;
}

/* --- Taking ------------------------------------------------------------------------------ */

static int validate(const struct quire_field *field, const struct ArrowArray *array,
                    struct quire_error *error)
{
    struct quire_view *view = NULL;
    int code = quire_view_new(field, &view, error);
    if (code == 0) code = quire_view_set(view, array, error);
    if (code == 0) code = quire_view_validate_rows(view, error);
    quire_view_free(view);
    if (code != 0 && code != QUIRE_MEMORY && error != NULL) {
        error->row = QUIRE_NOWHERE;
        error->code = QUIRE_CORRUPT;
        code = QUIRE_CORRUPT;
    }
    return code;
}

static int append(struct quire_column *column, const struct ArrowArray *array,
                  struct quire_error *error)
{
    struct quire_view *view = NULL;
    int code = quire_view_new(column->field, &view, error);
    if (code == 0) code = quire_view_set(view, array, error);
    if (code == 0) {
        code = quire_column_append_view(column, view, 0, array->length);
        if (code != 0) quire_fail(error, code, OPERATION, "the dictionary cannot grow");
    }
    quire_view_free(view);
    return code;
}

static void free_array(void *thing)
{
    struct ArrowArray *array = thing;
    quire_array_release(array);
    quire_free(array);
}

/* The values that were there and the new ones as one array, in a bag of its own. */
static int join(const struct quire_read_dictionary *item, const struct ArrowArray *more,
                struct quire_array_bag *bag, struct ArrowArray *joined, struct quire_error *error)
{
    if (more->length > GROWN_MAX - item->array.length)
        return quire_fail(error, QUIRE_LIMIT, OPERATION, "a dictionary grows beyond %d values",
                          GROWN_MAX);
    struct quire_column *column = NULL;
    struct ArrowArray *whole = quire_alloc_zero(1, sizeof(*whole));
    if (whole == NULL) return quire_fail_memory(error, OPERATION);
    int code = quire_column_new(item->values, &column, error);
    if (code == QUIRE_UNSUPPORTED)
        quire_fail(error, code, OPERATION,
                   "dictionary %lld grows, and values of its type cannot be put together",
                   (long long)item->id);
    if (code == 0) code = append(column, &item->array, error);
    if (code == 0) code = append(column, more, error);
    if (code == 0) code = quire_column_finish(column, whole, error);
    quire_column_free(column);
    if (code == 0 && quire_array_bag_keep(bag, free_array, whole) != 0)
        code = quire_fail_memory(error, OPERATION);
    if (code != 0) {
        free_array(whole);
        return code;
    }
    code = quire_array_bag_borrow(bag, whole, joined);
    return code == 0 ? 0 : quire_fail_memory(error, OPERATION);
}

static int
read_values(const struct quire_dictionary_reader *reader, const struct quire_read_dictionary *item,
            const struct quire_flatbuffer_table *table, const struct quire_read_message *message,
            struct quire_message_reader *messages, struct quire_array_bag *bag,
            struct quire_context *context, struct ArrowArray *array, struct quire_error *error)
{
    const struct quire_wire_fields fields = {item->values, 1, NULL};
    struct quire_wire_cursor cursor = {0};
    QUIRE_CLEANUP(quire_wire_batch_release) struct quire_wire_batch batch = {0};
    QUIRE_TRY(quire_wire_batch_open(&batch, message, table, error));
    QUIRE_TRY(quire_wire_batch_load(&batch, &fields, message, messages, bag, context, error));
    QUIRE_TRY(quire_wire_batch_array(&batch, item->values, &cursor, bag, array, error));
    if (array->length != batch.length)
        return quire_fail(error, QUIRE_CORRUPT, OPERATION, "a dictionary of %lld values has %lld",
                          (long long)batch.length, (long long)array->length);
    QUIRE_TRY(quire_dictionary_reader_give(reader, item->values, bag, array, error));
    return messages->trusted ? 0 : validate(item->values, array, error);
}

/* Puts an array and its bag in the place of the item's. */
static void set(struct quire_read_dictionary *item, struct quire_array_bag *bag,
                const struct ArrowArray *array)
{
    drop(item);
    item->bag = bag;
    item->array = *array;
}

static int take(struct quire_read_dictionary *item, bool is_delta, struct quire_array_bag *bag,
                struct ArrowArray *array, struct quire_error *error)
{
    if (!is_delta || item->array.release == NULL) {
        set(item, quire_array_bag_retain(bag), array);
        array->release = NULL;
        return 0;
    }
    struct ArrowArray joined = {.release = NULL};
    struct quire_array_bag *own = quire_array_bag_new();
    int code =
        own != NULL ? join(item, array, own, &joined, error) : quire_fail_memory(error, OPERATION);
    if (code == 0) {
        set(item, own, &joined);
        return 0;
    }
    quire_array_release(&joined);
    quire_array_bag_release(own);
    return code;
}

int quire_dictionary_reader_take(struct quire_dictionary_reader *reader,
                                 const struct quire_read_message *message,
                                 struct quire_message_reader *messages,
                                 struct quire_context *context, struct quire_error *error)
{
    const struct quire_flatbuffer_table *header = &message->message.header;
    int64_t id = quire_flatbuffer_i64(header, QUIRE_DICTIONARY_BATCH_ID, 0);
    bool is_delta = quire_flatbuffer_u8(header, QUIRE_DICTIONARY_BATCH_IS_DELTA) != 0;
    struct quire_flatbuffer_table data =
        quire_flatbuffer_table(header, QUIRE_DICTIONARY_BATCH_DATA);
    struct quire_read_dictionary *item = find_id(reader, id);
    if (message->message.buffer.damaged || item == NULL)
        return quire_fail(error, QUIRE_CORRUPT, OPERATION, "no column has the dictionary %lld",
                          (long long)id);
    if (!item->wanted) return 0;
    struct ArrowArray array = {.release = NULL};
    struct quire_array_bag *bag = quire_array_bag_new();
    if (bag == NULL) return quire_fail_memory(error, OPERATION);
    int code = read_values(reader, item, &data, message, messages, bag, context, &array, error);
    if (code == 0) code = take(item, is_delta, bag, &array, error);
    quire_array_release(&array);
    quire_array_bag_release(bag);
    return code;
}
