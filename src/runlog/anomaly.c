/* Thresholds are multiples of means, so one pass must end before the other begins. */
#include "runlog/anomaly/anomaly.h"

#include <math.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "quire/runlog_report.h"
#include "runlog/anomaly/anomaly_history.h"
#include "runlog/anomaly/anomaly_list.h"
#include "runlog/anomaly/anomaly_rules.h"

#define OPERATION "anomalies"

/* Iglewicz and Hoaglin, "How to Detect and Handle Outliers": a modified z-score,
 * 0.6745 · (x − median) / MAD, beyond 3.5. */
#define SCORES           (3.5 / 0.6745)
#define RATE_SIGMAS      2.0
#define HISTORY_ROWS_MIN 5 /* a step of fewer has no history */
#define STEP_MEAN_MIN    90.0
#define STEP_SPREAD_MAX  10.0
#define STEP_DROP_MAX    10.0

enum column { DURATION, RATE, ROWS, RUN, PHASE, STEP, CREATED, COLUMNS };
static const char *const column_names[COLUMNS] = {
    "duration_secs", "validation_rate", "rows_processed", "run_id",
    "phase",         "step_name",       "created_at",
};

struct mean {
    double sum;
    int64_t count;
};

struct quire_anomaly_search {
    double rate_min;
    const struct quire_anomaly_history *history;
    struct quire_quality *quality; /* of the rules; NULL: none */
    struct quire_field *field;
    struct quire_view *view;
    const struct quire_view *columns[COLUMNS]; /* NULL: not there */
    struct mean duration, rows;
    double duration_max, rows_max; /* thresholds, from the means */
    int64_t rows_before;           /* judged in batches before */
    struct quire_anomaly_list list;
};

/* --- Making --------------------------------------------------------------------------------- */

static bool is_of_kind(enum column column, const struct quire_field *field)
{
    if (column == CREATED) return field->kind == QUIRE_KIND_TIMESTAMP;
    if (column >= RUN) return quire_kind_is_string(field->kind);
    return quire_kind_is_integer(field->kind) || field->kind == QUIRE_KIND_FLOAT64 ||
           field->kind == QUIRE_KIND_FLOAT32;
}

static int find_columns(struct quire_anomaly_search *search, struct quire_error *error)
{
    for (size_t i = 0; i < COLUMNS; i++) {
        int64_t at = quire_field_child(search->field, column_names[i], strlen(column_names[i]));
        if (at < 0) continue;
        if (!is_of_kind((enum column)i, &search->field->children[at]))
            return quire_fail(error, QUIRE_INPUT, OPERATION,
                              "the column %s has another type than that of a run log",
                              column_names[i]);
        search->columns[i] = &search->view->children[at];
    }
    return 0;
}

static void free_search(struct quire_anomaly_search **search)
{
    quire_anomaly_search_free(*search);
}

/* What a history says of steps as such. */
static void list_steps(struct quire_anomaly_search *search);

int quire_anomaly_search_new(const struct ArrowSchema *schema,
                             const struct quire_anomaly_options *options,
                             struct quire_anomaly_search **search, struct quire_error *error)
{
    static const struct quire_anomaly_options defaults = {.limit = 0};
    if (options == NULL) options = &defaults;
    QUIRE_CLEANUP(free_search)
    struct quire_anomaly_search *made = quire_alloc_zero(1, sizeof(*made));
    if (made == NULL) return quire_fail_memory(error, OPERATION);
    made->list.limit = options->limit > 0 ? options->limit : QUIRE_RUNLOG_ANOMALIES_MAX;
    made->rate_min = options->min_validation_rate;
    if (!(made->rate_min < 0 || made->rate_min > 0)) made->rate_min = QUIRE_ANOMALY_RATE_MIN;
    const struct quire_quality_options checking = {.path = options->path};
    if (options->rules != NULL)
        QUIRE_TRY(quire_quality_new(options->rules, schema, &checking, &made->quality, error));
    made->history = options->history;
    made->duration_max = made->rows_max = (double)INFINITY;
    QUIRE_TRY(quire_field_open(schema, &made->field, error));
    QUIRE_TRY(quire_view_new(made->field, &made->view, error));
    QUIRE_TRY(find_columns(made, error));
    if (made->history != NULL) list_steps(made);
    *search = QUIRE_STEAL(made);
    return 0;
}

void quire_anomaly_search_free(struct quire_anomaly_search *search)
{
    if (search == NULL) return;
    quire_view_free(search->view);
    quire_field_close(search->field);
    quire_quality_free(search->quality);
    quire_anomaly_list_release(&search->list);
    quire_free(search);
}

/* --- Values --------------------------------------------------------------------------------- */

static bool number_at(const struct quire_anomaly_search *search, enum column column, int64_t row,
                      double *value)
{
    const struct quire_view *view = search->columns[column];
    if (view == NULL || quire_view_is_null(view, row)) return false;
    if (view->field->kind == QUIRE_KIND_FLOAT64)
        *value = *(const double *)quire_view_fixed(view, row);
    else if (view->field->kind == QUIRE_KIND_FLOAT32)
        *value = (double)*(const float *)quire_view_fixed(view, row);
    else
        *value = (double)quire_view_i64(view, row);
    return !isnan(*value);
}

static struct quire_bytes text_at(const struct quire_anomaly_search *search, enum column column,
                                  int64_t row)
{
    const struct quire_view *view = search->columns[column];
    if (view == NULL || quire_view_is_null(view, row)) return (struct quire_bytes){NULL, 0};
    return quire_view_bytes(view, row);
}

/* --- Measuring ------------------------------------------------------------------------------ */

static void add_values(const struct quire_anomaly_search *search, enum column column,
                       struct mean *mean)
{
    double value;
    for (int64_t row = 0; row < search->view->length; row++) {
        if (!number_at(search, column, row, &value)) continue;
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
    QUIRE_TRY(quire_view_set(search->view, batch, error));
    add_values(search, DURATION, &search->duration);
    add_values(search, ROWS, &search->rows);
    quire_anomaly_set_means(search, mean_of(&search->duration), mean_of(&search->rows));
    return 0;
}

/* --- Judging -------------------------------------------------------------------------------- */

/* What a finding of a row says beside its type, value and threshold or rule. */
static void list_finding(struct quire_anomaly_search *search, int64_t row,
                         struct quire_anomaly_finding finding)
{
    finding.row_index = search->rows_before + row;
    finding.run_id = text_at(search, RUN, row);
    finding.phase = text_at(search, PHASE, row);
    finding.step_name = text_at(search, STEP, row);
    finding.time = search->columns[CREATED];
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

static void judge_step(struct quire_anomaly_search *search, int64_t row)
{
    const struct quire_anomaly_step *step = quire_anomaly_history_find(
        search->history, text_at(search, PHASE, row), text_at(search, STEP, row));
    double value;
    if (step == NULL || step->rows < HISTORY_ROWS_MIN) return;
    double duration_max = step->duration_median + SCORES * step->duration_mad;
    double rate_min = step->rate_mean - RATE_SIGMAS * step->rate_stddev;
    if (step->duration_mad > 0 && number_at(search, DURATION, row, &value) && value > duration_max)
        list_row(search, QUIRE_ANOMALY_STEP_DURATION, row, value, duration_max);
    if (step->rate_stddev > 0 && number_at(search, RATE, row, &value) && value < rate_min)
        list_row(search, QUIRE_ANOMALY_STEP_RATE, row, value, rate_min);
}

static void judge_row(struct quire_anomaly_search *search, int64_t row)
{
    double value;
    if (number_at(search, DURATION, row, &value) && value > search->duration_max)
        list_row(search, QUIRE_ANOMALY_DURATION, row, value, search->duration_max);
    if (number_at(search, RATE, row, &value) && value < search->rate_min)
        list_row(search, QUIRE_ANOMALY_RATE, row, value, search->rate_min);
    if (number_at(search, ROWS, row, &value) && value > search->rows_max)
        list_row(search, QUIRE_ANOMALY_ROWS, row, value, search->rows_max);
    if (search->history != NULL) judge_step(search, row);
}

static void list_broken(void *user, int64_t row, const struct quire_rule *rule)
{
    list_finding(user, row,
                 (struct quire_anomaly_finding){.type = QUIRE_ANOMALY_RULE, .rule = rule});
}

int quire_anomaly_judge(struct quire_anomaly_search *search, const struct ArrowArray *batch,
                        struct quire_error *error)
{
    QUIRE_TRY(quire_view_set(search->view, batch, error));
    for (int64_t row = 0; row < search->view->length; row++)
        judge_row(search, row);
    if (search->quality != NULL)
        QUIRE_TRY(quire_anomaly_rules_judge(search->quality, batch, list_broken, search, error));
    search->rows_before += search->view->length;
    return search->list.code == 0 ? 0 : quire_fail_memory(error, OPERATION);
}

/* --- Steps ---------------------------------------------------------------------------------- */

static struct quire_bytes bytes_of(const char *text)
{
    return (struct quire_bytes){(const uint8_t *)text, strlen(text)};
}

static void list_step(struct quire_anomaly_search *search, enum quire_anomaly_type type,
                      const char *phase, const char *step_name, const char *day, double value,
                      double threshold)
{
    const struct quire_anomaly_finding finding = {
        .type = type,
        .value = value,
        .threshold = threshold,
        .row_index = -1,
        .phase = bytes_of(phase),
        .step_name = bytes_of(step_name),
        .day = day,
    };
    quire_anomaly_list_add(&search->list, &finding);
}

static void list_steps(struct quire_anomaly_search *search)
{
    const struct quire_anomaly_step *step;
    const struct quire_anomaly_drop *drop;
    for (size_t i = 0; (step = quire_anomaly_history_at(search->history, i)) != NULL; i++) {
        if (step->rate_mean < STEP_MEAN_MIN)
            list_step(search, QUIRE_ANOMALY_STEP_MEAN, step->phase, step->step_name, NULL,
                      step->rate_mean, STEP_MEAN_MIN);
        if (step->rate_stddev > STEP_SPREAD_MAX)
            list_step(search, QUIRE_ANOMALY_STEP_SPREAD, step->phase, step->step_name, NULL,
                      step->rate_stddev, STEP_SPREAD_MAX);
    }
    for (size_t i = 0; (drop = quire_anomaly_history_drop(search->history, i)) != NULL; i++)
        list_step(search, QUIRE_ANOMALY_STEP_DROP, drop->phase, drop->step_name, drop->day,
                  drop->rate, drop->rate_before - STEP_DROP_MAX);
}

/* --- The result ----------------------------------------------------------------------------- */

int64_t quire_anomaly_count(const struct quire_anomaly_search *search)
{
    return search->list.count;
}

void quire_anomaly_write(const struct quire_anomaly_search *search,
                         struct quire_json_writer *writer)
{
    const struct quire_anomaly_list *list = &search->list;
    quire_json_writer_key(writer, "anomalies_detected");
    quire_json_writer_bool(writer, list->count > 0);
    quire_json_writer_key(writer, "anomaly_count");
    quire_json_writer_i64(writer, list->count);
    quire_json_writer_key(writer, "anomalies");
    if (list->code != 0) { /* told by the last call that judged; here it is what is sticky */
        writer->code = list->code;
        return;
    }
    quire_json_writer_begin_array(writer);
    quire_anomaly_list_write(list, writer);
    quire_json_writer_end_array(writer);
}
