/* Where the bitmap of a deletion vector is (PROTOCOL.md, "Deletion Vector Descriptor Schema",
 * "Deletion Vector File Storage Format"). */
#include "table/files/deletion_vector.h"

#include <inttypes.h>

#include "base/base64.h"
#include "base/cleanup.h"
#include "base/fail.h"
#include "table/log/uri.h"
#include "table/log/z85.h"

#define OPERATION "read deletion vector"

#define FILE_VERSION 1
#define UUID_SIZE    16
#define UUID_TEXT    20 /* characters of it in base 85 */
#define SIZE_SIZE    4  /* bytes of the size before a bitmap, and of the checksum behind */

/* Four bits a step: these files are small. */
uint32_t quire_deletion_vector_checksum(const uint8_t *bytes, size_t size)
{
    uint32_t table[16], crc = UINT32_MAX;
    for (uint32_t i = 0; i < 16; i++) {
        table[i] = i;
        for (int bit = 0; bit < 4; bit++)
            table[i] = table[i] >> 1 ^ (table[i] & 1 ? UINT32_C(0xedb88320) : 0);
    }
    for (size_t i = 0; i < size; i++) {
        crc ^= bytes[i];
        crc = crc >> 4 ^ table[crc & 15];
        crc = crc >> 4 ^ table[crc & 15];
    }
    return ~crc;
}

static uint32_t read_big(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* --- In the log ----------------------------------------------------------------------------- */

static int load_inline(const struct quire_deletion_vector *vector, struct quire_deleted_rows **rows,
                       struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf bytes = {0};
    size_t size = vector->path.size / 5 * 4;
    if (quire_buf_reserve(&bytes, size + 1) != 0) return quire_fail_memory(error, OPERATION);
    if (vector->path.data == NULL ||
        !quire_z85_decode((const char *)vector->path.data, vector->path.size, bytes.data) ||
        vector->size > (int64_t)size)
        return quire_fail(error, QUIRE_CORRUPT, OPERATION,
                          "what the log has of it is not in base 85, or too short");
    return quire_deleted_rows_parse(bytes.data, (size_t)vector->size, vector->cardinality, rows,
                                    error);
}

/* --- In a file ------------------------------------------------------------------------------ */

/* "<prefix>/deletion_vector_<uuid>.bin"; the prefix may be empty. */
static int append_name(const struct quire_bytes *text, struct quire_buf *path,
                       struct quire_error *error)
{
    uint8_t uuid[UUID_SIZE];
    char spelled[36];
    const char *start = (const char *)text->data;
    size_t prefix = text->size - UUID_TEXT;
    if (text->size < UUID_TEXT || !quire_z85_decode(start + prefix, UUID_TEXT, uuid))
        return quire_fail(error, QUIRE_CORRUPT, OPERATION, "the log has no name of its file");
    quire_uuid_format(uuid, spelled);
    int code = prefix > 0 ? quire_buf_append(path, start, prefix) : 0;
    if (code == 0 && prefix > 0) code = quire_buf_push(path, '/');
    if (code == 0) code = quire_buf_append_text(path, "deletion_vector_");
    if (code == 0) code = quire_buf_append(path, spelled, sizeof(spelled));
    if (code == 0) code = quire_buf_append_text(path, ".bin");
    if (code == 0) code = quire_buf_terminate(path);
    return code == 0 ? 0 : quire_fail_memory(error, OPERATION);
}

/* An opened file of vectors. */
struct vector_file {
    struct quire_store *own; /* NULL: the table's */
    struct quire_store *store;
    struct quire_object_reader *reader;
    struct quire_object object;
};

static void close_file(struct vector_file *file)
{
    if (file->reader != NULL) file->store->ops->reader_close(file->reader);
    quire_store_close(file->own);
}

static int open_file(const struct quire_snapshot *snapshot,
                     const struct quire_deletion_vector *vector, struct vector_file *file,
                     struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf path = {0};
    char *key = NULL;
    if (quire_bytes_equal_text(&vector->storage, "u")) {
        if (quire_buf_append_text(&path, snapshot->place.key) != 0)
            return quire_fail_memory(error, OPERATION);
        QUIRE_TRY(append_name(&vector->path, &path, error));
        file->store = snapshot->place.store;
    } else {
        if (quire_uri_decode(&vector->path, &path) != 0 || quire_buf_terminate(&path) != 0)
            return quire_fail_memory(error, OPERATION);
        QUIRE_TRY(quire_store_open((const char *)path.data, NULL, 0, &file->own, &key, error));
        file->store = file->own;
    }
    int code = file->store->ops->reader_open(file->store, key != NULL ? key : (char *)path.data,
                                             &file->reader, &file->object, error);
    quire_store_key_free(key);
    return code;
}

static int read_whole(struct vector_file *file, int64_t offset, uint8_t *bytes, size_t size,
                      struct quire_error *error)
{
    size_t got = 0;
    QUIRE_TRY(file->store->ops->read_at(file->reader, offset, bytes, size, &got, error));
    return got == size ? 0 : quire_fail(error, QUIRE_CORRUPT, OPERATION, "its file ends within it");
}

static int load_file(const struct quire_snapshot *snapshot,
                     const struct quire_deletion_vector *vector, struct quire_deleted_rows **rows,
                     struct quire_error *error)
{
    QUIRE_CLEANUP(close_file) struct vector_file file = {.own = NULL};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf bytes = {0};
    const int64_t offset = vector->offset != QUIRE_LOG_NONE ? vector->offset : 0;
    const int64_t size = vector->size + 2 * SIZE_SIZE;
    uint8_t version = 0;
    QUIRE_TRY(open_file(snapshot, vector, &file, error));
    if (offset < 0 || (file.object.size >= 0 && offset > file.object.size - size))
        return quire_fail(error, QUIRE_CORRUPT, OPERATION, "its file ends before it does");
    if (quire_buf_reserve(&bytes, (size_t)size) != 0) return quire_fail_memory(error, OPERATION);
    QUIRE_TRY(read_whole(&file, 0, &version, 1, error));
    if (version != FILE_VERSION)
        return quire_fail(error, QUIRE_CORRUPT, OPERATION,
                          "its file is of version %d, and there is none but %d", version,
                          FILE_VERSION);
    QUIRE_TRY(read_whole(&file, offset, bytes.data, (size_t)size, error));
    const uint8_t *bitmap = bytes.data + SIZE_SIZE;
    if ((int64_t)read_big(bytes.data) != vector->size)
        return quire_fail(error, QUIRE_CORRUPT, OPERATION,
                          "its file has another size of it than the log");
    if (read_big(bitmap + vector->size) !=
        quire_deletion_vector_checksum(bitmap, (size_t)vector->size))
        return quire_fail(error, QUIRE_CORRUPT, OPERATION, "its checksum does not fit");
    return quire_deleted_rows_parse(bitmap, (size_t)vector->size, vector->cardinality, rows, error);
}

bool quire_deletion_vector_is_known(const struct quire_deletion_vector *vector)
{
    return quire_bytes_equal_text(&vector->storage, "i") ||
           quire_bytes_equal_text(&vector->storage, "u") ||
           quire_bytes_equal_text(&vector->storage, "p");
}

int quire_deletion_vector_load(const struct quire_snapshot *snapshot,
                               const struct quire_deletion_vector *vector,
                               struct quire_deleted_rows **rows, struct quire_error *error)
{
    if (vector->size < 0 || vector->cardinality < 0)
        return quire_fail(error, QUIRE_CORRUPT, OPERATION,
                          "the log does not say how long it is or how many rows it has");
    if (vector->size > QUIRE_DELETION_VECTOR_BYTES_MAX)
        return quire_fail(error, QUIRE_LIMIT, OPERATION, "it has %" PRId64 " bytes", vector->size);
    if (quire_bytes_equal_text(&vector->storage, "i")) return load_inline(vector, rows, error);
    if (quire_bytes_equal_text(&vector->storage, "u") ||
        quire_bytes_equal_text(&vector->storage, "p"))
        return load_file(snapshot, vector, rows, error);
    return quire_fail(error, QUIRE_UNSUPPORTED, OPERATION, "its storage \"%.*s\" is not known",
                      vector->storage.size < 20 ? (int)vector->storage.size : 20,
                      (const char *)vector->storage.data);
}

int quire_deletion_vector_file(const struct quire_deletion_vector *vector, struct quire_buf *path,
                               struct quire_error *error)
{
    if (quire_bytes_equal_text(&vector->storage, "u"))
        return append_name(&vector->path, path, error);
    int code =
        quire_bytes_equal_text(&vector->storage, "p") ? quire_uri_decode(&vector->path, path) : 0;
    if (code == 0) code = quire_buf_terminate(path);
    return code == 0 ? 0 : quire_fail_memory(error, OPERATION);
}
