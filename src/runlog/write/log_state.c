#include "runlog/write/log_state.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/json_tree.h"
#include "base/time_text.h"

#define OPERATION "run log"

static void close_table(struct quire_table **table)
{
    quire_table_close(*table);
}

static void free_text(char **text)
{
    quire_free(*text);
}

int quire_log_state_read(const char *table, struct quire_log_state *state,
                         struct quire_error *error)
{
    QUIRE_CLEANUP(close_table) struct quire_table *opened = NULL;
    QUIRE_CLEANUP(free_text) char *text = NULL;
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {NULL, 0};
    struct quire_json_node *root = NULL;
    size_t at = 0;
    QUIRE_TRY(quire_table_open(table, QUIRE_TABLE_NEWEST, &opened, error));
    QUIRE_TRY(quire_table_describe(opened, &text, error));
    if (quire_json_tree_parse(text, strlen(text), &arena, &root, &at) != 0)
        return quire_fail_memory(error, OPERATION);
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
    *json = quire_strndup((const char *)out->data, out->size);
    return *json != NULL ? 0 : quire_fail_memory(error, OPERATION);
}
