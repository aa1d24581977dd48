/* A mapped body is borrowed; else a body is read as a whole when all of it is wanted, and
 * buffer by buffer when columns are left out. */
#include "format/arrow/wire_batch.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "format/arrow/array_layout.h"
#include "format/arrow/wire_proof.h"

#define OPERATION "read arrow"

/* A batch cannot be read in parts, and may take more than the budget: so many times of it
 * and so many bytes. */
#define BATCH_BUDGETS      4
#define BATCH_BYTES_BESIDE ((uint64_t)16 << 20)

static int corrupt(const char *cause, struct quire_error *error)
{
    return quire_fail(error, QUIRE_CORRUPT, OPERATION, "%s", cause);
}

/* --- The table ------------------------------------------------------------------------ */

static int read_compression(struct quire_wire_batch *batch,
                            const struct quire_flatbuffer_table *table, struct quire_error *error)
{
    batch->codec = -1;
    struct quire_flatbuffer_table compression =
        quire_flatbuffer_table(table, QUIRE_BATCH_COMPRESSION);
    if (compression.buffer == NULL) return 0;
    int codec = quire_flatbuffer_u8(&compression, QUIRE_COMPRESSION_CODEC);
    int method = quire_flatbuffer_u8(&compression, QUIRE_COMPRESSION_METHOD);
    if (codec > QUIRE_COMPRESSION_ZSTD || method != QUIRE_COMPRESSION_BUFFER)
        return quire_fail(error, QUIRE_UNSUPPORTED, OPERATION,
                          "compression %d by method %d is not known", codec, method);
    batch->codec = codec;
    return 0;
}

int quire_wire_batch_open(struct quire_wire_batch *batch, const struct quire_read_message *message,
                          const struct quire_flatbuffer_table *table, struct quire_error *error)
{
    batch->length = quire_flatbuffer_i64(table, QUIRE_BATCH_LENGTH, 0);
    batch->unions_have_validity = message->message.version < QUIRE_ARROW_V5;
    batch->nodes = quire_flatbuffer_vector(table, QUIRE_BATCH_NODES, QUIRE_ARROW_PAIR_BYTES);
    batch->variadic = quire_flatbuffer_vector(table, QUIRE_BATCH_VARIADIC_COUNTS, 8);
    struct quire_flatbuffer_vector buffers =
        quire_flatbuffer_vector(table, QUIRE_BATCH_BUFFERS, QUIRE_ARROW_PAIR_BYTES);
    QUIRE_TRY(read_compression(batch, table, error));
    if (message->message.buffer.damaged || table->buffer == NULL || batch->length < 0)
        return corrupt("it is no record batch", error);
    /* What no array may have, not even one of nulls. */
    if (batch->length > INT64_MAX / 16) return corrupt("it is longer than memory", error);
    batch->buffers = quire_alloc_zero(buffers.size + 1, sizeof(*batch->buffers));
    if (batch->buffers == NULL) return quire_fail_memory(error, OPERATION);
    batch->buffers_size = buffers.size;
    for (size_t i = 0; i < buffers.size; i++) {
        struct quire_wire_buffer *buffer = &batch->buffers[i];
        buffer->offset = quire_flatbuffer_struct_i64(&buffers, i, QUIRE_ARROW_PAIR_BYTES, 0);
        buffer->length = quire_flatbuffer_struct_i64(&buffers, i, QUIRE_ARROW_PAIR_BYTES, 8);
    }
    return 0;
}

void quire_wire_batch_release(struct quire_wire_batch *batch)
{
    quire_free(batch->buffers);
    batch->buffers = NULL;
}

int quire_wire_batch_node(const struct quire_wire_batch *batch, size_t i, int64_t *length,
                          int64_t *null_count, struct quire_error *error)
{
    if (i >= batch->nodes.size) return corrupt("it has fewer arrays than the schema", error);
    *length = quire_flatbuffer_struct_i64(&batch->nodes, i, QUIRE_ARROW_PAIR_BYTES, 0);
    *null_count = quire_flatbuffer_struct_i64(&batch->nodes, i, QUIRE_ARROW_PAIR_BYTES, 8);
    if (*length < 0 || *null_count < 0 || *null_count > *length)
        return corrupt("the length or null count of an array cannot be", error);
    return 0;
}

int quire_wire_batch_variadic(const struct quire_wire_batch *batch,
                              struct quire_wire_cursor *cursor, size_t *count,
                              struct quire_error *error)
{
    if (cursor->variadic >= batch->variadic.size)
        return corrupt("the buffers of a view array are not counted", error);
    int64_t buffers = quire_flatbuffer_vector_i64(&batch->variadic, cursor->variadic++);
    if (buffers < 0 || (uint64_t)buffers > batch->buffers_size - cursor->buffer)
        return corrupt("it has fewer buffers than its view arrays", error);
    *count = (size_t)buffers;
    return 0;
}

/* --- What is wanted --------------------------------------------------------------------- */

static int mark_field(struct quire_wire_batch *batch, const struct quire_field *field,
                      struct quire_wire_cursor *cursor, bool wanted, struct quire_error *error)
{
    struct quire_array_layout layout = quire_array_layout_of(field);
    size_t count = (size_t)layout.buffers, more = 0;
    if (cursor->node++ >= batch->nodes.size)
        return corrupt("it has fewer arrays than the schema", error);
    if (field->kind == QUIRE_KIND_UNION && batch->unions_have_validity) count++;
    if (count > batch->buffers_size - cursor->buffer)
        return corrupt("it has fewer buffers than the schema", error);
    if (wanted && !batch->trusted) quire_wire_proof_begin(field, &batch->buffers[cursor->buffer]);
    for (size_t i = 0; i < count; i++)
        batch->buffers[cursor->buffer++].wanted = wanted;
    if (layout.kind == QUIRE_LAYOUT_VIEWS)
        QUIRE_TRY(quire_wire_batch_variadic(batch, cursor, &more, error));
    for (size_t i = 0; i < more; i++)
        batch->buffers[cursor->buffer++].wanted = wanted;
    for (size_t i = 0; i < field->children_size; i++)
        QUIRE_TRY(mark_field(batch, &field->children[i], cursor, wanted, error));
    return 0;
}

static int mark_wanted(struct quire_wire_batch *batch, const struct quire_wire_fields *fields,
                       struct quire_error *error)
{
    struct quire_wire_cursor cursor = {0};
    for (size_t i = 0; i < fields->size; i++) {
        const struct quire_field *field = &fields->fields[i];
        size_t first = cursor.buffer;
        QUIRE_TRY(
            mark_field(batch, field, &cursor, fields->wanted == NULL || fields->wanted[i], error));
        for (size_t j = first; j < cursor.buffer; j++)
            batch->buffers[j].column = field->name_size > 0 ? field->name : NULL;
    }
    return 0;
}

static int check_places(const struct quire_wire_batch *batch, int64_t body_length,
                        struct quire_error *error)
{
    for (size_t i = 0; i < batch->buffers_size; i++) {
        const struct quire_wire_buffer *buffer = &batch->buffers[i];
        if (!buffer->wanted ||
            (buffer->offset >= 0 && buffer->length >= 0 && buffer->offset <= body_length &&
             buffer->length <= body_length - buffer->offset))
            continue;
        return quire_fail(error, QUIRE_CORRUPT, OPERATION,
                          "buffer %zu (%lld bytes at %lld) is not within the body of %lld bytes", i,
                          (long long)buffer->length, (long long)buffer->offset,
                          (long long)body_length);
    }
    return 0;
}

/* --- Bytes -------------------------------------------------------------------------------- */

static void point_into(struct quire_wire_batch *batch, const uint8_t *body)
{
    for (size_t i = 0; i < batch->buffers_size; i++) {
        struct quire_wire_buffer *buffer = &batch->buffers[i];
        if (!buffer->wanted) continue;
        buffer->data = body + buffer->offset;
        buffer->size = buffer->length;
    }
}

struct watching {
    struct quire_wire_batch *batch;
    size_t next; /* buffers before it are done */
};

/* Looks at the buffers of which bytes have come, as long as they lie in their order. */
static void watch(void *user, const uint8_t *body, int64_t from, int64_t to)
{
    struct watching *watching = user;
    struct quire_wire_batch *batch = watching->batch;
    for (size_t i = watching->next; i < batch->buffers_size; i++) {
        struct quire_wire_buffer *buffer = &batch->buffers[i];
        int64_t start = buffer->offset, end = buffer->wanted ? start + buffer->length : 0;
        if (buffer->wanted && start >= to) return;
        if (end <= to && i == watching->next) watching->next++;
        if (end <= from) continue;
        quire_wire_prove(buffer, body + start, from > start ? from - start : 0,
                         (end < to ? end : to) - start);
    }
}

static int read_whole(struct quire_wire_batch *batch, const struct quire_read_message *message,
                      struct quire_message_reader *reader, struct quire_array_bag *bag,
                      struct quire_error *error)
{
    const uint8_t *body = NULL;
    struct watching watching = {batch, 0};
    const struct quire_message_watch watcher = {watch, &watching};
    reader->watch = batch->codec < 0 && !batch->trusted ? &watcher : NULL;
    int code = quire_message_reader_body(reader, message->body,
                                         (size_t)message->message.body_length, bag, &body, error);
    reader->watch = NULL;
    QUIRE_TRY(code);
    point_into(batch, body);
    return 0;
}

static int compare_places(const void *a, const void *b)
{
    int64_t one = (*(struct quire_wire_buffer *const *)a)->offset;
    int64_t other = (*(struct quire_wire_buffer *const *)b)->offset;
    return one < other ? -1 : one > other;
}

/* The buffers that are wanted, in the order of their places. False when they overlap. */
static bool sort_wanted(struct quire_wire_batch *batch, struct quire_wire_buffer **list,
                        size_t *size)
{
    *size = 0;
    for (size_t i = 0; i < batch->buffers_size; i++)
        if (batch->buffers[i].wanted && batch->buffers[i].length > 0)
            list[(*size)++] = &batch->buffers[i];
    qsort(list, *size, sizeof(struct quire_wire_buffer *), compare_places);
    for (size_t i = 1; i < *size; i++)
        if (list[i]->offset < list[i - 1]->offset + list[i - 1]->length) return false;
    return true;
}

static int read_parts(struct quire_wire_batch *batch, const struct quire_read_message *message,
                      struct quire_message_reader *reader, struct quire_array_bag *bag,
                      struct quire_error *error)
{
    size_t size = 0;
    QUIRE_CLEANUP(quire_cleanup_free)
    struct quire_wire_buffer **list =
        quire_alloc((batch->buffers_size + 1) * sizeof(struct quire_wire_buffer *));
    if (list == NULL) return quire_fail_memory(error, OPERATION);
    if (!sort_wanted(batch, list, &size)) return read_whole(batch, message, reader, bag, error);
    for (size_t i = 0; i < size; i++) {
        QUIRE_TRY(quire_message_reader_body(reader, message->body + list[i]->offset,
                                            (size_t)list[i]->length, bag, &list[i]->data, error));
        list[i]->size = list[i]->length;
    }
    return 0;
}

/* Points buffers at the bytes of the body, which the bag keeps. */
static int load_body(struct quire_wire_batch *batch, const struct quire_read_message *message,
                     struct quire_message_reader *reader, bool all, struct quire_array_bag *bag,
                     struct quire_error *error)
{
    if (reader->mapped == NULL)
        return all ? read_whole(batch, message, reader, bag, error)
                   : read_parts(batch, message, reader, bag, error);
    if (quire_array_bag_keep_bag(bag, reader->mapped) != 0)
        return quire_fail_memory(error, OPERATION);
    point_into(batch, reader->bytes + message->body);
    return 0;
}

/* The body goes when it is decompressed, unless buffers were left as they are in it. */
static int load_compressed(struct quire_wire_batch *batch, const struct quire_read_message *message,
                           struct quire_message_reader *reader, bool all,
                           struct quire_array_bag *bag, struct quire_context *context,
                           struct quire_error *error)
{
    bool borrows = false;
    struct quire_array_bag *body = quire_array_bag_new();
    if (body == NULL) return quire_fail_memory(error, OPERATION);
    int code = load_body(batch, message, reader, all, body, error);
    if (code == 0) code = quire_body_decompress(batch, bag, context, &borrows, error);
    if (code == 0 && borrows && quire_array_bag_keep_bag(bag, body) != 0)
        code = quire_fail_memory(error, OPERATION);
    quire_array_bag_release(body);
    return code;
}

int quire_wire_batch_room(const struct quire_context *context, uint64_t bytes,
                          struct quire_error *error)
{
    size_t budget = context->budget.max;
    if (budget == 0 || bytes <= BATCH_BYTES_BESIDE ||
        (bytes - BATCH_BYTES_BESIDE) / BATCH_BUDGETS <= budget)
        return 0;
    quire_fail(error, QUIRE_LIMIT, OPERATION,
               "it takes %llu bytes, which is more than %d times the memory budget",
               (unsigned long long)bytes, BATCH_BUDGETS);
    quire_error_hint(error, "a batch is not read in parts: --memory gives more");
    return QUIRE_LIMIT;
}

int quire_wire_batch_load(struct quire_wire_batch *batch, const struct quire_wire_fields *fields,
                          const struct quire_read_message *message,
                          struct quire_message_reader *reader, struct quire_array_bag *bag,
                          struct quire_context *context, struct quire_error *error)
{
    bool all = true, any = false;
    uint64_t bytes = 0;
    batch->trusted = reader->trusted;
    QUIRE_TRY(mark_wanted(batch, fields, error));
    QUIRE_TRY(check_places(batch, message->message.body_length, error));
    for (size_t i = 0; i < batch->buffers_size; i++) {
        if (batch->buffers[i].length == 0) continue;
        all = all && batch->buffers[i].wanted;
        any = any || batch->buffers[i].wanted;
        if (batch->buffers[i].wanted) bytes += (uint64_t)batch->buffers[i].length;
    }
    if (!any) return 0;
    if (reader->mapped == NULL) QUIRE_TRY(quire_wire_batch_room(context, bytes, error));
    return batch->codec >= 0 ? load_compressed(batch, message, reader, all, bag, context, error)
                             : load_body(batch, message, reader, all, bag, error);
}
