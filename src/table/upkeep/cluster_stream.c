/* The place on the curve is a column before all others while rows are sorted by it. */
#include "table/upkeep/cluster_stream.h"

#include <stdio.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "data/batch_stream.h"
#include "data/column.h"
#include "data/schema.h"
#include "quire/file.h"
#include "table/rows/batch_columns.h"

#define OPERATION     "optimize"
#define NAME_MAX_SIZE 64

struct keyed_stream {
    struct ArrowArrayStream source;
    const struct quire_cluster_order *order;
    struct ArrowSchema schema;  /* with the key */
    struct quire_field *fields; /* of it */
    struct quire_field *given;  /* of the source */
    struct quire_view *view;
    struct quire_column *key;
};

static void keyed_close(void *source)
{
    struct keyed_stream *stream = source;
    quire_stream_release(&stream->source);
    quire_schema_release(&stream->schema);
    quire_column_free(stream->key);
    quire_view_free(stream->view);
    quire_field_close(stream->given);
    quire_field_close(stream->fields);
    quire_free(stream);
}

static int keyed_schema(void *source, struct ArrowSchema *schema, struct quire_error *error)
{
    const struct keyed_stream *stream = source;
    return quire_schema_copy(&stream->schema, schema, error);
}

static int make_keys(struct keyed_stream *stream, int64_t rows, struct quire_error *error)
{
    struct quire_cluster_ranks *ranks = stream->order->ranks;
    uint16_t places[QUIRE_CLUSTER_COLUMNS_MAX];
    uint8_t key[2 * QUIRE_CLUSTER_COLUMNS_MAX];
    for (int64_t row = 0; row < rows; row++) {
        int code = quire_cluster_ranks_of(ranks, stream->view, row, places);
        if (code == 0) {
            quire_cluster_curve(stream->order->curve, places, ranks->columns, key);
            code = quire_column_append_fixed(stream->key, key);
        }
        if (code != 0) return quire_fail_memory(error, OPERATION);
    }
    return 0;
}

static int keyed_next(void *source, struct ArrowArray *batch, struct quire_error *error)
{
    struct keyed_stream *stream = source;
    QUIRE_CLEANUP(quire_array_release) struct ArrowArray read = {.release = NULL};
    struct ArrowArray made;
    batch->release = NULL;
    QUIRE_TRY(quire_stream_next(&stream->source, &read, error));
    if (read.release == NULL) return 0;
    QUIRE_TRY(quire_view_set(stream->view, &read, error));
    QUIRE_TRY(make_keys(stream, read.length, error));
    QUIRE_TRY(quire_batch_columns_new(read.length, read.n_children + 1, &made, error));
    int code = quire_column_finish(stream->key, made.children[0], error);
    if (code != 0) {
        quire_array_release(&made);
        return code;
    }
    for (int64_t i = 0; i < read.n_children; i++) {
        *made.children[i + 1] = *read.children[i];
        read.children[i]->release = NULL;
    }
    *batch = made;
    return 0;
}

/* A name that no column of the source has. */
static void name_key(const struct ArrowSchema *given, char name[NAME_MAX_SIZE])
{
    unsigned tries = 0;
    bool taken;
    do {
        taken = false;
        snprintf(name, NAME_MAX_SIZE, "quire_place_%u", tries++);
        for (int64_t i = 0; i < given->n_children; i++)
            taken = taken || strcmp(given->children[i]->name, name) == 0;
    } while (taken);
}

/* The key's schema with the source's columns behind. */
static int add_key(struct keyed_stream *stream, const struct ArrowSchema *given, const char *name,
                   struct quire_error *error)
{
    char format[16];
    snprintf(format, sizeof(format), "w:%zu", 2 * stream->order->ranks->columns);
    const struct quire_schema_parts parts = {.format = "+s",
                                             .children_size = given->n_children + 1};
    const struct quire_schema_parts key = {.format = format, .name = name};
    if (quire_schema_make(&parts, &stream->schema) != 0 ||
        quire_schema_make(&key, stream->schema.children[0]) != 0)
        return quire_fail_memory(error, OPERATION);
    for (int64_t i = 0; i < given->n_children; i++)
        QUIRE_TRY(quire_schema_copy(given->children[i], stream->schema.children[i + 1], error));
    return 0;
}

static int open_keyed(struct keyed_stream *stream, struct ArrowSchema *given, const char *name,
                      struct quire_error *error)
{
    QUIRE_TRY(add_key(stream, given, name, error));
    QUIRE_TRY(quire_field_open(&stream->schema, &stream->fields, error));
    QUIRE_TRY(quire_field_open(given, &stream->given, error));
    QUIRE_TRY(quire_view_new(stream->given, &stream->view, error));
    return quire_column_new(&stream->fields->children[0], &stream->key, error);
}

static void free_keyed(struct keyed_stream **stream)
{
    if (*stream != NULL) keyed_close(*stream);
}

static int keyed(struct ArrowArrayStream *source, const struct quire_cluster_order *order,
                 struct ArrowSchema *given, const char *name, struct ArrowArrayStream *result,
                 struct quire_error *error)
{
    static const struct quire_stream_ops ops = {keyed_schema, keyed_next, keyed_close};
    QUIRE_CLEANUP(free_keyed) struct keyed_stream *stream = quire_alloc_zero(1, sizeof(*stream));
    if (stream == NULL) return quire_fail_memory(error, OPERATION);
    stream->order = order;
    QUIRE_TRY(open_keyed(stream, given, name, error));
    QUIRE_TRY(quire_stream_wrap(&ops, stream, result, error));
    stream->source = *source;
    source->release = NULL;
    stream = NULL; /* the result's */
    return 0;
}

static int select_given(struct ArrowArrayStream *sorted, const struct ArrowSchema *given,
                        struct ArrowArrayStream *result, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_cleanup_free)
    const char **names = quire_alloc_zero((size_t)given->n_children + 1, sizeof(*names));
    if (names == NULL) return quire_fail_memory(error, OPERATION);
    for (int64_t i = 0; i < given->n_children; i++)
        names[i] = given->children[i]->name;
    return quire_stream_select(sorted, names, (size_t)given->n_children, result, error);
}

int quire_cluster_stream(struct ArrowArrayStream *source, const struct quire_cluster_order *order,
                         struct ArrowArrayStream *result, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema given = {.release = NULL};
    QUIRE_CLEANUP(quire_stream_release) struct ArrowArrayStream with_key = {.release = NULL};
    QUIRE_CLEANUP(quire_stream_release) struct ArrowArrayStream sorted = {.release = NULL};
    char name[NAME_MAX_SIZE];
    QUIRE_TRY(quire_stream_schema(source, &given, error));
    name_key(&given, name);
    const char *by[] = {name};
    QUIRE_TRY(keyed(source, order, &given, name, &with_key, error));
    QUIRE_TRY(quire_stream_sort(&with_key, by, 1, order->folder, order->context, &sorted, error));
    return select_given(&sorted, &given, result, error);
}
