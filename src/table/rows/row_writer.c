#include "base/cleanup.h"
#include "base/fail.h"
#include "data/column_stats.h"
#include "table/rows/row_schema.h"
#include "table/rows/row_writer_private.h"
#include "table/schema/delta_nulls.h"
#include "table/schema/delta_schema.h"

/* --- Rows ---------------------------------------------------------------------------------- */

/* Whether there are values that may not be null, which a cast looks after. Keys of maps have their
 * own rule. */
static bool forbids_null(const struct ArrowSchema *schema)
{
    const bool map = strcmp(schema->format, "+m") == 0;
    for (int64_t i = 0; i < schema->n_children; i++) {
        const struct ArrowSchema *child = schema->children[i];
        if (map && child->n_children == 2) child = child->children[1];
        if ((child->flags & ARROW_FLAG_NULLABLE) == 0 || forbids_null(child)) return true;
    }
    return false;
}

/* A value that cannot be stored is one of a row of all, and of a column as the table calls it. */
static int place_error(const struct quire_row_writer *writer, int64_t before,
                       struct quire_error *error)
{
    if (error == NULL || error->row == QUIRE_NOWHERE) return QUIRE_INPUT;
    error->row += before;
    for (int64_t i = 0; i < writer->stored.n_children; i++) {
        if (strcmp(writer->stored.children[i]->name, error->column) != 0) continue;
        error->column[0] = '\0';
        quire_error_at(error, error->row, writer->schema.children[i]->name, QUIRE_NOWHERE);
        break;
    }
    return QUIRE_INPUT;
}

/* --- Files that are full --------------------------------------------------------------------- */

static int open_limits(struct quire_row_writer *writer, struct quire_error *error)
{
    if (writer->options.limits.bytes_max <= 0) return 0;
    QUIRE_TRY(quire_field_open(&writer->stored, &writer->fields, error));
    return quire_view_new(writer->fields, &writer->view, error);
}

static int count_batch(struct quire_row_writer *writer, const struct ArrowArray *batch,
                       struct quire_error *error)
{
    writer->open_rows += batch->length;
    if (writer->view == NULL) return 0;
    QUIRE_TRY(quire_view_set(writer->view, batch, error));
    for (size_t i = 0; i < writer->view->children_size; i++) {
        const struct quire_view *column = &writer->view->children[i];
        int64_t bytes = quire_view_data_bytes(column, 0, batch->length);
        writer->open_bytes += bytes > 0 ? bytes : batch->length; /* nested: at least that */
    }
    return 0;
}

/* Bytes in memory that may make a file: the limit, stretched by what files before took of theirs,
 * with a tenth to spare. */
static double bytes_that_fit(const struct quire_row_writer *writer)
{
    const int64_t *sizes = (const int64_t *)(const void *)writer->sizes.data;
    double limit = (double)writer->options.limits.bytes_max, stored = 0;
    for (size_t i = 0; i < writer->sizes.size / sizeof(*sizes); i++)
        stored += (double)sizes[i];
    if (stored <= 0 || writer->cut_bytes <= 0) return limit;
    return limit * 0.9 * (double)writer->cut_bytes / stored;
}

static int cut_when_full(struct quire_row_writer *writer, struct quire_error *error)
{
    const struct quire_file_limits *limits = &writer->options.limits;
    bool full = limits->rows_max > 0 && writer->open_rows >= limits->rows_max;
    if (!full && limits->bytes_max > 0) full = (double)writer->open_bytes >= bytes_that_fit(writer);
    return full ? quire_row_writer_cut(writer, error) : 0;
}

/* Takes the batch unless it fails. */
static int take_batch(struct quire_row_writer *writer, struct ArrowArray *batch,
                      struct quire_error *error)
{
    QUIRE_TRY(quire_row_rules_apply(writer->rules, batch, writer->rows, error));
    struct ArrowArray taken = *batch;
    int64_t before = writer->rows;
    writer->rows += taken.length;
    if (writer->files == NULL) return 0;
    batch->release = NULL;
    int code = count_batch(writer, &taken, error);
    if (code != 0) {
        quire_array_release(&taken);
        return code;
    }
    code = quire_data_writer_write(writer->files, &taken, error);
    if (code == QUIRE_INPUT) return place_error(writer, before, error);
    return code == 0 ? cut_when_full(writer, error) : code;
}

static int cast_batch(struct quire_row_writer *writer, const struct ArrowSchema *given,
                      const struct ArrowSchema *cast, struct ArrowArray *read,
                      struct quire_error *error)
{
    const struct quire_cast_options exact = {.allow_null = false};
    QUIRE_CLEANUP(quire_array_release) struct ArrowArray batch = {.release = NULL};
    int code = quire_cast(given, read, cast, &exact, &batch, error);
    if (code == 0) return take_batch(writer, &batch, error);
    if (error != NULL && error->row != QUIRE_NOWHERE) error->row += writer->rows;
    return code;
}

static int write_rows(struct quire_row_writer *writer, struct ArrowArrayStream *rows, bool own,
                      struct quire_error *error)
{
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema source = {.release = NULL};
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema given = {.release = NULL};
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema cast = {.release = NULL};
    QUIRE_TRY(quire_stream_schema(rows, &source, error));
    QUIRE_TRY(quire_schema_copy(&source, &given, error));
    const char *verb = writer->transaction->options.verb;
    QUIRE_TRY(quire_row_schema_spell(&writer->schema, &given, verb, error));
    QUIRE_TRY(quire_schema_copy(&writer->schema, &cast, error));
    quire_row_rules_begin(writer->rules, &given, own, &cast);
    QUIRE_TRY(quire_row_schema_check(&cast, &given, verb, error));
    /* Rows that are as the table has them are handed on. */
    const bool as_they_are = quire_schema_equal(&given, &cast, NULL) && !forbids_null(&cast);
    for (;;) {
        QUIRE_CLEANUP(quire_array_release) struct ArrowArray read = {.release = NULL};
        QUIRE_TRY(quire_stream_next(rows, &read, error));
        if (read.release == NULL) return 0;
        QUIRE_TRY(as_they_are ? take_batch(writer, &read, error)
                              : cast_batch(writer, &given, &cast, &read, error));
    }
}

int quire_row_writer_write(struct quire_row_writer *writer, struct ArrowArrayStream *rows,
                           struct quire_error *error)
{
    return write_rows(writer, rows, false, error);
}

int quire_row_writer_copy(struct quire_row_writer *writer, struct ArrowArrayStream *rows,
                          struct quire_error *error)
{
    return write_rows(writer, rows, true, error);
}

struct quire_identities *quire_row_writer_identities(struct quire_row_writer *writer)
{
    return quire_row_rules_identities(writer->rules);
}

/* --- Opening ------------------------------------------------------------------------------- */

const char *quire_row_compression(const struct quire_metadata_action *metadata, const char *asked)
{
    const struct quire_pair *codec =
        quire_pairs_find(&metadata->configuration, "delta.parquet.compression.codec");
    if (asked != NULL) return asked;
    return codec != NULL ? (const char *)codec->value.data : "snappy";
}

/* The names that the log has for the columns that partition the table. */
static int name_partitions(struct quire_row_writer *writer,
                           const struct quire_metadata_action *metadata, struct quire_error *error)
{
    size_t size = metadata->partitions.size;
    struct quire_bytes *names = quire_arena_alloc(&writer->arena, (size + 1) * sizeof(*names));
    if (names == NULL) return quire_fail_memory(error, writer->transaction->options.verb);
    for (size_t i = 0; i < size; i++)
        names[i] = metadata->partitions.items[i];
    for (int64_t i = 0; i < writer->schema.n_children; i++) {
        int64_t number = quire_delta_partition(metadata, writer->schema.children[i]->name);
        const char *name = writer->stored.children[i]->name;
        if (number >= 0) names[number] = (struct quire_bytes){(const uint8_t *)name, strlen(name)};
    }
    writer->partitions = (struct quire_texts){names, size};
    return 0;
}

static int open_schemas(struct quire_row_writer *writer,
                        const struct quire_metadata_action *metadata,
                        const struct quire_protocol *protocol,
                        const struct quire_row_tracking *tracking, struct quire_error *error)
{
    QUIRE_TRY(quire_delta_schema(metadata, protocol, QUIRE_DELTA_LOGICAL, &writer->schema, error));
    QUIRE_TRY(quire_delta_schema(metadata, protocol, QUIRE_DELTA_PHYSICAL, &writer->stored, error));
    QUIRE_TRY(quire_delta_nulls_forbid(&metadata->schema, &writer->schema, error));
    QUIRE_TRY(quire_delta_nulls_forbid(&metadata->schema, &writer->stored, error));
    QUIRE_TRY(quire_row_tracking_widen(tracking, &writer->schema, error));
    QUIRE_TRY(quire_row_tracking_widen(tracking, &writer->stored, error));
    return name_partitions(writer, metadata, error);
}

static bool is_partition(const struct quire_row_writer *writer, const char *name)
{
    for (size_t i = 0; i < writer->partitions.size; i++)
        if (quire_bytes_equal_text(&writer->partitions.items[i], name)) return true;
    return false;
}

/* Statistics tell of the table's own columns. */
static void bound_stats(struct quire_row_writer *writer)
{
    int64_t leaves = 0;
    for (int64_t i = 0; i < writer->stored.n_children - QUIRE_ROW_TRACKING_COLUMNS; i++)
        if (!is_partition(writer, writer->stored.children[i]->name))
            leaves += quire_stats_leaves(writer->stored.children[i]);
    if (writer->stats.columns < 0 || writer->stats.columns > leaves) writer->stats.columns = leaves;
}

static int open_writer(struct quire_row_writer *writer,
                       const struct quire_row_writer_options *options, struct quire_error *error)
{
    const struct quire_transaction *transaction = writer->transaction;
    const struct quire_metadata_action *metadata = quire_transaction_next_metadata(transaction);
    const struct quire_protocol *protocol = quire_transaction_next_protocol(transaction);
    QUIRE_TRY(open_schemas(writer, metadata, protocol, &options->tracking, error));
    QUIRE_TRY(quire_stats_choice_read(metadata, &transaction->base->domains, &writer->arena,
                                      &writer->stats, error));
    if (options->tracking.id != NULL) bound_stats(writer);
    const struct quire_row_rules_source asked = {.verb = transaction->options.verb,
                                                 .metadata = metadata,
                                                 .protocol = protocol,
                                                 .schema = &writer->schema,
                                                 .regenerate = options->regenerate};
    QUIRE_TRY(quire_row_rules_open(&asked, &writer->rules, error));
    if (options->only_checks) return 0;
    const struct quire_data_writer_options writing = {
        .url = transaction->base->place.url,
        .schema = &writer->stored,
        .partitions = &writer->partitions,
        .stats_columns = writer->stats.columns,
        .stats_names = &writer->stats.names,
        .compression = quire_row_compression(metadata, options->compression),
        .durability = transaction->options.durability,
        .context = options->context,
    };
    return quire_data_writer_open(&writing, &writer->files, error);
}

int quire_row_writer_open(struct quire_transaction *transaction,
                          const struct quire_row_writer_options *options,
                          struct quire_row_writer **writer, struct quire_error *error)
{
    struct quire_row_writer *made = quire_alloc_zero(1, sizeof(*made));
    if (made == NULL) return quire_fail_memory(error, transaction->options.verb);
    made->transaction = transaction;
    made->options = *options;
    int code = open_writer(made, options, error);
    if (code == 0) code = open_limits(made, error);
    if (code == 0)
        *writer = made;
    else
        quire_row_writer_close(made);
    return code;
}

int quire_row_writer_cut(struct quire_row_writer *writer, struct quire_error *error)
{
    QUIRE_TRY(quire_data_writer_cut(writer->files, error));
    writer->cut_bytes += writer->open_bytes;
    writer->open_bytes = writer->open_rows = 0;
    quire_buf_clear(&writer->sizes);
    if (quire_data_writer_sizes(writer->files, &writer->sizes) != 0)
        return quire_fail_memory(error, writer->transaction->options.verb);
    return 0;
}

const struct quire_buf *quire_row_writer_lines(const struct quire_row_writer *writer)
{
    return quire_data_writer_lines(writer->files);
}

void quire_row_writer_close(struct quire_row_writer *writer)
{
    if (writer == NULL) return;
    quire_row_writer_close(writer->renumbered);
    if (writer->transaction->may_stand && writer->files != NULL)
        quire_data_writer_keep(writer->files);
    quire_data_writer_close(writer->files);
    quire_row_rules_close(writer->rules);
    quire_view_free(writer->view);
    quire_field_close(writer->fields);
    quire_buf_release(&writer->sizes);
    quire_schema_release(&writer->schema);
    quire_schema_release(&writer->stored);
    quire_arena_release(&writer->arena);
    quire_free(writer);
}
