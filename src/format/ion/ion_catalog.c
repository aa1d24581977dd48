/* Shared symbol tables as catalogs keep them: structs that begin with the annotation
 * $ion_shared_symbol_table, at the top of files (symbols.md, Shared Symbol Tables). */
#include <errno.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "format/ion/ion_number.h"
#include "format/ion/ion_reader.h"

static const char operation[] = "read ion catalog";

#define CATALOG_BYTES_MAX ((size_t)64 << 20)
#define BLOCK             65536

void quire_ion_catalog_release(struct quire_ion_catalog *catalog)
{
    quire_arena_release(&catalog->arena);
    catalog->first = NULL;
}

static int read_texts(struct quire_ion_reader *reader, struct quire_ion_catalog *catalog,
                      struct quire_buf *texts, struct quire_error *error)
{
    struct quire_ion_value value;
    quire_buf_clear(texts);
    for (;;) {
        struct quire_ion_text text = {NULL, 0};
        QUIRE_TRY(quire_ion_next(reader, &value, error));
        if (value.event == QUIRE_ION_END) return 0;
        if (value.event == QUIRE_ION_BEGIN) QUIRE_TRY(quire_ion_skip(reader, error));
        if (value.type == QUIRE_ION_STRING && !value.null) {
            text.size = value.bytes.size;
            text.data = quire_arena_strndup(&catalog->arena, (const char *)value.bytes.data,
                                            value.bytes.size);
            if (text.data == NULL) return quire_fail_memory(error, operation);
        }
        if (quire_buf_append(texts, &text, sizeof(text)) != 0)
            return quire_fail_memory(error, operation);
    }
}

static int read_field(struct quire_ion_reader *reader, const struct quire_ion_value *value,
                      struct quire_ion_catalog *catalog, struct quire_ion_shared *shared,
                      struct quire_buf *texts, struct quire_error *error)
{
    if (value->event == QUIRE_ION_BEGIN) {
        if (value->type == QUIRE_ION_LIST && quire_ion_symbol_is(&value->name, "symbols"))
            return read_texts(reader, catalog, texts, error);
        return quire_ion_skip(reader, error);
    }
    if (value->type == QUIRE_ION_STRING && !value->null &&
        quire_ion_symbol_is(&value->name, "name")) {
        shared->name_size = value->bytes.size;
        shared->name = quire_arena_strndup(&catalog->arena, (const char *)value->bytes.data,
                                           value->bytes.size);
        if (shared->name == NULL) return quire_fail_memory(error, operation);
    }
    int64_t version;
    if (value->type == QUIRE_ION_INT && !value->null &&
        quire_ion_symbol_is(&value->name, "version") &&
        quire_ion_number_i64(&value->integer, &version) && version > 0)
        shared->version = version;
    return 0;
}

static int read_shared(struct quire_ion_reader *reader, size_t at,
                       struct quire_ion_catalog *catalog, struct quire_error *error)
{
    struct quire_ion_value value;
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf texts = {0};
    struct quire_ion_shared *shared = quire_arena_alloc(&catalog->arena, sizeof(*shared));
    if (shared == NULL) return quire_fail_memory(error, operation);
    *shared = (struct quire_ion_shared){.version = 1};
    for (;;) {
        QUIRE_TRY(quire_ion_next(reader, &value, error));
        if (value.event == QUIRE_ION_END) break;
        QUIRE_TRY(read_field(reader, &value, catalog, shared, &texts, error));
    }
    if (shared->name_size == 0)
        return quire_ion_fail_at(reader, reader->start + at, QUIRE_INPUT, error,
                                 "a shared symbol table has no name");
    struct quire_ion_text *copy = quire_arena_alloc(&catalog->arena, texts.size + 1);
    if (copy == NULL) return quire_fail_memory(error, operation);
    if (texts.size > 0) memcpy(copy, texts.data, texts.size);
    shared->texts = copy;
    shared->texts_size = texts.size / sizeof(*copy);
    shared->next = catalog->first;
    catalog->first = shared;
    return 0;
}

int quire_ion_catalog_add(struct quire_ion_catalog *catalog, const uint8_t *bytes, size_t size,
                          struct quire_error *error)
{
    QUIRE_CLEANUP(quire_ion_reader_release) struct quire_ion_reader reader;
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf padded = {0};
    struct quire_ion_value value;
    QUIRE_TRY(quire_ion_reader_init(&reader, quire_ion_is_binary(bytes, size), catalog, error));
    reader.operation = operation;
    if (quire_buf_reserve(&padded, size + QUIRE_ION_PADDING) != 0)
        return quire_fail_memory(error, operation);
    memset(padded.data, 0, size + QUIRE_ION_PADDING);
    if (size > 0) memcpy(padded.data, bytes, size);
    quire_ion_reader_set(&reader, padded.data, size, 0);
    for (;;) {
        QUIRE_TRY(quire_ion_next(&reader, &value, error));
        if (value.event == QUIRE_ION_NONE) return 0;
        if (value.event != QUIRE_ION_BEGIN) continue;
        if (value.type == QUIRE_ION_STRUCT && value.annotations_size > 0 &&
            quire_ion_symbol_is(&value.annotations[0], "$ion_shared_symbol_table"))
            QUIRE_TRY(read_shared(&reader, value.at, catalog, error));
        else
            QUIRE_TRY(quire_ion_skip(&reader, error));
    }
}

static void close_file(FILE **file)
{
    if (*file != NULL) fclose(*file);
}

static int load_file(struct quire_ion_catalog *catalog, const char *path, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf bytes = {0};
    QUIRE_CLEANUP(close_file) FILE *file = fopen(path, "rbe");
    if (file == NULL) return quire_fail_errno(error, errno, operation, "cannot be opened");
    for (size_t got = 1; got > 0;) {
        if (bytes.size > CATALOG_BYTES_MAX)
            return quire_fail(error, QUIRE_LIMIT, operation, "a catalog file has more than %zu MiB",
                              CATALOG_BYTES_MAX >> 20);
        if (quire_buf_reserve(&bytes, BLOCK) != 0) return quire_fail_memory(error, operation);
        got = fread(quire_buf_end(&bytes), 1, BLOCK, file);
        bytes.size += got;
    }
    if (ferror(file)) return quire_fail_errno(error, errno, operation, "cannot be read");
    return quire_ion_catalog_add(catalog, bytes.data, bytes.size, error);
}

int quire_ion_catalog_load(struct quire_ion_catalog *catalog, const char *files,
                           struct quire_error *error)
{
    while (files != NULL && *files != '\0') {
        size_t size = strcspn(files, ",");
        QUIRE_CLEANUP(quire_cleanup_free) char *path = quire_strndup(files, size);
        if (path == NULL) return quire_fail_memory(error, operation);
        int code = size > 0 ? load_file(catalog, path, error) : 0;
        if (code != 0) quire_error_path(error, path);
        QUIRE_TRY(code);
        files += size + (files[size] == ',');
    }
    return 0;
}
