#include "runlog/log/log_state.h"

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/time_text.h"
#include "runlog/log_described.h"

#define OPERATION "run log"

int quire_log_state_read(const char *table, struct quire_log_state *state,
                         struct quire_error *error)
{
    QUIRE_CLEANUP(quire_log_described_release) struct quire_log_described described = {NULL};
    QUIRE_TRY(quire_log_describe(table, &described, error));
    const struct quire_json_node *root = described.root;
    *state = (struct quire_log_state){
        .version = quire_json_tree_i64(root, "version", -1),
        .files = quire_json_tree_i64(root, "files", 0),
        .bytes = quire_json_tree_i64(root, "bytes", 0),
        .rows = quire_json_tree_i64(root, "rows", -1),
    };
    return 0;
}

static void write_known(struct quire_json_writer *writer, const char *name, int64_t value)
{
    quire_json_writer_key(writer, name);
    if (value >= 0)
        quire_json_writer_i64(writer, value);
    else
        quire_json_writer_null(writer);
}

void quire_log_write_mb(struct quire_json_writer *writer, const char *name, int64_t bytes)
{
    quire_json_writer_key(writer, name);
    if (bytes >= 0)
        quire_json_writer_f64(writer, (double)bytes / (1 << 20));
    else
        quire_json_writer_null(writer);
}

void quire_log_write_time(struct quire_json_writer *writer, const char *name, int64_t ms)
{
    char text[QUIRE_TIME_TEXT_MAX];
    char *end = quire_time_format_timestamp(ms, QUIRE_MILLI, 'T', true, 0, text);
    quire_json_writer_key(writer, name);
    quire_json_writer_string_sized(writer, text, (size_t)(end - text));
}

void quire_log_state_write(const struct quire_log_state *state, const char *name,
                           struct quire_json_writer *writer)
{
    quire_json_writer_key(writer, name);
    quire_json_writer_begin_object(writer);
    write_known(writer, "version", state->version);
    write_known(writer, "files", state->files);
    quire_log_write_mb(writer, "size_mb", state->bytes);
    write_known(writer, "rows", state->rows);
    quire_json_writer_end_object(writer);
}

int quire_log_finish(const struct quire_json_writer *writer, struct quire_buf *out, char **json,
                     struct quire_error *error)
{
    if (quire_json_writer_finish(writer) != 0) return quire_fail_memory(error, OPERATION);
    if (json == NULL) return 0;
    *json = quire_strndup((const char *)out->data, out->size);
    return *json != NULL ? 0 : quire_fail_memory(error, OPERATION);
}
