/* Thresholds are multiples of means, so one pass must end before the other begins. */
#include "runlog/anomaly/anomaly.h"

#include <math.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "quire/runlog_report.h"
#include "runlog/anomaly/anomaly_bounds.h"
#include "runlog/anomaly/anomaly_columns.h"
#include "runlog/anomaly/anomaly_history.h"
#include "runlog/anomaly/anomaly_list.h"
#include "runlog/anomaly/anomaly_rules.h"
#include "runlog/anomaly/anomaly_steps.h"

#define OPERATION "anomalies"

struct mean {
    double sum;
    int64_t count;
};

struct quire_anomaly_search {
    double rate_min;
    const struct quire_anomaly_history *history;
    struct quire_quality *quality; /* of the rules; NULL: none */
    struct quire_anomaly_columns columns;
    struct mean duration, rows;
    double duration_max, rows_max; /* thresholds, from the means */
    int64_t rows_before;           /* judged in batches before */
    struct quire_anomaly_list list;
    uint8_t *marks; /* of the rows of a batch that may be out of the ordinary */
    int64_t marks_capacity;
};

/* --- Making --------------------------------------------------------------------------------- */

static void free_search(struct quire_anomaly_search **search)
{
    quire_anomaly_search_free(*search);
}

int quire_anomaly_search_new(const struct ArrowSchema *schema,
                             const struct quire_anomaly_options *options,
                             struct quire_anomaly_search **search, struct quire_error *error)
{
    static const struct quire_anomaly_options defaults = {.limit = 0};
    if (options == NULL) options = &defaults;
    QUIRE_CLEANUP(free_search)
    struct quire_anomaly_search *made = quire_alloc_zero(1, sizeof(*made));
    if (made == NULL) return quire_fail_memory(error, OPERATION);
    made->list.limit = options->limit > 0    ? options->limit
                       : options->limit == 0 ? QUIRE_RUNLOG_ANOMALIES_MAX
                                             : 0;
    made->rate_min = options->min_validation_rate;
    if (!(made->rate_min < 0 || made->rate_min > 0)) made->rate_min = QUIRE_ANOMALY_RATE_MIN;
    const struct quire_quality_options checking = {.path = options->path};
    if (options->rules != NULL)
        QUIRE_TRY(quire_quality_new(options->rules, schema, &checking, &made->quality, error));
    made->history = options->history;
    made->duration_max = made->rows_max = (double)INFINITY;
    QUIRE_TRY(quire_anomaly_columns_open(schema, &made->columns, error));
    if (made->history != NULL) quire_anomaly_history_list(made->history, &made->list);
    *search = QUIRE_STEAL(made);
    return 0;
}

void quire_anomaly_search_free(struct quire_anomaly_search *search)
{
    if (search == NULL) return;
    quire_anomaly_columns_release(&search->columns);
    quire_quality_free(search->quality);
    quire_anomaly_list_release(&search->list);
    quire_free(search->marks);
    quire_free(search);
}

/* --- Measuring ------------------------------------------------------------------------------ */

static void add_values(const struct quire_anomaly_search *search, enum quire_anomaly_column column,
                       struct mean *mean)
{
    double value;
    for (int64_t row = 0; row < search->columns.view->length; row++) {
        if (!quire_anomaly_number(&search->columns, column, row, &value)) continue;
        mean->sum += value;
        mean->count++;
    }
}

static double mean_of(const struct mean *mean)
{
    return mean->count > 0 ? mean->sum / (double)mean->count : (double)INFINITY;
}

void quire_anomaly_set_means(struct quire_anomaly_search *search, double duration_secs,
                             double rows_processed)
{
    search->duration_max = QUIRE_ANOMALY_DURATION_TIMES * duration_secs;
    search->rows_max = QUIRE_ANOMALY_ROWS_TIMES * rows_processed;
}

int quire_anomaly_measure(struct quire_anomaly_search *search, const struct ArrowArray *batch,
                          struct quire_error *error)
{
    QUIRE_TRY(quire_view_set(search->columns.view, batch, error));
    add_values(search, QUIRE_ANOMALY_COLUMN_DURATION, &search->duration);
    add_values(search, QUIRE_ANOMALY_COLUMN_ROWS, &search->rows);
    quire_anomaly_set_means(search, mean_of(&search->duration), mean_of(&search->rows));
    return 0;
}

int quire_anomaly_note_steps(const struct quire_anomaly_search *search,
                             struct quire_anomaly_steps *steps, struct quire_error *error)
{
    double rate;
    for (int64_t row = 0; row < search->columns.view->length; row++) {
        struct quire_bytes phase = quire_anomaly_text(&search->columns, QUIRE_ANOMALY_COLUMN_PHASE,
                                                      row),
                           step =
                               quire_anomaly_text(&search->columns, QUIRE_ANOMALY_COLUMN_STEP, row);
        const struct quire_view *time = search->columns.columns[QUIRE_ANOMALY_COLUMN_CREATED];
        bool known = phase.data != NULL && step.data != NULL && time != NULL &&
                     !quire_view_is_null(time, row) &&
                     quire_anomaly_number(&search->columns, QUIRE_ANOMALY_COLUMN_RATE, row, &rate);
        if (known && quire_anomaly_steps_note(steps, phase, step, quire_view_i64(time, row), rate))
            return quire_fail_memory(error, OPERATION);
    }
    return 0;
}

/* --- Judging -------------------------------------------------------------------------------- */

void quire_anomaly_set_history(struct quire_anomaly_search *search,
                               const struct quire_anomaly_history *history)
{
    search->history = history;
}

struct quire_anomaly_list *quire_anomaly_found(struct quire_anomaly_search *search)
{
    return &search->list;
}

/* What a finding of a row says beside its type, value and threshold or rule. */
static void list_finding(struct quire_anomaly_search *search, int64_t row,
                         struct quire_anomaly_finding finding)
{
    finding.row_index = search->rows_before + row;
    finding.run_id = quire_anomaly_text(&search->columns, QUIRE_ANOMALY_COLUMN_RUN, row);
    finding.phase = quire_anomaly_text(&search->columns, QUIRE_ANOMALY_COLUMN_PHASE, row);
    finding.step_name = quire_anomaly_text(&search->columns, QUIRE_ANOMALY_COLUMN_STEP, row);
    finding.time = quire_anomaly_time(&search->columns, row);
    finding.row = row;
    quire_anomaly_list_add(&search->list, &finding);
}

static void list_row(struct quire_anomaly_search *search, enum quire_anomaly_type type, int64_t row,
                     double value, double threshold)
{
    list_finding(
        search, row,
        (struct quire_anomaly_finding){.type = type, .value = value, .threshold = threshold});
}

/* The most that is not out of the ordinary. Where all values are the same it is that value. */
static double most_of(const struct quire_anomaly_middle *middle)
{
    double sigma = middle->mad > 0 ? middle->mad / QUIRE_ANOMALY_MAD_SIGMAS
                                   : middle->mean_distance * QUIRE_ANOMALY_MEAN_SIGMAS;
    return middle->median + QUIRE_ANOMALY_SCORE_MAX * sigma;
}

static void judge_middle(struct quire_anomaly_search *search, enum quire_anomaly_column column,
                         const struct quire_anomaly_middle *middle, enum quire_anomaly_type type,
                         int64_t row)
{
    double value, most = most_of(middle);
    if (middle->count < QUIRE_ANOMALY_HISTORY_MIN) return;
    if (quire_anomaly_number(&search->columns, column, row, &value) && value > most)
        list_row(search, type, row, value, most);
}

static void judge_rate(struct quire_anomaly_search *search, const struct quire_anomaly_mean *rate,
                       int64_t row)
{
    double value, least = rate->mean - QUIRE_ANOMALY_RATE_SIGMAS * rate->stddev;
    if (rate->count < QUIRE_ANOMALY_HISTORY_MIN) return;
    if (quire_anomaly_number(&search->columns, QUIRE_ANOMALY_COLUMN_RATE, row, &value) &&
        value < least - QUIRE_ANOMALY_RATE_ROUND)
        list_row(search, QUIRE_ANOMALY_STEP_RATE, row, value, least);
}

static void judge_step(struct quire_anomaly_search *search, int64_t row)
{
    const struct quire_anomaly_step *step = quire_anomaly_history_find(
        search->history, quire_anomaly_text(&search->columns, QUIRE_ANOMALY_COLUMN_PHASE, row),
        quire_anomaly_text(&search->columns, QUIRE_ANOMALY_COLUMN_STEP, row));
    if (step == NULL) return;
    judge_middle(search, QUIRE_ANOMALY_COLUMN_DURATION, &step->duration,
                 QUIRE_ANOMALY_STEP_DURATION, row);
    judge_rate(search, &step->rate, row);
    judge_middle(search, QUIRE_ANOMALY_COLUMN_ROWS, &step->rows, QUIRE_ANOMALY_STEP_ROWS, row);
}

static void judge_row(struct quire_anomaly_search *search, int64_t row)
{
    double value;
    if (quire_anomaly_number(&search->columns, QUIRE_ANOMALY_COLUMN_DURATION, row, &value) &&
        value > search->duration_max)
        list_row(search, QUIRE_ANOMALY_DURATION, row, value, search->duration_max);
    if (quire_anomaly_number(&search->columns, QUIRE_ANOMALY_COLUMN_RATE, row, &value) &&
        value < search->rate_min)
        list_row(search, QUIRE_ANOMALY_RATE, row, value, search->rate_min);
    if (quire_anomaly_number(&search->columns, QUIRE_ANOMALY_COLUMN_ROWS, row, &value) &&
        value > search->rows_max)
        list_row(search, QUIRE_ANOMALY_ROWS, row, value, search->rows_max);
    if (search->history != NULL) judge_step(search, row);
}

/* Which rows may be out of the ordinary: of null ones it does not matter. */
#define MARK(type, compare)                                                           \
    do {                                                                              \
        const type *values = (const type *)view->values + view->offset;               \
        for (int64_t row = 0; row < view->length; row++)                              \
            marks[row] = (uint8_t)(marks[row] | ((double)values[row] compare bound)); \
    } while (false)

static void mark_column(const struct quire_view *view, double bound, bool below, uint8_t *marks)
{
    if (view == NULL) return;
    if (view->field->kind == QUIRE_KIND_FLOAT64 && below)
        MARK(double, <);
    else if (view->field->kind == QUIRE_KIND_FLOAT64)
        MARK(double, >);
    else if (view->field->kind == QUIRE_KIND_INT64 && !below)
        MARK(int64_t, >);
    else
        memset(marks, 1, (size_t)view->length);
}

/* QUIRE_MEMORY: each row is to be looked at. */
static int mark_rows(struct quire_anomaly_search *search)
{
    int64_t rows = search->columns.view->length;
    if (rows == 0) return 0;
    if (rows > search->marks_capacity) {
        quire_free(search->marks);
        search->marks_capacity = 0;
        search->marks = quire_alloc((size_t)rows);
        if (search->marks == NULL) return QUIRE_MEMORY;
        search->marks_capacity = rows;
    }
    const struct quire_view *const *columns = search->columns.columns;
    memset(search->marks, 0, (size_t)rows);
    mark_column(columns[QUIRE_ANOMALY_COLUMN_DURATION], search->duration_max, false, search->marks);
    mark_column(columns[QUIRE_ANOMALY_COLUMN_RATE], search->rate_min, true, search->marks);
    mark_column(columns[QUIRE_ANOMALY_COLUMN_ROWS], search->rows_max, false, search->marks);
    return 0;
}

static void list_broken(void *user, int64_t row, const struct quire_rule *rule)
{
    list_finding(user, row,
                 (struct quire_anomaly_finding){.type = QUIRE_ANOMALY_RULE, .rule = rule});
}

int quire_anomaly_judge(struct quire_anomaly_search *search, const struct ArrowArray *batch,
                        struct quire_error *error)
{
    QUIRE_TRY(quire_view_set(search->columns.view, batch, error));
    if (search->history != NULL || mark_rows(search) != 0) {
        for (int64_t row = 0; row < search->columns.view->length; row++)
            judge_row(search, row);
    } else {
        for (int64_t row = 0; row < search->columns.view->length; row++)
            if (search->marks[row] != 0) judge_row(search, row);
    }
    if (search->quality != NULL)
        QUIRE_TRY(quire_anomaly_rules_judge(search->quality, batch, list_broken, search, error));
    search->rows_before += search->columns.view->length;
    return search->list.code == 0 ? 0 : quire_fail_memory(error, OPERATION);
}

/* --- The result ----------------------------------------------------------------------------- */

int64_t quire_anomaly_count(const struct quire_anomaly_search *search)
{
    return search->list.count;
}

void quire_anomaly_write_count(const struct quire_anomaly_search *search,
                               struct quire_json_writer *writer)
{
    quire_json_writer_key(writer, "anomalies_detected");
    quire_json_writer_bool(writer, search->list.count > 0);
    quire_json_writer_key(writer, "anomaly_count");
    quire_json_writer_i64(writer, search->list.count);
}

void quire_anomaly_write(const struct quire_anomaly_search *search,
                         struct quire_json_writer *writer)
{
    const struct quire_anomaly_list *list = &search->list;
    quire_anomaly_write_count(search, writer);
    quire_json_writer_key(writer, "anomalies");
    if (list->code != 0) { /* told by the last call that judged; here it is what is sticky */
        writer->code = list->code;
        return;
    }
    quire_json_writer_begin_array(writer);
    quire_anomaly_list_write(list, writer);
    quire_json_writer_end_array(writer);
}
