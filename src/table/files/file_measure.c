/* The rows are encoded once more, to nowhere: what files are said to hold is then found the same
 * way for those written now and those written before. */
#include "table/files/file_measure.h"

#include "base/cleanup.h"
#include "base/fail.h"
#include "quire/format.h"
#include "table/files/file_stats_json.h"
#include "table/table_read.h"

#define OPERATION "analyze"

static int drop_write(struct quire_out *out, const void *bytes, size_t size,
                      struct quire_error *error)
{
    (void)bytes;
    (void)error;
    out->written += (int64_t)size;
    return 0;
}

static int drop_finish(struct quire_out *out, struct quire_error *error)
{
    (void)out;
    (void)error;
    return 0;
}

static void drop_close(struct quire_out *out)
{
    (void)out;
}

struct encoding {
    const struct quire_format *format;
    struct quire_out out;
    struct quire_encoder *encoder;
};

static void release_encoding(struct encoding *encoding)
{
    if (encoding->format != NULL) encoding->format->encoder_free(encoding->encoder);
}

static int open_encoding(const struct quire_file_measure *measure, struct encoding *encoding,
                         struct quire_error *error)
{
    static const struct quire_out_ops ops = {drop_write, drop_finish, drop_close};
    static const struct quire_setting settings[] = {{"compression", "none"}, {"dictionary", "off"}};
    encoding->out.ops = &ops;
    QUIRE_TRY(quire_format_find("parquet", &encoding->format, error));
    const struct quire_option_table *table = &encoding->format->encoder_options;
    QUIRE_CLEANUP(quire_cleanup_free) void *values = quire_alloc_zero(1, table->struct_size);
    if (values == NULL) return quire_fail_memory(error, OPERATION);
    int code = quire_options_init(table, values, error);
    if (code == 0) code = quire_options_apply(table, values, settings, 2, error);
    if (code == 0)
        code = encoding->format->encoder_new(measure->stored, values, measure->context,
                                             &encoding->out, &encoding->encoder, error);
    quire_options_release(table, values);
    return code;
}

/* All rows of the file: a deletion vector may change without its statistics. */
static int encode_rows(const struct quire_file_measure *measure, const struct quire_add *add,
                       struct encoding *encoding, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_stream_release) struct ArrowArrayStream rows = {.release = NULL};
    struct quire_add whole = *add;
    whole.deleted = (struct quire_deletion_vector){.offset = QUIRE_LOG_NONE};
    const struct quire_files_wanted wanted = {&whole, 1};
    const struct quire_table_read_options reading = {.columns = measure->names,
                                                     .columns_size = measure->names_size,
                                                     .columns_given = true,
                                                     .context = measure->context};
    QUIRE_TRY(quire_snapshot_read(measure->snapshot, &wanted, &reading, &rows, error));
    for (;;) {
        struct ArrowArray batch = {.release = NULL};
        QUIRE_TRY(quire_stream_next(&rows, &batch, error));
        if (batch.release == NULL) return 0;
        QUIRE_TRY(encoding->format->encoder_write(encoding->encoder, &batch, error));
    }
}

int quire_file_measure(const struct quire_file_measure *measure, const struct quire_add *add,
                       struct quire_buf *stats, int64_t *rows, struct quire_error *error)
{
    static const char wide[] = ",\"tightBounds\":false}";
    QUIRE_CLEANUP(release_encoding) struct encoding encoding = {.format = NULL};
    struct quire_file_stats found = {.rows = 0};
    QUIRE_TRY(open_encoding(measure, &encoding, error));
    QUIRE_TRY(encode_rows(measure, add, &encoding, error));
    QUIRE_TRY(encoding.format->encoder_finish(encoding.encoder, &found, error));
    quire_buf_clear(stats);
    int code = quire_file_stats_json_named(measure->fields, &found, measure->choice.columns,
                                           &measure->choice.names, stats);
    if (code == 0 && add->deleted.storage.size > 0) {
        stats->size--; /* the closing brace */
        code = quire_buf_append(stats, wide, strlen(wide));
    }
    if (code != 0) return quire_fail_memory(error, OPERATION);
    *rows = found.rows;
    return 0;
}
