#include "table/files/vector_writer.h"

#include "base/base64.h"
#include "base/fail.h"
#include "table/commit/commit.h"
#include "table/log/z85.h"

#define OPERATION "write deletion vector"

#define FILE_VERSION 1
#define UUID_SIZE    16
#define SIZE_SIZE    4

static void append_big(struct quire_buf *out, uint32_t value)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        out->data[out->size++] = (uint8_t)(value >> shift);
}

static int begin_file(struct quire_vector_writer *writer, struct quire_error *error)
{
    uint8_t uuid[UUID_SIZE];
    quire_commit_mark(writer->uuid);
    quire_uuid_parse(writer->uuid, strlen(writer->uuid), uuid);
    quire_z85_encode(uuid, UUID_SIZE, writer->text);
    writer->text[sizeof(writer->text) - 1] = '\0';
    return quire_buf_push(&writer->bytes, FILE_VERSION) == 0 ? 0
                                                             : quire_fail_memory(error, OPERATION);
}

int quire_vector_writer_add(struct quire_vector_writer *writer,
                            const struct quire_deleted_rows *rows, struct quire_arena *arena,
                            struct quire_deletion_vector *vector, struct quire_error *error)
{
    static const struct quire_bytes relative = {(const uint8_t *)"u", 1};
    if (writer->bytes.size >= QUIRE_VECTOR_FILE_BYTES)
        QUIRE_TRY(quire_vector_writer_finish(writer, error));
    if (writer->bytes.size == 0) QUIRE_TRY(begin_file(writer, error));
    struct quire_buf *bytes = &writer->bytes;
    size_t offset = bytes->size;
    int code = quire_buf_reserve(bytes, SIZE_SIZE);
    if (code != 0) return quire_fail_memory(error, OPERATION);
    bytes->size += SIZE_SIZE;
    code = quire_deleted_rows_write(rows, bytes);
    if (code == 0) code = quire_buf_reserve(bytes, SIZE_SIZE);
    if (code != 0) return quire_fail_memory(error, OPERATION);
    size_t end = bytes->size, size = end - offset - SIZE_SIZE;
    bytes->size = offset;
    append_big(bytes, (uint32_t)size);
    bytes->size = end;
    append_big(bytes, quire_deletion_vector_checksum(bytes->data + offset + SIZE_SIZE, size));
    char *path = quire_arena_strndup(arena, writer->text, strlen(writer->text));
    if (path == NULL) return quire_fail_memory(error, OPERATION);
    *vector = (struct quire_deletion_vector){.storage = relative,
                                             .path = {(const uint8_t *)path, strlen(path)},
                                             .offset = (int64_t)offset,
                                             .size = (int64_t)size,
                                             .cardinality = quire_deleted_rows_count(rows)};
    return 0;
}

int quire_vector_writer_finish(struct quire_vector_writer *writer, struct quire_error *error)
{
    const struct quire_put_options options = {.mode = QUIRE_PUT_CREATE_ONLY,
                                              .durability = writer->durability};
    const struct quire_table_place *place = writer->place;
    size_t start = writer->keys.size;
    if (writer->bytes.size == 0) return 0;
    /* Noted before it stands, so that none is forgotten. */
    if (quire_buf_printf(&writer->keys, "%sdeletion_vector_%s.bin", place->key, writer->uuid) !=
            0 ||
        quire_buf_push(&writer->keys, '\0') != 0) {
        writer->keys.size = start;
        return quire_fail_memory(error, OPERATION);
    }
    QUIRE_TRY(place->store->ops->put(place->store, (const char *)writer->keys.data + start,
                                     writer->bytes.data, writer->bytes.size, &options, NULL,
                                     error));
    quire_buf_clear(&writer->bytes);
    return 0;
}

void quire_vector_writer_close(struct quire_vector_writer *writer, bool keep)
{
    const char *keys = (const char *)writer->keys.data;
    for (size_t at = 0; !keep && at < writer->keys.size; at += strlen(keys + at) + 1) {
        const char *key[] = {keys + at};
        (void)writer->place->store->ops->delete_many(writer->place->store, key, 1, NULL, NULL);
    }
    quire_buf_release(&writer->bytes);
    quire_buf_release(&writer->keys);
}
