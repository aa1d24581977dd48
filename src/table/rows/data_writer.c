/* Rows of one partition, or of none, go to a file as they come; rows that the table's columns part
 * go by parted_rows.h. */
#include "table/rows/data_writer.h"

#include "base/cleanup.h"
#include "base/fail.h"
#include "table/files/partition_path.h"
#include "table/rows/parted_rows.h"

#define OPERATION "write table"
/* Rows of a batch that are parted at once. */
#define PARTED_ROWS 65536

struct quire_data_writer {
    struct quire_data_writer_options options;
    struct quire_context *own_context; /* where none was given: files share it */
    struct quire_field *fields;        /* of the rows */
    struct quire_field *stored;        /* of files: without partition columns */
    struct ArrowSchema stored_schema;
    struct quire_data_files files;

    struct quire_data_file file;  /* of rows that are not parted */
    struct quire_buf folder;      /* of that file */
    struct quire_pairs partition; /* and its values, the arena's */
    struct quire_arena arena;

    struct quire_row_partitions partitions; /* of rows that are parted */
    struct quire_parted_rows parted;
    struct quire_view *view;
    struct quire_view stored_view; /* view without the partition columns */
    uint32_t *numbers;             /* partitions of rows of a batch */
    bool keep;
};

static bool is_parted(const struct quire_data_writer *writer)
{
    return writer->options.partitions->size > 0;
}

/* --- Opening ------------------------------------------------------------------------------- */

/* The schema of files. */
static int make_schema(struct quire_data_writer *writer, struct quire_error *error)
{
    struct ArrowSchema *schema = &writer->stored_schema;
    int64_t kept = 0;
    QUIRE_TRY(quire_schema_copy(writer->options.schema, schema, error));
    for (int64_t i = 0; i < schema->n_children; i++) {
        if (quire_row_partitions_has(&writer->partitions, i)) continue;
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
    return quire_field_open(schema, &writer->stored, error);
}

/* A view of batches that passes over partition columns, and what becomes of the rows. */
static int open_parted(struct quire_data_writer *writer, struct quire_error *error)
{
    size_t kept = writer->stored->children_size;
    QUIRE_TRY(quire_view_new(writer->fields, &writer->view, error));
    writer->stored_view.children = quire_alloc_zero(kept + 1, sizeof(struct quire_view));
    writer->numbers = quire_alloc_zero(PARTED_ROWS, sizeof(*writer->numbers));
    if (writer->stored_view.children == NULL || writer->numbers == NULL)
        return quire_fail_memory(error, OPERATION);
    writer->stored_view.field = writer->stored;
    writer->stored_view.children_size = kept;
    return quire_parted_rows_open(&writer->parted, &writer->files, &writer->partitions, error);
}

static int open_writer(struct quire_data_writer *writer, struct quire_error *error)
{
    if (writer->options.context == NULL) {
        QUIRE_TRY(quire_context_new(NULL, &writer->own_context, error));
        writer->options.context = writer->own_context;
    }
    QUIRE_TRY(quire_field_open(writer->options.schema, &writer->fields, error));
    QUIRE_TRY(quire_row_partitions_open(&writer->partitions, writer->fields,
                                        writer->options.partitions, error));
    QUIRE_TRY(make_schema(writer, error));
    writer->files = (struct quire_data_files){.options = &writer->options,
                                              .context = writer->options.context,
                                              .schema = &writer->stored_schema,
                                              .fields = writer->stored};
    return is_parted(writer) ? open_parted(writer, error) : 0;
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

/* --- Rows ---------------------------------------------------------------------------------- */

static int set_views(struct quire_data_writer *writer, const struct ArrowArray *batch,
                     struct quire_error *error)
{
    struct quire_view *stored = &writer->stored_view;
    size_t kept = 0;
    QUIRE_TRY(quire_view_set(writer->view, batch, error));
    for (size_t i = 0; i < writer->view->children_size; i++)
        if (!quire_row_partitions_has(&writer->partitions, (int64_t)i))
            stored->children[kept++] = writer->view->children[i];
    stored->length = batch->length;
    stored->offset = writer->view->offset;
    return 0;
}

static int part_rows(struct quire_data_writer *writer, const struct ArrowArray *batch,
                     struct quire_error *error)
{
    QUIRE_TRY(set_views(writer, batch, error));
    for (int64_t first = 0; first < batch->length; first += PARTED_ROWS) {
        int64_t n = batch->length - first < PARTED_ROWS ? batch->length - first : PARTED_ROWS;
        QUIRE_TRY(quire_row_partitions_find(&writer->partitions, writer->view, first, n,
                                            writer->numbers, error));
        QUIRE_TRY(quire_parted_rows_add(&writer->parted, &writer->stored_view, first, n,
                                        writer->numbers, error));
    }
    return 0;
}

static int end_file(struct quire_data_writer *writer, struct quire_error *error)
{
    if (writer->file.writer == NULL) return 0;
    return quire_data_file_end(&writer->files, &writer->partition, &writer->file, error);
}

int quire_data_writer_begin(struct quire_data_writer *writer, const struct quire_pairs *partition,
                            struct quire_error *error)
{
    QUIRE_TRY(end_file(writer, error));
    quire_buf_clear(&writer->folder);
    writer->partition = (struct quire_pairs){.size = 0};
    if (partition == NULL) return 0;
    writer->partition = *partition;
    if (quire_pairs_copy(&writer->arena, &writer->partition) != 0 ||
        quire_partition_path(&writer->partition, &writer->folder) != 0)
        return quire_fail_memory(error, OPERATION);
    return 0;
}

int quire_data_writer_write(struct quire_data_writer *writer, struct ArrowArray *batch,
                            struct quire_error *error)
{
    int code = 0;
    if (is_parted(writer))
        code = part_rows(writer, batch, error);
    else if (writer->file.writer == NULL)
        code = quire_data_file_begin(&writer->files, &writer->folder, &writer->file, error);
    if (code != 0 || is_parted(writer)) {
        quire_array_release(batch);
        return code;
    }
    return quire_writer_write(writer->file.writer, batch, error);
}

/* --- The end ------------------------------------------------------------------------------- */

int quire_data_writer_cut(struct quire_data_writer *writer, struct quire_error *error)
{
    if (!is_parted(writer)) return quire_data_writer_begin(writer, NULL, error);
    QUIRE_TRY(quire_parted_rows_finish(&writer->parted, error));
    quire_row_partitions_clear(&writer->partitions);
    return 0;
}

const struct quire_buf *quire_data_writer_lines(const struct quire_data_writer *writer)
{
    return &writer->files.lines;
}

int quire_data_writer_finish(struct quire_data_writer *writer, struct quire_buf *lines,
                             struct quire_data_totals *totals, struct quire_error *error)
{
    QUIRE_TRY(quire_data_writer_cut(writer, error));
    *totals = writer->files.totals;
    if (quire_buf_append(lines, writer->files.lines.data, writer->files.lines.size) != 0)
        return quire_fail_memory(error, OPERATION);
    return 0;
}

int quire_data_writer_sizes(const struct quire_data_writer *writer, struct quire_buf *sizes)
{
    return quire_buf_append(sizes, writer->files.sizes.data, writer->files.sizes.size);
}

void quire_data_writer_keep(struct quire_data_writer *writer)
{
    writer->keep = true;
}

void quire_data_writer_close(struct quire_data_writer *writer)
{
    if (writer == NULL) return;
    quire_parted_rows_close(&writer->parted);
    quire_data_file_release(&writer->file);
    if (writer->files.options != NULL) quire_data_files_release(&writer->files, writer->keep);
    quire_row_partitions_release(&writer->partitions);
    quire_free(writer->stored_view.children);
    quire_view_free(writer->view);
    quire_free(writer->numbers);
    quire_buf_release(&writer->folder);
    quire_field_close(writer->fields);
    quire_field_close(writer->stored);
    quire_schema_release(&writer->stored_schema);
    quire_arena_release(&writer->arena);
    quire_context_free(writer->own_context);
    quire_free(writer);
}
