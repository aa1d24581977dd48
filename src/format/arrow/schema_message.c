/* A schema message is its frame around a Message around a Schema. */
#include "format/arrow/schema_message.h"

#include <assert.h>

#include "base/fail.h"
#include "format/arrow/message.h"
#include "format/arrow/message_frame.h"
#include "format/arrow/schema_table.h"

#define WRITE "write arrow schema"
#define READ  "read arrow schema"

static int write_message(const struct quire_field *root, struct quire_buf *out,
                         struct quire_error *error)
{
    struct quire_flatbuffer_writer writer;
    uint32_t header = quire_message_begin(&writer, out, QUIRE_HEADER_SCHEMA, 0);
    QUIRE_TRY(quire_schema_table_write(&writer, header, root, error));
    int code = quire_flatbuffer_finish(&writer);
    if (code == QUIRE_LIMIT) return quire_fail(error, code, WRITE, "it takes more than 2 GiB");
    return code == 0 ? 0 : quire_fail_memory(error, WRITE);
}

int quire_schema_message_write(const struct quire_field *root, struct quire_buf *out,
                               struct quire_error *error)
{
    assert(root->kind == QUIRE_KIND_STRUCT);
    size_t start, before = out->size;
    if (quire_message_frame_begin(out, &start) != 0) return quire_fail_memory(error, WRITE);
    int code = write_message(root, out, error);
    if (code == 0) {
        code = quire_message_frame_end(out, start);
        if (code == QUIRE_LIMIT)
            quire_fail(error, code, WRITE, "it takes more than %d bytes",
                       QUIRE_MESSAGE_METADATA_MAX);
        else if (code != 0)
            quire_fail_memory(error, WRITE);
    }
    if (code != 0) out->size = before;
    return code;
}

static int read_message(const void *bytes, size_t size, bool unknown_as_null,
                        struct ArrowSchema *schema, struct quire_buf *ids, size_t *used,
                        struct quire_error *error)
{
    struct quire_message_frame frame;
    struct quire_message message;
    QUIRE_TRY(quire_message_frame_read(bytes, size, &frame, error));
    QUIRE_TRY(quire_message_open(frame.metadata, frame.metadata_size, &message, error));
    if (message.header_type != QUIRE_HEADER_SCHEMA)
        return quire_fail(error, QUIRE_CORRUPT, READ, "the message is not one of a schema");
    QUIRE_TRY(quire_schema_table_read(&message.header, unknown_as_null, schema, ids, error));
    if (used != NULL) *used = frame.used;
    return 0;
}

int quire_schema_message_read_ids(const void *bytes, size_t size, struct ArrowSchema *schema,
                                  struct quire_buf *ids, size_t *used, struct quire_error *error)
{
    return read_message(bytes, size, false, schema, ids, used, error);
}

int quire_schema_message_read(const void *bytes, size_t size, struct ArrowSchema *schema,
                              size_t *used, struct quire_error *error)
{
    return read_message(bytes, size, false, schema, NULL, used, error);
}

int quire_schema_message_read_known(const void *bytes, size_t size, struct ArrowSchema *schema,
                                    struct quire_error *error)
{
    return read_message(bytes, size, true, schema, NULL, NULL, error);
}
