/* What a stream or file says of itself, as JSON under stable names: no body is read. */
#include "base/cleanup.h"
#include "base/fail.h"
#include "base/json_text.h"
#include "data/metadata.h"
#include "format/arrow/arrow_decoder.h"
#include "format/arrow/arrow_input.h"
#include "format/arrow/wire_batch.h"
#include "quire/batch.h"

#define OPERATION "describe arrow"

/* Messages are told apart while they are read, and put in their lists afterwards. */
struct describing {
    struct quire_arrow_input input;
    struct quire_buf dictionaries, batches; /* JSON, the members of arrays */
    struct quire_buf text;
    int64_t rows, dictionaries_size, batches_size;
    struct quire_error *error;
};

static void describing_release(struct describing *describing)
{
    quire_arrow_input_release(&describing->input);
    quire_buf_release(&describing->dictionaries);
    quire_buf_release(&describing->batches);
    quire_buf_release(&describing->text);
}

static void put_i64(struct quire_json_writer *json, const char *key, int64_t value)
{
    quire_json_writer_key(json, key);
    quire_json_writer_i64(json, value);
}

static const char *codec_name(int codec)
{
    static const char *const names[] = {"lz4", "zstd"};
    return codec < 0 ? "none" : names[codec];
}

/* Members of a batch, and of the batch that a dictionary has. */
static int put_batch(struct describing *describing, const struct quire_read_message *message,
                     const struct quire_flatbuffer_table *table, struct quire_json_writer *json,
                     int64_t *rows)
{
    QUIRE_CLEANUP(quire_wire_batch_release) struct quire_wire_batch batch = {0};
    QUIRE_TRY(quire_wire_batch_open(&batch, message, table, describing->error));
    put_i64(json, "rows", batch.length);
    put_i64(json, "offset", message->offset);
    put_i64(json, "metadata_bytes", message->body - message->offset);
    put_i64(json, "body_bytes", message->message.body_length);
    put_i64(json, "arrays", (int64_t)batch.nodes.size);
    put_i64(json, "buffers", (int64_t)batch.buffers_size);
    quire_json_writer_key(json, "compression");
    quire_json_writer_string(json, codec_name(batch.codec));
    *rows = batch.length;
    return 0;
}

static int describe_message(struct describing *describing, const struct quire_read_message *message)
{
    const struct quire_flatbuffer_table *header = &message->message.header;
    bool dictionary = message->message.header_type == QUIRE_HEADER_DICTIONARY_BATCH;
    struct quire_buf *out = dictionary ? &describing->dictionaries : &describing->batches;
    struct quire_flatbuffer_table data =
        dictionary ? quire_flatbuffer_table(header, QUIRE_DICTIONARY_BATCH_DATA) : *header;
    struct quire_json_writer json = quire_json_writer_to(out);
    int64_t rows = 0;
    if (out->size > 0 && quire_buf_push(out, ',') != 0)
        return quire_fail_memory(describing->error, OPERATION);
    quire_json_writer_begin_object(&json);
    if (dictionary) {
        put_i64(&json, "id", quire_flatbuffer_i64(header, QUIRE_DICTIONARY_BATCH_ID, 0));
        quire_json_writer_key(&json, "delta");
        quire_json_writer_bool(&json,
                               quire_flatbuffer_u8(header, QUIRE_DICTIONARY_BATCH_IS_DELTA) != 0);
    }
    QUIRE_TRY(put_batch(describing, message, &data, &json, &rows));
    quire_json_writer_end_object(&json);
    if (quire_json_writer_finish(&json) != 0)
        return quire_fail_memory(describing->error, OPERATION);
    if (!dictionary && __builtin_add_overflow(describing->rows, rows, &describing->rows))
        return quire_fail(describing->error, QUIRE_CORRUPT, OPERATION,
                          "the batches have more rows than can be counted");
    *(dictionary ? &describing->dictionaries_size : &describing->batches_size) += 1;
    return 0;
}

static int describe_blocks(struct describing *describing, const struct quire_buf *list,
                           enum quire_message_header kind)
{
    const struct quire_arrow_block *blocks = (const void *)list->data;
    for (size_t i = 0; i < list->size / sizeof(*blocks); i++) {
        struct quire_read_message message;
        QUIRE_TRY(quire_arrow_input_block(&describing->input, &blocks[i], kind, &message,
                                          describing->error));
        QUIRE_TRY(quire_message_fail(&message, describe_message(describing, &message),
                                     describing->error));
    }
    return 0;
}

static int describe_messages(struct describing *describing)
{
    struct quire_arrow_input *input = &describing->input;
    if (input->footer) {
        QUIRE_TRY(describe_blocks(describing, &input->dictionaries, QUIRE_HEADER_DICTIONARY_BATCH));
        return describe_blocks(describing, &input->batches, QUIRE_HEADER_RECORD_BATCH);
    }
    for (bool found = true;;) {
        struct quire_read_message message;
        QUIRE_TRY(quire_arrow_input_next(input, &message, &found, describing->error));
        if (!found) return 0;
        QUIRE_TRY(quire_message_fail(&message, describe_message(describing, &message),
                                     describing->error));
    }
}

/* --- The document --------------------------------------------------------------------------- */

static void put_key_values(struct quire_json_writer *json, const char *key, const char *metadata)
{
    struct quire_metadata_pair pair = {.next = metadata};
    quire_json_writer_key(json, key);
    quire_json_writer_begin_array(json);
    while (quire_metadata_next(&pair)) {
        quire_json_writer_begin_object(json);
        quire_json_writer_key(json, "key");
        quire_json_writer_string_sized(json, pair.key, pair.key_size);
        quire_json_writer_key(json, "value");
        quire_json_writer_string_sized(json, pair.value, pair.value_size);
        quire_json_writer_end_object(json);
    }
    quire_json_writer_end_array(json);
}

static int put_schema(struct describing *describing, struct quire_json_writer *json)
{
    char *text = NULL;
    QUIRE_TRY(quire_schema_print(&describing->input.schema, &text, describing->error));
    quire_json_writer_key(json, "schema");
    quire_json_writer_string(json, text);
    quire_free(text);
    return 0;
}

/* Objects that were written before. */
static int put_list(struct describing *describing, const char *key, const struct quire_buf *list)
{
    int code = quire_buf_printf(&describing->text, ",\"%s\":[", key);
    if (code == 0) code = quire_buf_append(&describing->text, list->data, list->size);
    return code == 0 ? quire_buf_push(&describing->text, ']') : code;
}

static int put_document(struct describing *describing)
{
    struct quire_arrow_input *input = &describing->input;
    struct quire_json_writer json = quire_json_writer_to(&describing->text);
    quire_json_writer_begin_object(&json);
    quire_json_writer_key(&json, "format");
    quire_json_writer_string(&json, input->file ? "arrow" : "arrow-stream");
    put_i64(&json, "version", input->version + 1);
    put_i64(&json, "bytes",
            input->messages.size >= 0 ? input->messages.size : input->messages.taken);
    put_i64(&json, "rows", describing->rows);
    put_i64(&json, "columns", (int64_t)input->root->children_size);
    put_i64(&json, "record_batches_size", describing->batches_size);
    put_i64(&json, "dictionaries_size", describing->dictionaries_size);
    QUIRE_TRY(put_schema(describing, &json));
    put_key_values(&json, "metadata", input->root->metadata);
    put_key_values(&json, "file_metadata",
                   input->metadata.size > 0 ? (const char *)input->metadata.data : NULL);
    quire_json_writer_end_object(&json);
    int code = quire_json_writer_finish(&json);
    if (code == 0) {
        describing->text.size--; /* the lists come before the end of the object */
        code = put_list(describing, "dictionaries", &describing->dictionaries);
    }
    if (code == 0) code = put_list(describing, "record_batches", &describing->batches);
    if (code == 0) code = quire_buf_append_text(&describing->text, "}");
    if (code == 0) code = quire_buf_terminate(&describing->text);
    return code == 0 ? 0 : quire_fail_memory(describing->error, OPERATION);
}

int quire_arrow_describe(struct quire_in *in, const void *options, struct quire_context *context,
                         char **json, struct quire_error *error)
{
    const struct quire_arrow_decoder_options *given = options;
    (void)context;
    QUIRE_CLEANUP(describing_release) struct describing describing = {.error = error};
    QUIRE_TRY(quire_arrow_input_open(&describing.input, in, given->memory_map, error));
    QUIRE_TRY(describe_messages(&describing));
    QUIRE_TRY(put_document(&describing));
    *json = (char *)describing.text.data;
    describing.text = (struct quire_buf){0};
    return 0;
}
