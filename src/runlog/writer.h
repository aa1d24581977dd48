/* Private to runlog: a writer, and the parts that a write is made of.
 *
 * A call goes over its rows twice at least. First all are checked, counted and judged, so that it
 * is known what can be written before anything is; then they are written, a commit at a time, and
 * again where a commit is tried again. Ids and times that are made up are the same each time. */
#ifndef QUIRE_RUNLOG_WRITER_H
#define QUIRE_RUNLOG_WRITER_H

#include "base/context.h"
#include "base/progress.h"
#include "quire/quality.h"
#include "quire/table_write.h"
#include "runlog/rows/rows.h"

#define QUIRE_RUNLOG_OPERATION "write run log"

struct quire_runlog_writer {
    const struct quire_runlog_options *config;
    struct quire_runlog_writer_options options;
    char *place;
    struct quire_context *context;
    struct ArrowSchema schema; /* of run logs */
    struct quire_rules *rules; /* NULL: rows are not judged */
    struct quire_runlog_metrics metrics;
    /* What results point to */
    char *fqn, *url, *quality, *anomalies;
    char run_id[QUIRE_RUNLOG_UUID_SIZE];
    struct quire_arena texts;  /* run_ids of failures */
    struct quire_buf failures; /* struct quire_runlog_failure */
};

int64_t quire_writer_now_us(const struct quire_runlog_writer *writer);

/* A report or execution of a call, or all of its rows. */
struct quire_write_unit {
    int64_t offset, index;
    bool failed;
    const struct quire_error *broken;   /* why it is no unit; NULL */
    int64_t rows;                       /* that are to be written */
    const char *run_id;                 /* of the call, for this unit; NULL: as its rows say */
    const char *fallback;               /* run_id where nothing says one */
    const char *execution_id;           /* the same */
    const char *pipeline_id, *run_mode; /* that name is made of */
    const char *name;                   /* of the table, "schema.name" */
};

/* A call under way. */
struct quire_write_call {
    struct quire_runlog_writer *writer;
    const struct quire_runlog_models *models; /* or */
    const struct quire_runlog_text *source;   /* text is opened from it */
    struct quire_rows_text *text;
    enum quire_runlog_kind kind;
    struct quire_rows_models of_models; /* rows of a unit of models */
    struct quire_buf units;             /* struct quire_write_unit */
    struct quire_arena arena;
    int64_t batch_size;
    const struct quire_runlog_context *context; /* given with the rows; NULL */
    const char *given_run_id;
    struct quire_row_defaults defaults;
    struct quire_rejects *rejects; /* NULL: what cannot be a row is a failure */
    struct quire_quality *quality; /* of the call; NULL */
    struct quire_progress_task progress;
    struct quire_runlog_result *result;
    bool run_is_noted; /* in result */
};

/* What is given with the rows is checked as their fields are: QUIRE_USAGE for what cannot be.
 * run_id and context may be NULL. */
int quire_write_check_given(const char *run_id, const struct quire_runlog_context *context,
                            struct quire_error *error);

/* What is no JSON is a unit, too, which is broken. */
int quire_write_find_units(struct quire_write_call *call, struct quire_error *error);
/* A text as the value of a name=value line: as JSON has it, where it would not stand for itself
 * without quotes; cut where it is long. Returns out. */
#define QUIRE_WRITE_QUOTE_MAX 470
const char *quire_write_quote(const char *text, char out[QUIRE_WRITE_QUOTE_MAX]);

/* Gives each its run and its execution where nothing says them. */
int quire_write_name_units(struct quire_write_call *call, const char *run_id,
                           struct quire_error *error);
/* Checks all. Of several, those that cannot be written are failures, unless fail_fast. */
int quire_write_check_units(struct quire_write_call *call, struct quire_error *error);
/* A unit, by its index, that is not written, and why. */
int quire_write_note_failure(struct quire_write_call *call, size_t index,
                             const struct quire_error *why, struct quire_error *error);
struct quire_write_unit *quire_write_units(const struct quire_write_call *call);
size_t quire_write_units_size(const struct quire_write_call *call);
/* Rows of a unit, at their beginning. */
int quire_write_rows(struct quire_write_call *call, const struct quire_write_unit *unit,
                     struct quire_rows **rows, struct quire_error *error);

/* Rows of units as a stream of batches of the schema of run logs. */
struct quire_write_stream_options {
    const size_t *units; /* indices */
    size_t units_size;
    int64_t file_rows_max;           /* batches end where files do; 0: any */
    bool rounds;                     /* numbers that a table keeps as float32 are rounded to it */
    const struct ArrowSchema *table; /* NULL: a new one */
    struct quire_rejects *rejects;   /* told of what cannot be a row; NULL: left out, or failed */
    int64_t *refused;                /* how many were; may be NULL */
    bool tells;                      /* the observer, of rows that pass */
};
/* options is borrowed until the stream is released. */
int quire_write_stream(struct quire_write_call *call,
                       const struct quire_write_stream_options *options,
                       struct ArrowArrayStream *stream, struct quire_error *error);

/* Checks, counts and judges the rows of a unit. */
int quire_write_check_unit(struct quire_write_call *call, size_t unit, struct quire_error *error);
/* When all units are checked: the verdict and the anomalies. */
int quire_write_judge(struct quire_write_call *call, struct quire_error *error);

/* One commit of the rows of units, of one table, tried as often as is configured. */
struct quire_write_commit {
    const size_t *units;
    size_t units_size;
    int64_t rows;    /* that were written */
    int64_t version; /* of the table */
    bool committed;
};
int quire_write_commit(struct quire_write_call *call, struct quire_write_commit *commit,
                       struct quire_error *error);

/* Where rows go: the table's URL by its name. Both are kept in the writer. */
int quire_writer_locate(struct quire_runlog_writer *writer, const char *name,
                        struct quire_error *error);

#endif
