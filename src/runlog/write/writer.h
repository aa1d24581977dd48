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
#include "runlog/rows/row_narrow.h"
#include "runlog/rows/rows.h"
#include "runlog/write/log_target.h"
#include "runlog/write/write_rejects.h"

#define QUIRE_RUNLOG_OPERATION "write run log"

struct quire_runlog_writer {
    const struct quire_runlog_options *config;
    struct quire_runlog_options defaults; /* where no config was given */
    struct quire_runlog_writer_options options;
    char *place;
    struct quire_context *context;
    struct ArrowSchema schema; /* of run logs */
    struct quire_rules *rules; /* NULL: rows are not judged */
    struct quire_runlog_metrics metrics;
    /* What results point to */
    char *fqn, *url, *quality, *anomalies;
    char run_id[QUIRE_RUNLOG_UUID_SIZE];
    uint64_t seed;             /* of the call, for ids that are made up */
    struct quire_arena texts;  /* run_ids of failures */
    struct quire_buf failures; /* struct quire_runlog_failure */
    struct quire_buf tables;   /* struct quire_runlog_written */
};

/* The first of three texts that there is; NULL: none. */
static inline const char *quire_write_first_text(const char *a, const char *b, const char *c)
{
    return a != NULL ? a : b != NULL ? b : c;
}

int64_t quire_writer_now_us(const struct quire_runlog_writer *writer);
/* What durations are measured by. */
int64_t quire_writer_tick_us(const struct quire_runlog_writer *writer);

/* A report or execution of a call, or all of its rows. */
struct quire_write_unit {
    int64_t offset, index;
    bool failed;
    const struct quire_error *broken;   /* why it is no unit; NULL */
    int64_t rows;                       /* that are to be written */
    int64_t valid;                      /* of them, by the rules */
    int64_t rejects_begin, rejects_end; /* those of it */
    bool stands;                        /* its rows are written, or are none */
    const char *run_id;                 /* of the call, for this unit; NULL: as its rows say */
    const char *fallback;               /* run_id where nothing says one */
    const char *execution_id;           /* the same */
    const char *pipeline_id, *run_mode; /* that name is made of */
    const char *name;                   /* of the table, "schema.name" */
    size_t table;                       /* of the call's; QUIRE_WRITE_NONE: it is not known */
    size_t next;                        /* unit of the same table; QUIRE_WRITE_NONE: the last */
    struct quire_row_widths widths;     /* of its numbers, when it was looked at */
};

#define QUIRE_WRITE_NONE SIZE_MAX

/* A table that units are for. Those are a list, in their order. */
struct quire_write_table {
    const char *name; /* "schema.name"; NULL: that of the writer */
    size_t first, last;
    bool looked_at;
    struct quire_row_widths widths; /* of its numbers, when it was */
};

/* Of the rows of a batch: which report, execution or record of the input each came from. */
struct quire_write_numbers {
    int64_t before, passed; /* rows of batches before this one; of this one, when it is passed on */
    struct quire_buf batch; /* int64_t a row */
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
    struct quire_buf tables;            /* struct quire_write_table */
    struct quire_buf tables_by_name;    /* size_t, sorted */
    struct quire_arena arena;
    int64_t batch_size;
    const struct quire_runlog_context *context; /* given with the rows; NULL */
    const char *given_run_id;
    struct quire_row_defaults defaults;
    struct quire_write_rejects *rejects; /* NULL: what cannot be a row is a failure */
    struct quire_quality *quality;       /* of the call; NULL */
    bool is_judged;                      /* there is a verdict to tell of */
    int64_t told_invalid;                /* rows, when it was told */
    struct quire_write_numbers numbers;  /* of the rows that it looks at */
    struct quire_progress_task progress;
    struct quire_runlog_result *result;
    struct quire_log_target *looked; /* tables[looked_table], until it is tried; NULL */
    size_t looked_table;
    bool only_checks;
    bool run_is_noted; /* in result */
    bool may_stand;    /* a commit that failed */
    struct quire_error
        ended; /* the first commit that failed by what is not its rows; code 0: none */
};

/* A text as the value of a name=value line: as JSON has it, where it would not stand for itself
 * without quotes; cut where it is long. Returns out. */
#define QUIRE_WRITE_QUOTE_MAX 470
const char *quire_write_quote(const char *text, char out[QUIRE_WRITE_QUOTE_MAX]);

/* What is given with the rows is checked as their fields are: QUIRE_USAGE for what cannot be.
 * run_id and context may be NULL. */
int quire_write_check_given(const char *run_id, const struct quire_runlog_context *context,
                            struct quire_error *error);

/* What is no JSON is a unit, too, which is broken. */
int quire_write_find_units(struct quire_write_call *call, struct quire_error *error);
/* Gives each its run and its execution where nothing says them. */
int quire_write_name_units(struct quire_write_call *call, const char *run_id,
                           struct quire_error *error);
/* Checks all. Of several, those that cannot be written are failures, unless fail_fast. */
int quire_write_check_units(struct quire_write_call *call, struct quire_error *error);
/* Units, by their indices, that are not written, and why; the log tells of them once. */
int quire_write_note_failures(struct quire_write_call *call, const size_t *indices, size_t size,
                              const struct quire_error *why, struct quire_error *error);
struct quire_write_unit *quire_write_units(const struct quire_write_call *call);
bool quire_write_same_table(const struct quire_write_unit *a, const struct quire_write_unit *b);
/* The table of that name (NULL: the writer's), which is then one of the call's. */
int quire_write_take_table(struct quire_write_call *call, const char *name, size_t *table,
                           struct quire_error *error);
/* Puts a unit behind those of a table. */
void quire_write_join_table(struct quire_write_call *call, size_t unit, size_t table);
struct quire_write_table *quire_write_tables(const struct quire_write_call *call);
size_t quire_write_tables_size(const struct quire_write_call *call);
/* What became of a table. */
struct quire_runlog_written *quire_write_written(const struct quire_write_call *call, size_t table);
size_t quire_write_units_size(const struct quire_write_call *call);
/* Rows of a unit, at their beginning. */
int quire_write_rows(struct quire_write_call *call, const struct quire_write_unit *unit,
                     struct quire_rows **rows, struct quire_error *error);

/* Rows of units as a stream of batches of the schema of run logs. */
struct quire_write_stream_options {
    const size_t *units; /* indices */
    size_t units_size;
    int64_t file_rows_max;                 /* batches end where files do; 0: any */
    const struct quire_row_widths *widths; /* of the table's numbers; NULL: the units' */
    struct quire_write_rejects
        *rejects;     /* told of what cannot be a row; NULL: left out, or failed */
    int64_t *refused; /* how many were; may be NULL */
    struct quire_row_odd_rates *odd_rates; /* counts them; may be NULL */
    bool tells;                            /* the observer, of rows that pass */
};
/* Appends what is set apart of a row that cannot be. */
int quire_write_record(const struct quire_write_call *call, const struct quire_write_unit *unit,
                       const struct quire_rows *rows, const struct quire_rows_item *item,
                       struct quire_buf *out, struct quire_error *error);
/* options is borrowed until the stream is released. */
int quire_write_stream(struct quire_write_call *call,
                       const struct quire_write_stream_options *options,
                       struct ArrowArrayStream *stream, struct quire_error *error);

/* Checks, counts and judges the rows of a unit. */
int quire_write_check_unit(struct quire_write_call *call, size_t unit, struct quire_error *error);
/* For the verdict, once a unit could not be checked: its rows are invalid, each of them, or where
 * they cannot be read it is one invalid record. *readable says which. */
int quire_write_count_refused(struct quire_write_call *call, size_t unit, bool *readable,
                              struct quire_error *error);
/* When all units are checked: whether the verdict lets them be written, and the anomalies. */
int quire_write_judge(struct quire_write_call *call, struct quire_error *error);
/* When it is known what was written: the verdict. */
void quire_write_tell_quality(struct quire_write_call *call);
/* The anomalies, where they are looked for. (write_anomalies.c) */
int quire_write_find_anomalies(struct quire_write_call *call, struct quire_error *error);

/* Whether what is written says which table it goes to. */
static inline bool quire_write_is_named_by_rows(const struct quire_write_call *call)
{
    const struct quire_runlog_options *config = call->writer->config;
    return config->table_name_pattern != NULL || config->table_suffix_pattern != NULL;
}

/* Whether nothing is written where one cannot be. */
static inline bool quire_write_stops(const struct quire_write_call *call)
{
    return call->only_checks || call->writer->config->fail_fast;
}
/* What the tables alone can tell, before any row is written: that two units are merged by one key
 * and, for fail_fast, that a table refuses a row. */
int quire_write_try_tables(struct quire_write_call *call, struct quire_error *error);

/* Input that is empty, or not what it was taken for, is no reason to empty a table: QUIRE_INPUT
 * where a table is to be overwritten with no rows. */
int quire_write_check_some(const struct quire_write_call *call, int64_t rows,
                           struct quire_error *error);

/* The rows of units for a table as it is, without those that rules set apart and columns that the
 * table lacks. Begins zeroed. */
struct quire_write_source {
    struct quire_write_stream_options options;
    struct quire_quality *quality;
    struct ArrowArrayStream stream;
};
int quire_write_source_open(struct quire_write_call *call, const size_t *units, size_t units_size,
                            const struct quire_log_target *target,
                            struct quire_write_source *source, struct quire_error *error);
void quire_write_source_release(struct quire_write_source *source);

/* One commit of the rows of units, of one table, tried as often as is configured. */
struct quire_write_commit {
    const size_t *units;
    size_t units_size;
    int64_t rows;    /* that were written */
    int64_t version; /* of the table */
    bool committed;
    bool ignored;                                       /* the table was there already */
    int64_t rows_inserted, rows_replaced, rows_removed; /* by a merge */
    int64_t rows_of_other_phases;                       /* of those replaced or removed */
    bool may_stand; /* after a failure, too, since an answer went astray */
};
int quire_write_commit(struct quire_write_call *call, struct quire_write_commit *commit,
                       struct quire_error *error);

/* All commits, of units that have not failed. */
int quire_write_all(struct quire_write_call *call, struct quire_error *error);
/* For the metrics; each report or execution of a batch is a write. */
void quire_write_count(const struct quire_write_call *call, size_t good, size_t bad);
void quire_write_count_time(const struct quire_write_call *call, int64_t begun_us);

/* QUIRE_LIMIT where what was written took more than is configured. */
int quire_write_check_ceilings(const struct quire_runlog_writer *writer,
                               const struct quire_runlog_result *result, struct quire_error *error);

/* Where rows go: the table's URL by its name. Both are kept in the writer. */
int quire_writer_locate(struct quire_runlog_writer *writer, const char *name,
                        struct quire_error *error);

#endif
