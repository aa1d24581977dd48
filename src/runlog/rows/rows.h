/* Private to runlog: rows that come from models or from text, as often as they are asked for: once
 * to be checked, once to be written, and again where writing is tried again. */
#ifndef QUIRE_RUNLOG_ROWS_H
#define QUIRE_RUNLOG_ROWS_H

#include "quire/context.h"
#include "quire/runlog_write.h"
#include "runlog/rows/row_complete.h"

/* A row, not yet complete; valid until the next call. */
struct quire_rows_item {
    struct quire_runlog_row row;
    const struct quire_model_place *place; /* in what it came from */
    const char *raw;                       /* its JSON as it came; NULL: it came as a struct */
    size_t raw_size;
    bool end;        /* there is none any more */
    bool is_refused; /* with QUIRE_INPUT: this row alone, the next can be asked for */
};

/* Rows of one write: of a report, of an execution, or one by one. */
struct quire_rows {
    /* Goes to the first row. What rows share is known then. */
    int (*begin)(struct quire_rows *rows, struct quire_error *error);
    int (*next)(struct quire_rows *rows, struct quire_rows_item *item, struct quire_error *error);
    struct quire_runlog_context context; /* after begin */
    const char *run_id;                  /* of these rows, whatever they say; NULL: as they say */
};

/* --- Of models ------------------------------------------------------------------------------- */

struct quire_rows_models {
    struct quire_rows rows; /* first */
    enum quire_runlog_kind kind;
    const struct quire_runlog_models *models;
    size_t at, unit; /* unit: the report or execution */
    int64_t failed;  /* steps of an execution */
    struct quire_model_place above, place;
    struct quire_buf run, metadata;
};
/* Those of one report or execution; of rows and steps all (unit 0). */
void quire_rows_models_init(struct quire_rows_models *rows,
                            const struct quire_runlog_models *models, size_t unit);
void quire_rows_models_release(struct quire_rows_models *rows);

/* --- Of text --------------------------------------------------------------------------------- */

struct quire_rows_text;
/* Opens an object (a path, a store URL, "-"); bytes that come once are kept in a temporary without
 * a name in folder. Units are found as they are asked for. */
int quire_rows_text_open(const struct quire_runlog_text *text, struct quire_context *context,
                         struct quire_rows_text **rows, struct quire_error *error);
void quire_rows_text_close(struct quire_rows_text *rows); /* NULL is fine */
/* Makes the rows those of the next report or execution, or once all rows; *end where there is none
 * any more. *offset is where it begins, to go back to. QUIRE_INPUT where the text does not go on as
 * JSON, or as an object; the next can be asked for. */
int quire_rows_text_next_unit(struct quire_rows_text *rows, int64_t *offset, bool *end,
                              struct quire_error *error);
/* Back to a unit, of which index is its number. */
void quire_rows_text_seek_unit(struct quire_rows_text *rows, int64_t offset, int64_t index);
struct quire_rows *quire_rows_text_rows(struct quire_rows_text *rows);

/* --- For both -------------------------------------------------------------------------------- */

/* Puts what is said of the run as a whole (members without their braces, "" for none) into the
 * metadata of a row, as "run". 0 or QUIRE_MEMORY. */
int quire_rows_put_run(struct quire_buf *out, const struct quire_buf *run,
                       struct quire_runlog_row *row);
/* Appends what a context, metrics and an execution say beside their fields to such members. */
int quire_rows_run_members(const struct quire_runlog_context *context,
                           const struct quire_runlog_execution *execution, struct quire_buf *run);
/* Whether an execution has a row of its own, of phase "pipeline": where no step tells of it. */
bool quire_rows_has_pipeline(const struct quire_runlog_execution *execution, int64_t steps,
                             int64_t failed_steps);

#endif
