/* The rejects file: JSON Lines written through a writer's own chain, so that it is
 * as atomic as the data. */
#include "file/rejects.h"

#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/fail.h"
#include "base/utf8.h"

struct quire_rejects {
    struct quire_builder *builder;
    struct quire_writer *writer;
};

/* Memory after which the rows collected are handed to the writer. */
#define REJECTS_BYTES_MAX ((size_t)256 << 10)

static const char rejects_schema[] = "path string, `row` int64, byte int64, `column` string, "
                                     "reason string not null, record string";

int quire_rejects_schema(struct ArrowSchema *schema, struct quire_error *error)
{
    return quire_schema_parse(rejects_schema, sizeof(rejects_schema) - 1, schema, error);
}

static int flush_rows(struct quire_rejects *rejects, struct quire_error *error)
{
    if (quire_builder_rows(rejects->builder) == 0) return 0;
    struct ArrowArray batch = {.release = NULL};
    QUIRE_TRY(quire_builder_finish(rejects->builder, &batch, error));
    return quire_writer_write(rejects->writer, &batch, error);
}

int quire_rejects_open(const char *url, const struct quire_write_options *options,
                       struct quire_rejects **result, struct quire_error *error)
{
    struct quire_write_options jsonl = options != NULL ? *options : (struct quire_write_options){0};
    jsonl.format = "jsonl";
    struct ArrowSchema schema = {.release = NULL};
    QUIRE_TRY(quire_rejects_schema(&schema, error));
    struct quire_rejects *rejects = quire_alloc_zero(1, sizeof(*rejects));
    int code = rejects != NULL ? 0 : quire_fail_memory(error, "write rejects");
    if (code == 0) code = quire_builder_new(&schema, &rejects->builder, error);
    if (code == 0) code = quire_writer_open(url, &schema, &jsonl, &rejects->writer, error);
    quire_schema_release(&schema);
    if (code != 0) {
        quire_rejects_close(rejects);
        return code;
    }
    *result = rejects;
    return 0;
}

static int append_position(struct quire_builder *builder, int64_t position,
                           struct quire_error *error)
{
    if (position == QUIRE_NOWHERE) return quire_builder_null(builder, error);
    return quire_builder_int(builder, position, error);
}

/* Bytes that are not UTF-8 are kept with U+FFFD in their place, also those of names of files. */
static int append_bytes(struct quire_builder *builder, const char *text, size_t size,
                        struct quire_error *error)
{
    const uint8_t *bytes = (const uint8_t *)text;
    if (quire_utf8_is_valid(bytes, size)) return quire_builder_text(builder, text, size, error);
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf repaired = {0};
    if (quire_utf8_repair(&repaired, bytes, size) != 0)
        return quire_fail_memory(error, "write rejects");
    return quire_builder_text(builder, (const char *)repaired.data, repaired.size, error);
}

static int append_text(struct quire_builder *builder, const char *text, struct quire_error *error)
{
    if (text[0] == '\0') return quire_builder_null(builder, error);
    return append_bytes(builder, text, strlen(text), error);
}

int quire_rejects_take(void *user, const struct quire_reject *reject, struct quire_error *error)
{
    struct quire_rejects *rejects = user;
    struct quire_builder *builder = rejects->builder;
    QUIRE_TRY(append_text(builder, reject->error->path, error));
    QUIRE_TRY(append_position(builder, reject->error->row, error));
    QUIRE_TRY(append_position(builder, reject->error->byte, error));
    QUIRE_TRY(append_text(builder, reject->error->column, error));
    QUIRE_TRY(append_bytes(builder, reject->error->cause, strlen(reject->error->cause), error));
    QUIRE_TRY(append_bytes(builder, reject->record, reject->record_size, error));
    QUIRE_TRY(quire_builder_end_row(builder, error));
    if (quire_builder_memory(builder) < REJECTS_BYTES_MAX) return 0;
    return flush_rows(rejects, error);
}

int quire_rejects_commit(struct quire_rejects *rejects, struct quire_error *error)
{
    QUIRE_TRY(flush_rows(rejects, error));
    return quire_writer_commit(rejects->writer, NULL, error);
}

void quire_rejects_close(struct quire_rejects *rejects)
{
    if (rejects == NULL) return;
    quire_builder_free(rejects->builder);
    quire_writer_close(rejects->writer);
    quire_free(rejects);
}
