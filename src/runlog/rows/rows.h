/* Private to runlog: rows that come from models or from text, as often as they are asked for: once
 * to be checked, once to be written, and again where writing is tried again. */
#ifndef QUIRE_RUNLOG_ROWS_H
#define QUIRE_RUNLOG_ROWS_H

#include "quire/context.h"
#include "quire/runlog_write.h"
#include "runlog/rows/row_complete.h"
#include "runlog/rows/run_tally.h"

/* A row, not yet complete; valid until the next call. */
struct quire_rows_item {
    struct quire_runlog_row row;
    const struct quire_model_place *place;       /* in what it came from */
    const struct quire_runlog_report_step *step; /* which it came from; NULL: another model */
    const char *raw; /* its JSON as it came; NULL: it came as a struct */
    size_t raw_size;
    bool end;        /* there is none any more */
    bool is_refused; /* with QUIRE_INPUT: this row alone, the next can be asked for */
};

/* Values that are said twice, under two names, and not alike: how many, and what is to be said of
 * the first. */
struct quire_rows_twice {
    int64_t values;
    struct quire_error first;
};

/* What fields of the blocks of a report's step are called in a step and in a row. */
#define QUIRE_ROWS_BLOCK_FIELDS_MAX 8
struct quire_rows_columns {
    const struct quire_model_field *of_step[QUIRE_MODEL_BLOCKS][QUIRE_ROWS_BLOCK_FIELDS_MAX];
    const struct quire_model_field *of_row[QUIRE_MODEL_BLOCKS][QUIRE_ROWS_BLOCK_FIELDS_MAX];
    bool known;
};

/* Rows of one write: of a report, of an execution, or one by one. */
struct quire_rows {
    /* Goes to the first row. What rows share is known then. */
    int (*begin)(struct quire_rows *rows, struct quire_error *error);
    int (*next)(struct quire_rows *rows, struct quire_rows_item *item, struct quire_error *error);
    struct quire_runlog_context context;                 /* after begin */
    const struct quire_runlog_pipeline_metrics *metrics; /* of an execution; NULL: none */
    struct quire_run_tally tally;
    struct quire_rows_twice twice;
    struct quire_rows_columns columns;
};

/* --- Of models ------------------------------------------------------------------------------- */

struct quire_rows_models {
    struct quire_rows rows; /* first */
    enum quire_runlog_kind kind;
    const struct quire_runlog_models *models;
    size_t at, unit; /* unit: the report or execution */
    struct quire_model_place above, place;
    struct quire_buf run, metadata, plain, blocks;
    struct quire_name_set names; /* of the report's steps, behind their phases */
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

/* Puts what is said of the run as a whole (an object that is not closed, empty for none) into the
 * metadata of a row, as "run". 0 or QUIRE_MEMORY. */
int quire_rows_put_run(struct quire_buf *out, const struct quire_buf *run,
                       struct quire_runlog_row *row);
/* QUIRE_INPUT for a step of a report whose name its phase has had already. */
int quire_rows_check_name(struct quire_name_set *names, const struct quire_model_place *place,
                          const char *name, size_t size, struct quire_error *error);
/* Gathers what a context, metrics and an execution say beside their fields as such an object. */
int quire_rows_run_members(const struct quire_runlog_context *context,
                           const struct quire_runlog_execution *execution, struct quire_buf *run);
/* What is given with a run of what it does not say itself; given may be NULL. */
void quire_rows_fill_context(struct quire_runlog_context *context,
                             const struct quire_runlog_context *given);
/* Whether an execution has a row of its own, of phase "pipeline": where no step tells of it. */
bool quire_rows_has_pipeline(const struct quire_runlog_execution *execution,
                             const struct quire_run_tally *tally);

/* A field of an object, which stands below a place. */
struct quire_rows_said {
    const struct quire_model_place *parent;
    const struct quire_model_field *field; /* NULL: there is no such field */
    const void *object;
};
/* Notes where the two, which are one value, do not say the same. 0 or QUIRE_MEMORY, as the others.
 */
int quire_rows_note_twice(struct quire_rows *rows, const struct quire_rows_said *own,
                          const struct quire_rows_said *other);
int quire_rows_note_context(struct quire_rows *rows, const struct quire_model_place *place,
                            const struct quire_runlog_context *context);
/* The same of the one that is given beside the rows; NULL: none. */
int quire_rows_note_given(struct quire_rows *rows, const struct quire_runlog_context *context);
int quire_rows_note_step(struct quire_rows *rows, const struct quire_model_place *place,
                         const struct quire_runlog_report_step *step);
/* What a context says that no column is for, but its metadata, as an object. */
int quire_rows_context_rest(const struct quire_runlog_context *context, struct quire_buf *out);
/* Puts what the blocks of a step say, and its row does not, into the metadata of the row, which is
 * JSON. */
int quire_rows_put_blocks(struct quire_rows *rows, struct quire_buf *out,
                          const struct quire_runlog_report_step *step,
                          struct quire_runlog_row *row);

#endif
