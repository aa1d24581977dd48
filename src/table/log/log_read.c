#include "table/log/log_read.h"

#include "base/cleanup.h"
#include "base/fail.h"
#include "quire/context.h"
#include "quire/file.h"
#include "table/log/log_lines.h"

/* Rows of a checkpoint that are held at once: fewer than a row group has. */
static const struct quire_setting batches[] = {{"batch_rows", "16384"}};

static bool ends_with(const char *text, const char *end)
{
    size_t size = strlen(text), tail = strlen(end);
    return size >= tail && strcmp(text + size - tail, end) == 0;
}

/* What an action has whenever it is there: row groups of checkpoints where it is null everywhere
 * are passed over. Commits know no columns. */
static const char *const always_there[QUIRE_LOG_COLUMNS] = {
    [QUIRE_LOG_PROTOCOL] = "protocol.minReaderVersion",
    [QUIRE_LOG_METADATA] = "metaData.schemaString",
    [QUIRE_LOG_TXN] = "txn.appId",
    [QUIRE_LOG_ADD] = "add.path",
    [QUIRE_LOG_REMOVE] = "remove.path",
    [QUIRE_LOG_DOMAIN] = "domainMetadata.domain",
    [QUIRE_LOG_SIDECAR] = "sidecar.path",
};

static size_t ask_for(unsigned columns, struct quire_condition *conditions)
{
    size_t n = 0;
    for (size_t i = 0; i < QUIRE_LOG_COLUMNS; i++)
        if ((columns >> i & 1) != 0 && always_there[i] != NULL)
            conditions[n++] = (struct quire_condition){.column = always_there[i],
                                                       .compare = QUIRE_COMPARE_NOT_NULL};
    return n;
}

/* Where each column of the log's schema is among those that the stream has. */
static int place_columns(const struct ArrowSchema *schema, struct quire_log_reader *reader,
                         struct quire_error *error)
{
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema read = {.release = NULL};
    QUIRE_TRY(quire_stream_schema(&reader->stream, &read, error));
    QUIRE_TRY(quire_field_open(&read, &reader->fields, error));
    for (int64_t i = 0; i < QUIRE_LOG_COLUMNS; i++) {
        const char *name = i < schema->n_children ? schema->children[i]->name : NULL;
        reader->place[i] =
            name != NULL ? quire_field_child(reader->fields, name, strlen(name)) : -1;
    }
    return quire_view_new(reader->fields, &reader->view, error);
}

/* Opens a file (url), or a commit that is in memory (lines). */
static int open_rows(const char *url, const struct quire_buf *lines, unsigned columns,
                     struct quire_log_reader *reader, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema schema = {.release = NULL};
    bool parquet = lines == NULL && ends_with(url, ".parquet");
    const char *names[QUIRE_LOG_COLUMNS];
    struct quire_condition conditions[QUIRE_LOG_COLUMNS];
    size_t names_size = 0;
    *reader = (struct quire_log_reader){.row = 0};
    const char *text = parquet ? quire_log_checkpoint_schema_text : quire_log_schema_text;
    QUIRE_TRY(quire_schema_parse(text, strlen(text), &schema, error));
    for (int64_t i = 0; i < schema.n_children; i++)
        if (columns >> i & 1) names[names_size++] = schema.children[i]->name;
    const struct quire_read_options options = {
        .format = parquet ? "parquet" : "jsonl",
        .compression = "none",
        .settings = batches,
        .settings_size = parquet ? 1 : 0,
        .records = {.schema = &schema,
                    .extra = QUIRE_EXTRA_IGNORE,
                    .columns = names,
                    .columns_size = names_size,
                    .columns_given = true,
                    .conditions = conditions,
                    .conditions_size = parquet ? ask_for(columns, conditions) : 0,
                    .conditions_any = true},
    };
    QUIRE_TRY(lines != NULL ? quire_log_lines_read(lines, &options.records, &reader->stream, error)
                            : quire_file_read(url, &options, &reader->stream, error));
    return place_columns(&schema, reader, error);
}

int quire_log_reader_open(const char *url, unsigned columns, struct quire_log_reader *reader,
                          struct quire_error *error)
{
    return open_rows(url, NULL, columns, reader, error);
}

int quire_log_reader_open_lines(const struct quire_buf *lines, unsigned columns,
                                struct quire_log_reader *reader, struct quire_error *error)
{
    return open_rows(NULL, lines, columns, reader, error);
}

void quire_log_reader_close(struct quire_log_reader *reader)
{
    quire_array_release(&reader->batch);
    quire_stream_release(&reader->stream);
    quire_view_free(reader->view);
    quire_field_close(reader->fields);
    *reader = (struct quire_log_reader){.row = 0};
}

/* What cannot be read as records is a caller's input elsewhere; of a log it is damage. */
static int as_damage(int code, struct quire_error *error)
{
    if (code != QUIRE_INPUT) return code;
    if (error != NULL) error->code = QUIRE_CORRUPT;
    return QUIRE_CORRUPT;
}

int quire_log_reader_batch(struct quire_log_reader *reader, struct quire_error *error)
{
    quire_array_release(&reader->batch);
    reader->batch.release = NULL;
    reader->row = 0;
    QUIRE_TRY(as_damage(quire_stream_next(&reader->stream, &reader->batch, error), error));
    return reader->batch.release != NULL ? quire_view_set(reader->view, &reader->batch, error) : 0;
}

int quire_log_reader_next(struct quire_log_reader *reader, enum quire_log_column *column,
                          int64_t *row, struct quire_error *error)
{
    *column = QUIRE_LOG_COLUMNS;
    for (;;) {
        if (reader->batch.release == NULL || reader->row == reader->batch.length) {
            QUIRE_TRY(quire_log_reader_batch(reader, error));
            if (reader->batch.release == NULL) return 0;
            continue;
        }
        *row = reader->row++;
        for (int i = 0; i < QUIRE_LOG_COLUMNS; i++) {
            *column = (enum quire_log_column)i;
            if (reader->place[i] >= 0 &&
                !quire_view_is_null(quire_log_column_view(reader, *column), *row))
                return 0;
        }
        *column = QUIRE_LOG_COLUMNS;
    }
}
