/* A text opened, and its units, which are found one by one. */
#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "file/spool.h"
#include "runlog/rows/rows_text.h"

#define OPERATION "run log"

int quire_rows_place_error(const struct quire_rows_text *rows, int code, int64_t index,
                           struct quire_error *error)
{
    if (code == QUIRE_INPUT) quire_error_at(error, index + 1, NULL, QUIRE_NOWHERE);
    if (code != 0) quire_error_path(error, rows->text.url);
    return code;
}

/* --- Units ----------------------------------------------------------------------------------- */

int quire_rows_text_next_unit(struct quire_rows_text *rows, int64_t *offset, bool *end,
                              struct quire_error *error)
{
    *offset = 0;
    *end = rows->resume < 0;
    if (*end) return 0;
    int64_t resume = rows->resume;
    rows->resume = -1;
    if (resume == 0)
        QUIRE_TRY(quire_rows_place_error(rows, quire_rows_walk_begin(rows, error), 0, error));
    if (resume > 0) quire_json_scan_seek(&rows->scan, resume);
    if (rows->text.kind < QUIRE_RUNLOG_EXECUTION_RESULT) return 0;
    int code = quire_rows_walk_next(rows, end, error);
    if (code == 0 && *end) return 0;
    *offset = quire_json_scan_tell(&rows->scan);
    rows->scan.by_line = rows->by_line && !rows->walk.in_list;
    if (code == 0) code = quire_json_scan_skip(&rows->scan, error);
    rows->scan.by_line = false;
    if (code != 0) {
        quire_rows_place_error(rows, code, rows->walk.index, error);
        if (code == QUIRE_INPUT) QUIRE_TRY(quire_rows_pass_broken(rows, *offset, error));
        return code;
    }
    rows->resume = quire_json_scan_tell(&rows->scan);
    rows->unit_listed = rows->walk.in_list;
    quire_rows_text_seek_unit(rows, *offset, rows->walk.index++);
    return 0;
}

void quire_rows_text_seek_unit(struct quire_rows_text *rows, int64_t offset, int64_t index)
{
    rows->unit_offset = offset;
    rows->unit_place = (struct quire_model_place){NULL, NULL, 0, index};
}

/* --- Opening --------------------------------------------------------------------------------- */

static int open_text(struct quire_rows_text *rows, struct quire_context *context,
                     struct quire_error *error)
{
    const struct quire_read_options options = {.format = "jsonl", .context = context};
    QUIRE_TRY(quire_object_in_open(&rows->object, rows->text.url, &options, context, error));
    struct quire_in *plain = rows->object.plain;
    if (plain->ops->read_at == NULL || plain->size < 0) {
        const char *folder = rows->text.folder != NULL ? rows->text.folder : "/tmp";
        QUIRE_TRY(quire_spool_open(plain, folder, context, &rows->spool, error));
        plain = rows->spool;
    }
    rows->scan.in = plain;
    quire_json_scan_seek(&rows->scan, 0);
    return 0;
}

int quire_rows_text_open(const struct quire_runlog_text *text, struct quire_context *context,
                         struct quire_rows_text **rows, struct quire_error *error)
{
    struct quire_rows_text *made = quire_alloc_zero(1, sizeof(*made));
    if (made == NULL) return quire_fail_memory(error, OPERATION);
    made->begun = -1;
    made->rows.begin = quire_rows_text_begin;
    made->rows.next = quire_rows_text_next;
    made->text = *text;
    int code = open_text(made, context, error);
    if (code != 0) {
        quire_error_path(error, text->url);
        quire_rows_text_close(made);
        return code;
    }
    *rows = made;
    return 0;
}

void quire_rows_text_close(struct quire_rows_text *rows)
{
    if (rows == NULL) return;
    quire_json_scan_release(&rows->scan);
    quire_in_close(rows->spool);
    quire_object_in_release(&rows->object);
    quire_arena_release(&rows->unit_arena);
    quire_arena_release(&rows->row_arena);
    quire_buf_release(&rows->run);
    quire_buf_release(&rows->metadata);
    quire_buf_release(&rows->blocks);
    quire_name_set_release(&rows->names);
    quire_free(rows);
}

struct quire_rows *quire_rows_text_rows(struct quire_rows_text *rows)
{
    return &rows->rows;
}
