/* What is out of the ordinary in what is to be written: beside all of it, and beside what the table
 * has of its steps. Rows are gone over twice, first to measure them and to note their steps, then,
 * when the tables were asked about these, to judge them. */
#include "base/cleanup.h"
#include "base/fail.h"
#include "base/observe.h"
#include "quire/runlog_report.h"
#include "runlog/anomaly/anomaly.h"
#include "runlog/anomaly/anomaly_history.h"
#include "runlog/anomaly/anomaly_steps.h"
#include "runlog/report/report_query.h"
#include "runlog/write/writer.h"

#define OPERATION QUIRE_RUNLOG_OPERATION

/* One that rows go to: a call may have several, by patterns of their names. */
struct target {
    const struct quire_write_unit *unit; /* the first of those that go there */
    struct quire_anomaly_steps *steps;
    struct quire_anomaly_history *history; /* NULL: none */
};

struct looking {
    struct quire_write_call *call;
    struct quire_anomaly_search *search;
    struct quire_buf targets; /* struct target; none where no history is asked for */
};

static struct target *targets_of(const struct looking *looking)
{
    return (struct target *)(void *)looking->targets.data;
}

static size_t targets_size(const struct looking *looking)
{
    return looking->targets.size / sizeof(struct target);
}

static void release_looking(struct looking *looking)
{
    for (size_t i = 0; i < targets_size(looking); i++) {
        quire_anomaly_steps_free(targets_of(looking)[i].steps);
        quire_anomaly_history_free(targets_of(looking)[i].history);
    }
    quire_buf_release(&looking->targets);
    quire_anomaly_search_free(looking->search);
}

static int find_target(struct looking *looking, const struct quire_write_unit *unit,
                       struct target **found, struct quire_error *error)
{
    struct target made = {.unit = unit};
    for (size_t i = 0; i < targets_size(looking); i++) {
        *found = &targets_of(looking)[i];
        if (quire_write_same_table((*found)->unit, unit)) return 0;
    }
    QUIRE_TRY(quire_anomaly_steps_new(&made.steps, error));
    if (quire_buf_append(&looking->targets, &made, sizeof(made)) != 0) {
        quire_anomaly_steps_free(made.steps);
        return quire_fail_memory(error, OPERATION);
    }
    *found = &targets_of(looking)[targets_size(looking) - 1];
    return 0;
}

/* --- Over the rows -------------------------------------------------------------------------- */

/* target: where they go; NULL where that does not matter. */
typedef int look(struct looking *looking, struct target *target, const struct ArrowArray *batch,
                 struct quire_error *error);

static int measure(struct looking *looking, struct target *target, const struct ArrowArray *batch,
                   struct quire_error *error)
{
    QUIRE_TRY(quire_anomaly_measure(looking->search, batch, error));
    return target != NULL ? quire_anomaly_note_steps(looking->search, target->steps, error) : 0;
}

static int judge(struct looking *looking, struct target *target, const struct ArrowArray *batch,
                 struct quire_error *error)
{
    quire_anomaly_set_history(looking->search, target != NULL ? target->history : NULL);
    return quire_anomaly_judge(looking->search, batch, error);
}

static int look_at_all(struct looking *looking, look *look_at, struct quire_error *error)
{
    struct quire_write_call *call = looking->call;
    bool aside = call->writer->config->anomaly_history_days > 0;
    for (size_t i = 0; i < quire_write_units_size(call); i++) {
        QUIRE_CLEANUP(quire_stream_release) struct ArrowArrayStream stream = {.release = NULL};
        const struct quire_write_stream_options options = {.units = &i, .units_size = 1};
        const struct quire_write_unit *unit = &quire_write_units(call)[i];
        struct target *target = NULL;
        if (unit->failed) continue;
        if (aside) QUIRE_TRY(find_target(looking, unit, &target, error));
        QUIRE_TRY(quire_write_stream(call, &options, &stream, error));
        for (;;) {
            QUIRE_CLEANUP(quire_array_release) struct ArrowArray batch = {.release = NULL};
            QUIRE_TRY(quire_stream_next(&stream, &batch, error));
            if (batch.release == NULL) break;
            QUIRE_TRY(look_at(looking, target, &batch, error));
        }
    }
    return 0;
}

/* --- The tables ----------------------------------------------------------------------------- */

/* A table that is not there yet has no history, nor has one without a time; whether rows can be
 * written to it is told when they are. */
static int open_report(const struct quire_runlog_writer *writer, struct quire_report *report,
                       bool *is_there, struct quire_error *error)
{
    const struct quire_runlog_report_options options = {
        .days = writer->config->anomaly_history_days,
        .now_us = quire_writer_now_us(writer),
        .context = writer->context,
    };
    struct quire_error failed;
    quire_error_clear(&failed);
    int code = quire_report_open(writer->url, &options, options.days, report, &failed);
    *is_there = code == 0;
    if (code == 0 || code == QUIRE_NOT_FOUND || code == QUIRE_INPUT) return 0;
    if (error != NULL) *error = failed;
    return code;
}

static int ask_target(struct looking *looking, struct target *target, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_report_release) struct quire_report report = {.url = NULL};
    struct quire_runlog_writer *writer = looking->call->writer;
    bool is_there;
    const char *name = target->unit->name;
    if (name != NULL) QUIRE_TRY(quire_writer_locate(writer, name, error));
    QUIRE_TRY(open_report(writer, &report, &is_there, error));
    if (!is_there) return 0;
    QUIRE_TRY(quire_anomaly_history_of(&report, target->steps, &target->history, error));
    return quire_anomaly_steps_judge(target->steps, &report, quire_anomaly_found(looking->search),
                                     error);
}

/* --- All of it ------------------------------------------------------------------------------ */

static int tell(const struct looking *looking, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
    struct quire_runlog_writer *writer = looking->call->writer;
    struct quire_json_writer json = quire_json_writer_to(&out);
    int64_t count = quire_anomaly_count(looking->search);
    quire_json_writer_begin_object(&json);
    quire_anomaly_write(looking->search, &json);
    quire_json_writer_end_object(&json);
    if (quire_json_writer_finish(&json) != 0) return quire_fail_memory(error, OPERATION);
    writer->anomalies = quire_strndup((const char *)out.data, out.size);
    if (writer->anomalies == NULL) return quire_fail_memory(error, OPERATION);
    looking->call->result->anomaly_results = writer->anomalies;
    quire_observe_log(writer->context->observer, count > 0 ? QUIRE_LOG_WARN : QUIRE_LOG_INFO,
                      "log anomalies: count=%lld", (long long)count);
    return 0;
}

int quire_write_find_anomalies(struct quire_write_call *call, struct quire_error *error)
{
    const struct quire_runlog_writer *writer = call->writer;
    QUIRE_CLEANUP(release_looking) struct looking looking = {.call = call};
    const double rate = writer->config->min_validation_rate;
    /* Below 0 nothing is; to a search 0 is the default. */
    const struct quire_anomaly_options options = {.min_validation_rate = rate > 0 ? rate : -1};
    if (!writer->config->enable_anomaly_detection) return 0;
    QUIRE_TRY(quire_anomaly_search_new(&writer->schema, &options, &looking.search, error));
    QUIRE_TRY(look_at_all(&looking, measure, error));
    for (size_t i = 0; i < targets_size(&looking); i++)
        QUIRE_TRY(ask_target(&looking, &targets_of(&looking)[i], error));
    QUIRE_TRY(look_at_all(&looking, judge, error));
    return tell(&looking, error);
}
