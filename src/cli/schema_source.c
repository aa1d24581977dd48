/* What --schema names. A name with the extension of a data format is a data file,
 * except that JSON may be either; what is no existing object is a schema itself. */
#include <stdio.h>
#include <string.h>

#include "input.h"

/* A schema is small; more is not one. */
#define SCHEMA_BYTES_MAX ((size_t)4 << 20)

static void free_bytes(char **bytes)
{
    quire_free(*bytes);
}

static void set_path(struct quire_error *error, const char *path)
{
    if (error != NULL && error->path[0] == '\0')
        snprintf(error->path, sizeof(error->path), "%s", path);
}

/* 0 when there is an object of this name. */
static int look_for(const char *name, struct quire_error *error)
{
    struct quire_store *store = NULL;
    char *key = NULL;
    struct quire_object object;
    QUIRE_TRY(quire_store_open(name, NULL, 0, &store, &key, error));
    int code = store->ops->head(store, key, &object, error);
    quire_store_key_free(key);
    quire_store_close(store);
    return code;
}

/* Reads an object, or the start of it up to the limit. */
static int read_bytes(struct quire_in *in, char *bytes, size_t *size, struct quire_error *error)
{
    size_t got = 1; /* a pipe gives what it has now: only nothing is its end */
    for (*size = 0; *size < SCHEMA_BYTES_MAX && got > 0; *size += got)
        QUIRE_TRY(in->ops->read(in, bytes + *size, SCHEMA_BYTES_MAX - *size, &got, error));
    return 0;
}

/* *bytes is the caller's to free, also after a failure. */
static int read_start(const char *name, char **bytes, size_t *size, struct quire_error *error)
{
    struct quire_store *store = NULL;
    struct quire_in *in = NULL;
    char *key = NULL;
    *bytes = quire_alloc(SCHEMA_BYTES_MAX);
    if (*bytes == NULL) return quire_cli_fail_memory(error);
    QUIRE_TRY(quire_store_open(name, NULL, 0, &store, &key, error));
    int code = quire_store_in_open(store, key, &in, NULL, error);
    if (code == 0) code = read_bytes(in, *bytes, size, error);
    quire_in_close(in);
    quire_store_key_free(key);
    quire_store_close(store);
    return code;
}

static int schema_of_text_file(const char *name, struct ArrowSchema *schema,
                               struct quire_error *error)
{
    QUIRE_CLEANUP(free_bytes) char *bytes = NULL;
    size_t size = 0;
    QUIRE_TRY(read_start(name, &bytes, &size, error));
    if (size == SCHEMA_BYTES_MAX)
        return quire_fail(error, QUIRE_LIMIT, "read schema", "too long to be a schema");
    return quire_schema_parse(bytes, size, schema, error);
}

static int schema_of_data_file(const char *name, struct quire_context *context,
                               struct ArrowSchema *schema, struct quire_error *error)
{
    const struct quire_read_options options = {.context = context};
    struct ArrowArrayStream stream = {.release = NULL};
    QUIRE_TRY(quire_file_read(name, &options, &stream, error));
    int code = quire_stream_schema(&stream, schema, error);
    quire_stream_release(&stream);
    return code;
}

/* looked: what looking for a file of that name came to. */
static int schema_of_text(const char *text, const struct quire_error *looked,
                          struct ArrowSchema *schema, struct quire_error *error)
{
    int code = quire_schema_parse(text, strlen(text), schema, error);
    if (code == 0 || strchr(text, ' ') != NULL) return code;
    if (looked->code != QUIRE_NOT_FOUND) {
        if (error != NULL) *error = *looked;
        return looked->code;
    }
    quire_fail(error, QUIRE_NOT_FOUND, "read schema", "no such file, and it is not a schema");
    quire_error_hint(error, "a schema is one field a line or comma: name type [not null]");
    set_path(error, text);
    return QUIRE_NOT_FOUND;
}

int quire_cli_schema_read(const char *text, struct quire_context *context,
                          struct ArrowSchema *schema, struct quire_error *error)
{
    struct quire_error looked;
    quire_error_clear(&looked);
    if (look_for(text, &looked) != 0) return schema_of_text(text, &looked, schema, error);
    const struct quire_format *format = quire_format_of_path(text);
    bool json = format != NULL && strcmp(format->name, "json") == 0;
    int code = format != NULL ? QUIRE_INPUT : schema_of_text_file(text, schema, error);
    if (json) code = schema_of_text_file(text, schema, NULL);
    if (code != 0 && format != NULL) code = schema_of_data_file(text, context, schema, error);
    if (code != 0) set_path(error, text);
    return code;
}
