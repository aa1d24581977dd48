/* One data file after the other, each read as the table's own columns: those that the file lacks
 * are null, those that partition the table are the file's values repeated. Rows that a deletion
 * vector takes are left out; it counts all rows of the file. */
#include "table/table_read.h"

#include "base/cleanup.h"
#include "base/fail.h"
#include "data/batch_stream.h"
#include "quire/context.h"
#include "quire/file.h"
#include "table/files/column_conditions.h"
#include "table/files/file_columns.h"
#include "table/files/file_filter.h"
#include "table/files/partition_value.h"
#include "table/log/file_url.h"
#include "table/rows/batch_columns.h"
#include "table/rows/row_remover.h"
#include "table/schema/delta_schema.h"
#include "table/schema/table_columns.h"

#define OPERATION "read table"

/* A column of the result. */
struct table_column {
    int64_t partition;       /* its number among the partition columns; -1: the files have it */
    struct ArrowArray value; /* PARTITION: of the current file */
};

struct table_stream {
    struct quire_snapshot *snapshot;
    struct quire_context *context;  /* NULL: that of each file's stream */
    struct quire_table_columns all; /* whose names the partition values go by */
    struct ArrowSchema logical;     /* the result's */
    struct ArrowSchema physical;    /* of what is read from files */
    struct table_column *columns;   /* one a child of logical */
    struct quire_arena arena;       /* files */
    struct quire_buf files;         /* struct quire_add */
    size_t next;
    bool tracks;      /* the last columns are ids and versions of rows */
    int64_t file_row; /* that is read next */
    struct ArrowArrayStream file;
    struct quire_buf url;
    struct quire_row_remover remover; /* for the file's deletion vector */
    struct quire_column_conditions conditions;
    struct quire_condition *asked; /* those of them that files are read by; the arena's */
    size_t asked_size;
};

static void stream_close(void *source)
{
    struct table_stream *stream = source;
    quire_stream_release(&stream->file);
    quire_row_remover_release(&stream->remover);
    quire_column_conditions_release(&stream->conditions);
    for (int64_t i = 0; stream->columns != NULL && i < stream->logical.n_children; i++)
        quire_array_release(&stream->columns[i].value);
    quire_free(stream->columns);
    quire_table_columns_close(&stream->all);
    quire_schema_release(&stream->logical);
    quire_schema_release(&stream->physical);
    quire_buf_release(&stream->files);
    quire_buf_release(&stream->url);
    quire_arena_release(&stream->arena);
    quire_free(stream);
}

static int stream_schema(void *source, struct ArrowSchema *schema, struct quire_error *error)
{
    const struct table_stream *stream = source;
    return quire_schema_copy(&stream->logical, schema, error);
}

/* --- Files --------------------------------------------------------------------------------- */

/* The text of a partition column in the file's action; NULL bytes where there is none. */
static struct quire_bytes partition_text(const struct table_stream *stream,
                                         const struct quire_add *add, int64_t partition)
{
    const struct quire_bytes *name = &stream->all.names.items[partition];
    const struct quire_pair *pair = quire_pairs_find(&add->partitions, (const char *)name->data);
    return pair != NULL ? pair->value : (struct quire_bytes){NULL, 0};
}

static int read_file(struct table_stream *stream, const struct quire_add *add,
                     struct quire_error *error)
{
    const char *url = (const char *)stream->url.data;
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema by_id = {.release = NULL};
    const struct quire_snapshot *snapshot = stream->snapshot;
    bool ids = quire_delta_mapping(&snapshot->metadata, &snapshot->protocol) == QUIRE_DELTA_MAP_ID;
    if (ids)
        QUIRE_TRY(quire_file_columns_by_id(url, &stream->physical, stream->context, &by_id, error));
    const struct quire_read_options options = {
        .format = "parquet",
        .records = {.schema = ids ? &by_id : &stream->physical,
                    .extra = QUIRE_EXTRA_IGNORE,
                    .conditions = stream->asked,
                    /* They go by the table's names. A deletion vector counts all rows. */
                    .conditions_size =
                        ids || add->deleted.storage.size > 0 ? 0 : stream->asked_size},
        .context = stream->context,
    };
    int code = quire_file_read(url, &options, &stream->file, error);
    if (code != QUIRE_USAGE) return code;
    /* The log named what can be no file, a folder. */
    if (error != NULL) error->code = QUIRE_CORRUPT;
    return QUIRE_CORRUPT;
}

static int open_file(struct table_stream *stream, struct quire_error *error)
{
    const struct quire_add *add =
        &((const struct quire_add *)(const void *)stream->files.data)[stream->next++];
    stream->file_row = 0;
    for (int64_t i = 0; i < stream->logical.n_children; i++) {
        struct table_column *column = &stream->columns[i];
        quire_array_release(&column->value);
        column->value.release = NULL;
        if (column->partition < 0) continue;
        const struct quire_bytes text = partition_text(stream, add, column->partition);
        QUIRE_TRY(quire_partition_value(stream->logical.children[i], &text, &column->value, error));
    }
    if (quire_file_url(&stream->snapshot->place, &add->path, &stream->url) != 0)
        return quire_fail_memory(error, OPERATION);
    int code = quire_row_remover_begin(&stream->remover, stream->snapshot, &add->deleted, error);
    if (code != 0) {
        quire_error_path(error, (const char *)stream->url.data);
        return code;
    }
    code = read_file(stream, add, error);
    if (code == QUIRE_NOT_FOUND)
        quire_error_hint(error, "the log names this file; \"table fsck\" finds all that are gone");
    return code;
}

/* --- Batches ------------------------------------------------------------------------------- */

/* Puts the file's columns and the partition's values together. */
static int assemble(struct table_stream *stream, struct ArrowArray *read, struct ArrowArray *batch,
                    struct quire_error *error)
{
    struct ArrowArray made;
    int64_t from = 0, columns = stream->logical.n_children;
    QUIRE_TRY(quire_batch_columns_new(read->length, columns, &made, error));
    int code = 0;
    for (int64_t i = 0; i < columns && code == 0; i++) {
        const struct table_column *column = &stream->columns[i];
        if (column->partition >= 0) {
            code = quire_partition_repeat(stream->logical.children[i], &column->value, read->length,
                                          made.children[i], error);
            continue;
        }
        *made.children[i] = *read->children[from];
        read->children[from++]->release = NULL;
    }
    if (code == 0)
        *batch = made;
    else
        quire_array_release(&made);
    return code;
}

/* Before rows are left out: ids go by all rows of the file. */
static int track_rows(struct table_stream *stream, struct ArrowArray *read,
                      struct quire_error *error)
{
    const struct quire_add *files = (const struct quire_add *)(const void *)stream->files.data;
    int64_t first = stream->file_row;
    stream->file_row += read->length;
    if (!stream->tracks) return 0;
    return quire_row_tracking_fill(&files[stream->next - 1], first, read, error);
}

static int stream_next(void *source, struct ArrowArray *batch, struct quire_error *error)
{
    struct table_stream *stream = source;
    size_t files = stream->files.size / sizeof(struct quire_add);
    for (batch->release = NULL;;) {
        QUIRE_CLEANUP(quire_array_release) struct ArrowArray read = {.release = NULL};
        if (stream->file.release == NULL) {
            if (stream->next == files) return 0;
            QUIRE_TRY(open_file(stream, error));
        }
        QUIRE_TRY(quire_stream_next(&stream->file, &read, error));
        if (read.release != NULL) {
            QUIRE_TRY(track_rows(stream, &read, error));
            QUIRE_TRY(quire_row_remover_apply(&stream->remover, &stream->physical, &read, error));
            if (read.length > 0) return assemble(stream, &read, batch, error);
            continue;
        }
        quire_stream_release(&stream->file);
        stream->file.release = NULL;
    }
}

/* --- Opening ------------------------------------------------------------------------------- */

static int take_file(void *user, const struct quire_add *add, struct quire_error *error)
{
    struct table_stream *stream = user;
    struct quire_add copy = *add;
    if (quire_add_copy(&stream->arena, &copy) != 0 ||
        quire_buf_append(&stream->files, &copy, sizeof(copy)) != 0)
        return quire_fail_memory(error, OPERATION);
    return 0;
}

static bool is_wanted(const struct quire_table_read_options *options, const char *name)
{
    if (options == NULL || !options->columns_given) return true;
    for (size_t i = 0; i < options->columns_size; i++)
        if (strcmp(options->columns[i], name) == 0) return true;
    return false;
}

/* Leaves in a struct's schema the children that are marked. */
static void keep_children(struct ArrowSchema *schema, const bool *keep)
{
    int64_t kept = 0;
    for (int64_t i = 0; i < schema->n_children; i++) {
        if (keep[i]) {
            struct ArrowSchema swapped = *schema->children[kept];
            *schema->children[kept] = *schema->children[i];
            *schema->children[i] = swapped;
            kept++;
        }
    }
    for (int64_t i = kept; i < schema->n_children; i++) {
        quire_schema_release(schema->children[i]);
        quire_free(schema->children[i]);
    }
    schema->n_children = kept;
}

/* Takes the columns that are wanted. */
static int take_columns(struct table_stream *stream, const struct quire_table_read_options *options,
                        struct quire_error *error)
{
    const struct quire_table_columns *all = &stream->all;
    int64_t n = all->logical.n_children, kept = 0;
    const int64_t own = stream->tracks ? n - QUIRE_ROW_TRACKING_COLUMNS : n;
    QUIRE_TRY(quire_schema_copy(&all->logical, &stream->logical, error));
    QUIRE_TRY(quire_schema_copy(&all->physical, &stream->physical, error));
    bool *wanted = quire_alloc_zero((size_t)n + 1, 2 * sizeof(*wanted));
    stream->columns = quire_alloc_zero((size_t)n + 1, sizeof(*stream->columns));
    if (wanted == NULL || stream->columns == NULL) {
        quire_free(wanted);
        return quire_fail_memory(error, OPERATION);
    }
    bool *read = wanted + n;
    for (int64_t i = 0; i < n; i++) {
        wanted[i] = i >= own || is_wanted(options, all->logical.children[i]->name);
        read[i] = wanted[i] && all->partitions[i] < 0;
        if (wanted[i]) stream->columns[kept++].partition = all->partitions[i];
    }
    keep_children(&stream->logical, wanted);
    keep_children(&stream->physical, read);
    quire_free(wanted);
    return 0;
}

/* Leaves the files that may have rows for which the condition is true. */
static int pass_over(struct table_stream *stream, const char *condition, struct quire_error *error)
{
    struct quire_add *files = (struct quire_add *)(void *)stream->files.data;
    size_t size = stream->files.size / sizeof(*files), kept = 0;
    if (condition == NULL) return 0;
    bool *keep = quire_alloc(size + 1);
    if (keep == NULL) return quire_fail_memory(error, OPERATION);
    int code = quire_file_filter(&stream->all, files, size, condition, keep, error);
    for (size_t i = 0; code == 0 && i < size; i++)
        if (keep[i]) files[kept++] = files[i];
    stream->files.size = kept * sizeof(*files);
    quire_free(keep);
    return code;
}

static bool is_read(const struct table_stream *stream, const char *column)
{
    for (int64_t i = 0; i < stream->physical.n_children; i++)
        if (strcmp(stream->physical.children[i]->name, column) == 0) return true;
    return false;
}

/* What the condition asks of columns that are read. */
static int ask_columns(struct table_stream *stream, const char *condition,
                       struct quire_error *error)
{
    const struct quire_column_conditions *conditions = &stream->conditions;
    if (condition == NULL) return 0;
    QUIRE_TRY(quire_column_conditions_open(&stream->all, condition, &stream->conditions, error));
    stream->asked =
        quire_arena_alloc(&stream->arena, (conditions->size + 1) * sizeof(*stream->asked));
    if (stream->asked == NULL) return quire_fail_memory(error, OPERATION);
    for (size_t i = 0; i < conditions->size; i++) {
        const struct quire_column_condition *one = &conditions->items[i];
        if (one->physical.column != NULL && is_read(stream, one->path[0]))
            stream->asked[stream->asked_size++] = one->physical;
    }
    return 0;
}

static int open_stream(struct table_stream *stream, const struct quire_files_wanted *wanted,
                       const struct quire_table_read_options *options, struct quire_error *error)
{
    if (wanted != NULL && wanted->metadata != NULL)
        QUIRE_TRY(quire_table_columns_of(wanted->metadata, wanted->protocol, &stream->all, error));
    else
        QUIRE_TRY(quire_table_columns_open(stream->snapshot, &stream->all, error));
    if (wanted != NULL && wanted->extra != NULL)
        QUIRE_TRY(quire_table_columns_widen(&stream->all, wanted->extra, error));
    stream->tracks = wanted != NULL && wanted->tracking != NULL && wanted->tracking->id != NULL;
    if (stream->tracks) QUIRE_TRY(quire_table_columns_track(&stream->all, wanted->tracking, error));
    for (size_t i = 0; wanted != NULL && i < wanted->size; i++)
        QUIRE_TRY(take_file(stream, &wanted->files[i], error));
    if (wanted == NULL)
        QUIRE_TRY(quire_snapshot_each_file(stream->snapshot, take_file, stream, error));
    const char *where = options != NULL ? options->where : NULL;
    QUIRE_TRY(pass_over(stream, where, error));
    QUIRE_TRY(take_columns(stream, options, error));
    return wanted == NULL ? ask_columns(stream, where, error) : 0;
}

static void free_stream(struct table_stream **stream)
{
    if (*stream != NULL) stream_close(*stream);
}

int quire_snapshot_read(struct quire_snapshot *snapshot, const struct quire_files_wanted *wanted,
                        const struct quire_table_read_options *options,
                        struct ArrowArrayStream *result, struct quire_error *error)
{
    static const struct quire_stream_ops ops = {stream_schema, stream_next, stream_close};
    QUIRE_CLEANUP(free_stream) struct table_stream *stream = quire_alloc_zero(1, sizeof(*stream));
    if (stream == NULL) return quire_fail_memory(error, OPERATION);
    stream->snapshot = snapshot;
    stream->context = options != NULL ? options->context : NULL;
    QUIRE_TRY(open_stream(stream, wanted, options, error));
    QUIRE_TRY(quire_stream_wrap(&ops, stream, result, error));
    stream = NULL; /* the result's */
    return 0;
}
