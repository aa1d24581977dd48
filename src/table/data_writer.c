#include "table/data_writer.h"

#include <stdio.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/utf8.h"
#include "data/gather.h"
#include "table/action_write.h"
#include "table/commit.h"
#include "table/file_stats_json.h"
#include "table/partition_cache.h"
#include "table/partition_path.h"
#include "table/partition_value.h"
#include "table/uri.h"

#define OPERATION      "write table"
#define CHANGES_FOLDER "_change_data/"
#define FILES_LEAST    16

/* A partition, and the file of it that is being written. */
struct open_file {
    struct quire_buf key;          /* the partition's folder, with '/' at its end; empty: none */
    struct quire_buf path;         /* of the file below the table, terminated */
    struct quire_pairs partitions; /* the writer's arena */
    struct quire_writer *writer;
    struct quire_column *column; /* NULL where rows are not parted, and without a writer */
    struct quire_buf rows;       /* struct quire_row_ref of the batch being parted */
    int64_t written;             /* rows */
};

struct quire_data_writer {
    struct quire_data_writer_options options;
    struct quire_context *own_context; /* where none was given: files share it */
    struct quire_field *fields;        /* of the rows */
    struct quire_field *stored;        /* of files: without partition columns */
    struct ArrowSchema stored_schema;
    int64_t *partition_columns; /* child numbers, in the order of options.partitions */
    bool *is_partition;         /* a child of the rows */
    struct quire_view *view;
    struct quire_view stored_view;       /* view without the partition columns */
    struct quire_partition_cache *cache; /* of numbers of files; NULL where there is no partition */
    struct open_file *files;             /* one a partition that was seen */
    size_t files_size, files_capacity;
    size_t open;  /* those with a writer */
    size_t parts; /* files begun */
    struct quire_arena arena;
    struct quire_buf lines; /* of add actions */
    struct quire_buf paths; /* of files that stand or may, each zero-terminated */
    struct quire_buf sizes; /* int64_t of files that stand */
    struct quire_data_totals totals;
    bool keep;
};

/* --- Opening ------------------------------------------------------------------------------- */

static int64_t find_column(const struct quire_field *fields, const struct quire_bytes *name)
{
    return quire_field_child(fields, (const char *)name->data, name->size);
}

static int find_partitions(struct quire_data_writer *writer, struct quire_error *error)
{
    const struct quire_texts *partitions = writer->options.partitions;
    size_t columns = writer->fields->children_size;
    writer->partition_columns = quire_alloc_zero(partitions->size + 1, sizeof(int64_t));
    writer->is_partition = quire_alloc_zero(columns + 1, sizeof(bool));
    if (writer->partition_columns == NULL || writer->is_partition == NULL)
        return quire_fail_memory(error, OPERATION);
    for (size_t i = 0; i < partitions->size; i++) {
        int64_t column = find_column(writer->fields, &partitions->items[i]);
        if (column < 0)
            return quire_fail(error, QUIRE_USAGE, OPERATION,
                              "there is no column \"%.200s\" to partition by",
                              (const char *)partitions->items[i].data);
        if (quire_kind_is_nested(writer->fields->children[column].kind))
            return quire_fail(error, QUIRE_USAGE, OPERATION,
                              "\"%.200s\" is nested: a table is not partitioned by it",
                              (const char *)partitions->items[i].data);
        writer->partition_columns[i] = column;
        writer->is_partition[column] = true;
    }
    if (partitions->size > 0 && partitions->size == columns)
        return quire_fail(error, QUIRE_USAGE, OPERATION,
                          "a table is not partitioned by all of its columns");
    return 0;
}

/* The schema of files, and a view of batches that passes over partition columns. */
static int make_stored(struct quire_data_writer *writer, struct quire_error *error)
{
    struct ArrowSchema *schema = &writer->stored_schema;
    int64_t kept = 0;
    QUIRE_TRY(quire_schema_copy(writer->options.schema, schema, error));
    for (int64_t i = 0; i < schema->n_children; i++) {
        if (writer->is_partition[i]) continue;
        struct ArrowSchema swapped = *schema->children[kept];
        *schema->children[kept] = *schema->children[i];
        *schema->children[i] = swapped;
        kept++;
    }
    for (int64_t i = kept; i < schema->n_children; i++) {
        quire_schema_release(schema->children[i]);
        quire_free(schema->children[i]);
    }
    schema->n_children = kept;
    QUIRE_TRY(quire_field_open(schema, &writer->stored, error));
    writer->stored_view.children =
        quire_alloc_zero((size_t)kept + 1, sizeof(*writer->stored_view.children));
    if (writer->stored_view.children == NULL) return quire_fail_memory(error, OPERATION);
    writer->stored_view.field = writer->stored;
    writer->stored_view.children_size = (size_t)kept;
    return 0;
}

static int open_writer(struct quire_data_writer *writer, struct quire_error *error)
{
    if (writer->options.context == NULL) {
        QUIRE_TRY(quire_context_new(NULL, &writer->own_context, error));
        writer->options.context = writer->own_context;
    }
    QUIRE_TRY(quire_field_open(writer->options.schema, &writer->fields, error));
    QUIRE_TRY(quire_view_new(writer->fields, &writer->view, error));
    QUIRE_TRY(find_partitions(writer, error));
    QUIRE_TRY(make_stored(writer, error));
    writer->files_capacity = FILES_LEAST;
    writer->files = quire_alloc_zero(FILES_LEAST, sizeof(*writer->files));
    if (writer->files == NULL) return quire_fail_memory(error, OPERATION);
    if (writer->options.partitions->size == 0) return 0;
    writer->cache = quire_alloc_zero(1, sizeof(*writer->cache));
    return writer->cache != NULL ? 0 : quire_fail_memory(error, OPERATION);
}

int quire_data_writer_open(const struct quire_data_writer_options *options,
                           struct quire_data_writer **writer, struct quire_error *error)
{
    struct quire_data_writer *made = quire_alloc_zero(1, sizeof(*made));
    if (made == NULL) return quire_fail_memory(error, OPERATION);
    made->options = *options;
    int code = open_writer(made, error);
    if (code != 0) {
        quire_data_writer_close(made);
        return code;
    }
    *writer = made;
    return 0;
}

/* --- Files --------------------------------------------------------------------------------- */

static int join_url(const struct quire_data_writer *writer, const char *path, struct quire_buf *url,
                    struct quire_error *error)
{
    if (quire_buf_printf(url, "%s%s", writer->options.url, path) != 0 ||
        quire_buf_terminate(url) != 0)
        return quire_fail_memory(error, OPERATION);
    return 0;
}

static int begin_file(struct quire_data_writer *writer, struct open_file *file,
                      struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf url = {0};
    char uuid[QUIRE_COMMIT_MARK_SIZE];
    const struct quire_setting settings[] = {{"compression", writer->options.compression}};
    const struct quire_write_options options = {
        .format = "parquet",
        .settings = settings,
        .settings_size = 1,
        .mode = QUIRE_WRITE_CREATE,
        .durability = writer->options.durability,
        .context = writer->options.context,
    };
    quire_commit_mark(uuid);
    quire_buf_clear(&file->path);
    if (quire_buf_append_text(&file->path, writer->options.changes ? CHANGES_FOLDER : "") != 0 ||
        quire_buf_append(&file->path, file->key.data, file->key.size) != 0 ||
        quire_buf_printf(&file->path, "%s-%05zu-%s-c000.%.*s.parquet",
                         writer->options.changes ? "cdc" : "part", writer->parts++, uuid,
                         (int)strcspn(writer->options.compression, ":"),
                         writer->options.compression) != 0 ||
        quire_buf_terminate(&file->path) != 0)
        return quire_fail_memory(error, OPERATION);
    QUIRE_TRY(join_url(writer, (const char *)file->path.data, &url, error));
    file->written = 0;
    return quire_writer_open((const char *)url.data, &writer->stored_schema, &options,
                             &file->writer, error);
}

static int64_t modified_ms(const struct quire_data_writer *writer, const struct quire_buf *url)
{
    struct quire_store *store = NULL;
    char *key = NULL;
    struct quire_object object = {0};
    (void)writer;
    if (quire_store_open((const char *)url->data, NULL, 0, &store, &key, NULL) == 0)
        (void)store->ops->head(store, key, &object, NULL);
    quire_store_key_free(key);
    quire_store_close(store);
    return object.modified_us / 1000;
}

/* The file stands: notes its action. */
static int add_file(struct quire_data_writer *writer, const struct open_file *file, int64_t bytes,
                    struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf stats = {0}, path = {0}, url = {0};
    QUIRE_TRY(join_url(writer, (const char *)file->path.data, &url, error));
    if (quire_file_stats_json_named(writer->stored, quire_writer_stats(file->writer),
                                    writer->options.stats_columns, writer->options.stats_names,
                                    &stats) != 0 ||
        quire_uri_encode((const char *)file->path.data, file->path.size, &path) != 0)
        return quire_fail_memory(error, OPERATION);
    const char *clustering = writer->options.clustering;
    const struct quire_add add = {
        .path = {path.data, path.size},
        .partitions = file->partitions,
        .size = bytes,
        .modified_ms = modified_ms(writer, &url),
        .data_change = !writer->options.rearranges,
        .stats = {stats.data, stats.size},
        .clustering_provider = {(const uint8_t *)clustering,
                                clustering != NULL ? strlen(clustering) : 0},
        .base_row_id = QUIRE_LOG_NONE,
        .row_commit_version = QUIRE_LOG_NONE,
    };
    int code = writer->options.changes ? quire_cdc_write(&add, &writer->lines)
                                       : quire_add_write(&add, &writer->lines);
    return code == 0 ? 0 : quire_fail_memory(error, OPERATION);
}

static int end_file(struct quire_data_writer *writer, struct open_file *file,
                    struct quire_error *error)
{
    struct quire_write_result result;
    /* Noted before it stands, so that none is forgotten. */
    if (quire_buf_append(&writer->paths, file->path.data, file->path.size + 1) != 0)
        return quire_fail_memory(error, OPERATION);
    QUIRE_TRY(quire_writer_commit(file->writer, &result, error));
    QUIRE_TRY(add_file(writer, file, result.bytes, error));
    if (quire_buf_append(&writer->sizes, &result.bytes, sizeof(result.bytes)) != 0)
        return quire_fail_memory(error, OPERATION);
    writer->totals.files++;
    writer->totals.rows += result.rows;
    writer->totals.bytes += result.bytes;
    quire_writer_close(file->writer);
    file->writer = NULL;
    return 0;
}

static void release_file(struct open_file *file)
{
    quire_writer_close(file->writer);
    quire_column_free(file->column);
    quire_buf_release(&file->key);
    quire_buf_release(&file->path);
    quire_buf_release(&file->rows);
    *file = (struct open_file){.writer = NULL};
}

/* --- Partitions ---------------------------------------------------------------------------- */

/* An empty text is a null of the log, and such is not for every column. */
static int check_text(const struct quire_view *view, int64_t row, const struct quire_buf *text,
                      struct quire_error *error)
{
    const struct quire_field *field = view->field;
    const char *fault = NULL;
    if (text->size == 0 && !field->nullable)
        fault = "an empty value is a null in a column that a table is partitioned by, and this "
                "one is not null";
    else if (quire_kind_is_binary(field->kind) && !quire_utf8_is_valid(text->data, text->size))
        fault = "a table is partitioned by binary values that are UTF-8, and this one is not";
    if (fault == NULL) return 0;
    quire_fail(error, QUIRE_INPUT, OPERATION, "%s", fault);
    quire_error_at(error, row + 1, field->name, QUIRE_NOWHERE);
    return QUIRE_INPUT;
}

/* The values that a row is parted by, as texts of the arena. */
static int read_values(const struct quire_data_writer *writer, int64_t row,
                       struct quire_arena *arena, struct quire_pairs *pairs,
                       struct quire_error *error)
{
    const struct quire_texts *names = writer->options.partitions;
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf text = {0};
    pairs->size = names->size;
    pairs->items = quire_arena_alloc(arena, (names->size + 1) * sizeof(*pairs->items));
    if (pairs->items == NULL) return quire_fail_memory(error, OPERATION);
    for (size_t i = 0; i < names->size; i++) {
        const struct quire_view *view = &writer->view->children[writer->partition_columns[i]];
        struct quire_pair *pair = &pairs->items[i];
        *pair = (struct quire_pair){names->items[i], {NULL, 0}};
        if (quire_view_is_null(view, row)) continue;
        quire_buf_clear(&text);
        int code = quire_partition_text(view, row, &text);
        if (code == 0) QUIRE_TRY(check_text(view, row, &text, error));
        if (code == 0 && text.size > 0) {
            pair->value = (struct quire_bytes){text.data, text.size};
            code = quire_bytes_copy(arena, &pair->value);
        }
        if (code != 0) return quire_fail_memory(error, OPERATION);
    }
    return 0;
}

/* Ends the largest file where one more could not be opened; more rows of it make another. */
static int make_room(struct quire_data_writer *writer, struct quire_error *error)
{
    struct open_file *largest = &writer->files[0];
    if (writer->open < QUIRE_TABLE_OPEN_MAX) return 0;
    for (size_t i = 1; i < writer->files_size; i++) {
        struct open_file *file = &writer->files[i];
        if (largest->writer == NULL || (file->writer != NULL && file->written > largest->written))
            largest = file;
    }
    QUIRE_TRY(end_file(writer, largest, error));
    quire_column_free(largest->column);
    largest->column = NULL;
    writer->open--;
    return 0;
}

static int open_file(struct quire_data_writer *writer, struct open_file *file,
                     struct quire_error *error)
{
    if (file->writer != NULL) return 0;
    QUIRE_TRY(make_room(writer, error));
    if (file->column == NULL) QUIRE_TRY(quire_column_new(writer->stored, &file->column, error));
    QUIRE_TRY(begin_file(writer, file, error));
    writer->open++;
    return 0;
}

/* Writes out the rows that were picked of the current batch. */
static int flush_rows(struct quire_data_writer *writer, struct open_file *file,
                      struct quire_error *error)
{
    const struct quire_view *views[] = {&writer->stored_view};
    size_t n = file->rows.size / sizeof(struct quire_row_ref);
    struct ArrowArray batch = {.release = NULL};
    QUIRE_TRY(open_file(writer, file, error));
    int code = quire_column_gather(file->column, views, 1,
                                   (const struct quire_row_ref *)(const void *)file->rows.data, n);
    if (code != 0) return quire_fail(error, code, OPERATION, "the rows of a partition do not fit");
    quire_buf_clear(&file->rows);
    QUIRE_TRY(quire_column_finish(file->column, &batch, error));
    file->written += (int64_t)n;
    return quire_writer_write(file->writer, &batch, error);
}

/* Those that are open come first, so that none of them is ended and begun again. */
static int flush_all(struct quire_data_writer *writer, struct quire_error *error)
{
    for (int turn = 0; turn < 2; turn++)
        for (size_t i = 0; i < writer->files_size; i++) {
            struct open_file *file = &writer->files[i];
            if (file->rows.size > 0 && (turn > 0 || file->writer != NULL))
                QUIRE_TRY(flush_rows(writer, file, error));
        }
    return 0;
}

static int add_partition(struct quire_data_writer *writer, const struct quire_pairs *pairs,
                         const struct quire_buf *key, struct quire_error *error)
{
    if (writer->files_size == writer->files_capacity) {
        size_t capacity = writer->files_capacity * 2;
        struct open_file *grown = quire_realloc(writer->files, capacity * sizeof(*grown));
        if (grown == NULL) return quire_fail_memory(error, OPERATION);
        writer->files = grown;
        writer->files_capacity = capacity;
    }
    struct open_file *file = &writer->files[writer->files_size++];
    *file = (struct open_file){.partitions = *pairs};
    if (quire_pairs_copy(&writer->arena, &file->partitions) != 0 ||
        quire_buf_append(&file->key, key->data, key->size) != 0)
        return quire_fail_memory(error, OPERATION);
    return 0;
}

/* The number of the partition that a row's texts name. */
static int find_named(struct quire_data_writer *writer, int64_t row, struct quire_buf *key,
                      size_t *number, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena scratch = {NULL, 0};
    struct quire_pairs pairs;
    QUIRE_TRY(read_values(writer, row, &scratch, &pairs, error));
    quire_buf_clear(key);
    if (quire_partition_path(&pairs, key) != 0) return quire_fail_memory(error, OPERATION);
    for (*number = 0; *number < writer->files_size; ++*number) {
        const struct quire_buf *known = &writer->files[*number].key;
        if (known->size == key->size && memcmp(known->data, key->data, key->size) == 0) return 0;
    }
    return add_partition(writer, &pairs, key, error);
}

/* The partition that a row is of. */
static int find_file(struct quire_data_writer *writer, int64_t row, struct quire_buf *key,
                     size_t *number, struct quire_error *error)
{
    struct quire_partition_slot *slot =
        quire_partition_cache_find(writer->cache, writer->view, writer->partition_columns,
                                   writer->options.partitions->size, row);
    if (slot == NULL) return quire_fail_memory(error, OPERATION);
    if (slot->file == 0) {
        QUIRE_TRY(find_named(writer, row, key, number, error));
        slot->file = 1 + *number;
    }
    *number = slot->file - 1;
    return 0;
}

static int part_rows(struct quire_data_writer *writer, const struct ArrowArray *batch,
                     struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf key = {0};
    size_t kept = 0;
    QUIRE_TRY(quire_view_set(writer->view, batch, error));
    for (size_t i = 0; i < writer->view->children_size; i++)
        if (!writer->is_partition[i])
            writer->stored_view.children[kept++] = writer->view->children[i];
    writer->stored_view.length = batch->length;
    writer->stored_view.offset = writer->view->offset;
    for (int64_t row = 0; row < batch->length; row++) {
        size_t number = 0;
        const struct quire_row_ref ref = {0, (uint32_t)row};
        QUIRE_TRY(find_file(writer, row, &key, &number, error));
        if (quire_buf_append(&writer->files[number].rows, &ref, sizeof(ref)) != 0)
            return quire_fail_memory(error, OPERATION);
    }
    return flush_all(writer, error);
}

int quire_data_writer_begin(struct quire_data_writer *writer, const struct quire_pairs *partition,
                            struct quire_error *error)
{
    struct open_file *file = &writer->files[0];
    if (file->writer != NULL) QUIRE_TRY(end_file(writer, file, error));
    release_file(file);
    writer->files_size = 0;
    if (partition == NULL) return 0;
    file->partitions = *partition;
    if (quire_pairs_copy(&writer->arena, &file->partitions) != 0 ||
        quire_partition_path(&file->partitions, &file->key) != 0)
        return quire_fail_memory(error, OPERATION);
    return 0;
}

int quire_data_writer_write(struct quire_data_writer *writer, struct ArrowArray *batch,
                            struct quire_error *error)
{
    struct open_file *file = &writer->files[0];
    if (writer->options.partitions->size > 0) {
        int code = part_rows(writer, batch, error);
        quire_array_release(batch);
        return code;
    }
    int code = file->writer == NULL ? begin_file(writer, file, error) : 0;
    if (code != 0) {
        release_file(file);
        quire_array_release(batch);
        return code;
    }
    writer->files_size = 1;
    return quire_writer_write(file->writer, batch, error);
}

/* --- The end ------------------------------------------------------------------------------- */

int quire_data_writer_cut(struct quire_data_writer *writer, struct quire_error *error)
{
    for (; writer->files_size > 0; writer->files_size--) {
        struct open_file *file = &writer->files[writer->files_size - 1];
        if (file->writer != NULL) QUIRE_TRY(end_file(writer, file, error));
        release_file(file);
    }
    writer->open = 0;
    if (writer->cache != NULL) quire_partition_cache_clear(writer->cache);
    return 0;
}

const struct quire_buf *quire_data_writer_lines(const struct quire_data_writer *writer)
{
    return &writer->lines;
}

int quire_data_writer_finish(struct quire_data_writer *writer, struct quire_buf *lines,
                             struct quire_data_totals *totals, struct quire_error *error)
{
    QUIRE_TRY(quire_data_writer_cut(writer, error));
    *totals = writer->totals;
    if (quire_buf_append(lines, writer->lines.data, writer->lines.size) != 0)
        return quire_fail_memory(error, OPERATION);
    return 0;
}

int quire_data_writer_sizes(const struct quire_data_writer *writer, struct quire_buf *sizes)
{
    return quire_buf_append(sizes, writer->sizes.data, writer->sizes.size);
}

void quire_data_writer_keep(struct quire_data_writer *writer)
{
    writer->keep = true;
}

/* Files of a write that did not become part of the table. */
static void delete_files(struct quire_data_writer *writer)
{
    const char *end = (const char *)quire_buf_end(&writer->paths);
    for (const char *path = (const char *)writer->paths.data; path != end;
         path += strlen(path) + 1) {
        QUIRE_CLEANUP(quire_buf_release) struct quire_buf url = {0};
        struct quire_store *store = NULL;
        char *key = NULL;
        if (join_url(writer, path, &url, NULL) == 0 &&
            quire_store_open((const char *)url.data, NULL, 0, &store, &key, NULL) == 0) {
            const char *keys[] = {key};
            (void)store->ops->delete_many(store, keys, 1, NULL, NULL);
        }
        quire_store_key_free(key);
        quire_store_close(store);
    }
}

void quire_data_writer_close(struct quire_data_writer *writer)
{
    if (writer == NULL) return;
    /* The first may stand uncounted, before rows come. */
    for (size_t i = 0; writer->files != NULL && (i == 0 || i < writer->files_size); i++)
        release_file(&writer->files[i]);
    if (!writer->keep) delete_files(writer);
    if (writer->cache != NULL) quire_partition_cache_release(writer->cache);
    quire_free(writer->cache);
    quire_free(writer->files);
    quire_free(writer->stored_view.children);
    quire_free(writer->partition_columns);
    quire_free(writer->is_partition);
    quire_view_free(writer->view);
    quire_field_close(writer->fields);
    quire_field_close(writer->stored);
    quire_schema_release(&writer->stored_schema);
    quire_buf_release(&writer->lines);
    quire_buf_release(&writer->paths);
    quire_buf_release(&writer->sizes);
    quire_arena_release(&writer->arena);
    quire_context_free(writer->own_context);
    quire_free(writer);
}
