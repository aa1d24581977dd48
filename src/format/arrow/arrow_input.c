#include "format/arrow/arrow_input.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "format/arrow/schema_table.h"
#include "quire/batch.h"

#define OPERATION  "read arrow"
#define TAIL_BYTES (4 + QUIRE_ARROW_MAGIC_SIZE) /* the footer's size, and the magic */
#define HEAD_BYTES 8                            /* the magic, padded */

/* What Feather files of the first version begin with, which are another format. */
#define FEATHER_MAGIC "FEA1"
/* A stream of before 0.15 begins with the length of its schema: what is longer is none. */
#define LEGACY_SCHEMA_MAX ((uint32_t)16 << 20)

void quire_arrow_input_release(struct quire_arrow_input *input)
{
    quire_message_reader_release(&input->messages);
    quire_field_close(input->root);
    quire_schema_release(&input->schema);
    quire_buf_release(&input->ids);
    quire_buf_release(&input->dictionaries);
    quire_buf_release(&input->batches);
    quire_buf_release(&input->metadata);
}

/* --- The schema -------------------------------------------------------------------------- */

static int read_schema(struct quire_arrow_input *input, const struct quire_flatbuffer_table *table,
                       struct quire_error *error)
{
    QUIRE_TRY(quire_schema_table_read(table, false, &input->schema, &input->ids, error));
    int code = quire_field_open(&input->schema, &input->root, error);
    if (code != QUIRE_USAGE) return code;
    if (error != NULL) error->code = QUIRE_CORRUPT; /* the file asks, not the caller */
    return QUIRE_CORRUPT;
}

static int read_schema_message(struct quire_arrow_input *input, struct quire_error *error)
{
    struct quire_read_message message;
    bool found, marked;
    QUIRE_TRY(quire_message_reader_next(&input->messages, &message, &found, &marked, error));
    if (!found) return quire_fail(error, QUIRE_CORRUPT, OPERATION, "there is no schema");
    if (message.message.header_type != QUIRE_HEADER_SCHEMA) {
        int code = quire_fail(error, QUIRE_CORRUPT, OPERATION, "it is not a schema's");
        return quire_message_fail(&message, code, error);
    }
    input->version = message.message.version;
    return quire_message_fail(&message, read_schema(input, &message.message.header, error), error);
}

/* --- The footer --------------------------------------------------------------------------- */

static int fail_footer(const struct quire_arrow_input *input, const char *cause,
                       struct quire_error *error)
{
    int code = quire_fail(error, QUIRE_CORRUPT, OPERATION, "%s", cause);
    quire_error_at(error, QUIRE_NOWHERE, NULL, input->messages.size);
    return code;
}

static int read_blocks(const struct quire_arrow_input *input,
                       const struct quire_flatbuffer_table *footer, int field,
                       struct quire_buf *blocks, struct quire_error *error)
{
    struct quire_flatbuffer_vector vector =
        quire_flatbuffer_vector(footer, field, QUIRE_ARROW_BLOCK_BYTES);
    for (size_t i = 0; i < vector.size; i++) {
        struct quire_arrow_block block = {
            quire_flatbuffer_struct_i64(&vector, i, QUIRE_ARROW_BLOCK_BYTES, 0),
            quire_flatbuffer_struct_i32(&vector, i, QUIRE_ARROW_BLOCK_BYTES,
                                        QUIRE_ARROW_BLOCK_METADATA_LENGTH),
            quire_flatbuffer_struct_i64(&vector, i, QUIRE_ARROW_BLOCK_BYTES,
                                        QUIRE_ARROW_BLOCK_BODY_LENGTH)};
        if (block.offset < HEAD_BYTES || block.offset > input->messages.size)
            return fail_footer(input, "the footer names a message outside the file", error);
        if (quire_buf_append(blocks, &block, sizeof(block)) != 0)
            return quire_fail_memory(error, OPERATION);
    }
    return 0;
}

static int read_footer_table(struct quire_arrow_input *input, const uint8_t *bytes, size_t size,
                             struct quire_error *error)
{
    struct quire_flatbuffer buffer;
    struct quire_flatbuffer_table footer = quire_flatbuffer_open(&buffer, bytes, size);
    struct quire_flatbuffer_table schema = quire_flatbuffer_table(&footer, QUIRE_FOOTER_SCHEMA);
    input->version = quire_flatbuffer_i16(&footer, QUIRE_FOOTER_VERSION, 0);
    if (buffer.damaged || schema.buffer == NULL)
        return fail_footer(input, "the footer is damaged", error);
    if (input->version < QUIRE_ARROW_V4 || input->version > QUIRE_ARROW_V5)
        return quire_fail(error, QUIRE_UNSUPPORTED, OPERATION,
                          "version %d of the metadata is neither 4 nor 5", input->version + 1);
    QUIRE_TRY(read_schema(input, &schema, error));
    QUIRE_TRY(read_blocks(input, &footer, QUIRE_FOOTER_DICTIONARIES, &input->dictionaries, error));
    QUIRE_TRY(read_blocks(input, &footer, QUIRE_FOOTER_RECORD_BATCHES, &input->batches, error));
    if (quire_key_values_read(&footer, QUIRE_FOOTER_CUSTOM_METADATA, &input->metadata) != 0)
        return quire_fail_memory(error, OPERATION);
    return buffer.damaged ? fail_footer(input, "the footer is damaged", error) : 0;
}

static int read_footer(struct quire_arrow_input *input, struct quire_error *error)
{
    struct quire_message_reader *messages = &input->messages;
    uint8_t tail[TAIL_BYTES];
    uint32_t size;
    if (messages->size < HEAD_BYTES + TAIL_BYTES)
        return fail_footer(input, "it ends before its footer", error);
    QUIRE_TRY(
        quire_message_reader_bytes(messages, messages->size - TAIL_BYTES, tail, TAIL_BYTES, error));
    if (memcmp(tail + 4, QUIRE_ARROW_MAGIC, QUIRE_ARROW_MAGIC_SIZE) != 0) {
        fail_footer(input, "it does not end as a file does: it was cut, or is still written",
                    error);
        quire_error_hint(error, "what is there of it can be read through a pipe");
        return QUIRE_CORRUPT;
    }
    memcpy(&size, tail, sizeof(size));
    if ((int64_t)size > messages->size - HEAD_BYTES - TAIL_BYTES)
        return fail_footer(input, "the footer is longer than the file", error);
    QUIRE_CLEANUP(quire_cleanup_free) uint8_t *bytes = NULL;
    QUIRE_TRY(quire_message_reader_block(messages, messages->size - TAIL_BYTES - (int64_t)size,
                                         size, &bytes, error));
    return read_footer_table(input, bytes, size, error);
}

/* --- Opening ------------------------------------------------------------------------------- */

static int check_head(const uint8_t *head, size_t size, struct quire_error *error)
{
    uint32_t first = 0;
    if (size == 0) return quire_fail(error, QUIRE_CORRUPT, OPERATION, "it is empty");
    if (size >= 4 && memcmp(head, FEATHER_MAGIC, 4) == 0)
        return quire_fail(error, QUIRE_UNSUPPORTED, OPERATION,
                          "it is a Feather file of version 1, which is not Arrow IPC");
    if (size < HEAD_BYTES)
        return quire_fail(error, QUIRE_CORRUPT, OPERATION, "it ends within its first bytes");
    memcpy(&first, head, sizeof(first));
    if (memcmp(head, QUIRE_ARROW_MAGIC, QUIRE_ARROW_MAGIC_SIZE) == 0 || first == UINT32_MAX ||
        first <= LEGACY_SCHEMA_MAX)
        return 0;
    return quire_fail(error, QUIRE_CORRUPT, OPERATION,
                      "it begins neither as a file of Arrow does nor as a stream");
}

int quire_arrow_input_open(struct quire_arrow_input *input, struct quire_in *in, bool map,
                           struct quire_error *error)
{
    const uint8_t *head = NULL;
    size_t size = 0;
    QUIRE_TRY(quire_message_reader_open(&input->messages, in, map, error));
    QUIRE_TRY(quire_message_reader_peek(&input->messages, &head, &size, error));
    QUIRE_TRY(check_head(head, size, error));
    input->file = memcmp(head, QUIRE_ARROW_MAGIC, QUIRE_ARROW_MAGIC_SIZE) == 0;
    input->footer = input->file && input->messages.size >= 0;
    if (input->footer) return read_footer(input, error);
    if (input->file) input->messages.position = HEAD_BYTES;
    return read_schema_message(input, error);
}

/* --- Messages ------------------------------------------------------------------------------ */

static int check_kind(const struct quire_read_message *message, struct quire_error *error)
{
    switch (message->message.header_type) {
    case QUIRE_HEADER_RECORD_BATCH:
    case QUIRE_HEADER_DICTIONARY_BATCH: return 0;
    case QUIRE_HEADER_SCHEMA:
        return quire_fail(error, QUIRE_CORRUPT, OPERATION, "a schema among the batches");
    default:
        return quire_fail(error, QUIRE_UNSUPPORTED, OPERATION,
                          "it is of kind %d, which is not one of tables",
                          message->message.header_type);
    }
}

int quire_arrow_input_block(struct quire_arrow_input *input, const struct quire_arrow_block *block,
                            enum quire_message_header kind, struct quire_read_message *message,
                            struct quire_error *error)
{
    bool found, marked;
    input->messages.position = block->offset;
    QUIRE_TRY(quire_message_reader_next(&input->messages, message, &found, &marked, error));
    int code = 0;
    if (!found)
        code =
            quire_fail(error, QUIRE_CORRUPT, OPERATION, "the footer names it and it is not there");
    else if (message->message.header_type != (int)kind)
        code = quire_fail(error, QUIRE_CORRUPT, OPERATION, "it is not what the footer says");
    else if (message->message.body_length != block->body_size)
        code = quire_fail(error, QUIRE_CORRUPT, OPERATION,
                          "its body has %lld bytes where the footer says %lld",
                          (long long)message->message.body_length, (long long)block->body_size);
    return quire_message_fail(message, code, error);
}

/* After the end of a stream that came as it was: nothing, or the footer of a file. */
static int check_rest(struct quire_arrow_input *input, bool marked, struct quire_error *error)
{
    uint8_t tail[QUIRE_ARROW_MAGIC_SIZE] = {0};
    int64_t rest = 0;
    if (input->file && !marked)
        return quire_fail(error, QUIRE_CORRUPT, OPERATION, "it ends before its footer");
    if (!marked) return 0;
    QUIRE_TRY(quire_message_reader_rest(&input->messages, tail, sizeof(tail), &rest, error));
    if (!input->file && rest > 0)
        return quire_fail(error, QUIRE_CORRUPT, OPERATION,
                          "%lld bytes follow the end of the stream", (long long)rest);
    if (input->file && memcmp(tail, QUIRE_ARROW_MAGIC, sizeof(tail)) != 0)
        return quire_fail(error, QUIRE_CORRUPT, OPERATION, "it ends before its footer");
    return 0;
}

int quire_arrow_input_next(struct quire_arrow_input *input, struct quire_read_message *message,
                           bool *found, struct quire_error *error)
{
    bool marked;
    QUIRE_TRY(quire_message_reader_next(&input->messages, message, found, &marked, error));
    if (*found) return quire_message_fail(message, check_kind(message, error), error);
    int code = check_rest(input, marked, error);
    if (code != 0) quire_error_at(error, QUIRE_NOWHERE, NULL, input->messages.position);
    return code;
}
