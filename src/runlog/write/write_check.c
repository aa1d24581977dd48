/* Rows looked at before any is written: whether they can be, how many they are, and what rules say
 * of them. */
#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/observe.h"
#include "base/text.h"
#include "quality/check.h"
#include "runlog/write/writer.h"

#define OPERATION QUIRE_RUNLOG_OPERATION

/* A row that breaks a rule is told of by its place in the input. */
static int take_broken(void *user, const struct quire_reject *reject, struct quire_error *error)
{
    const struct quire_write_call *call = user;
    const struct quire_write_numbers *numbers = &call->numbers;
    struct quire_error why = *reject->error;
    size_t at = (size_t)(why.row - 1 - numbers->before) * sizeof(why.row);
    if (at < numbers->batch.size) memcpy(&why.row, numbers->batch.data + at, sizeof(why.row));
    if (call->source != NULL) quire_error_path(&why, call->source->url);
    const struct quire_reject placed = {&why, reject->record, reject->record_size};
    return quire_write_rejects_take(call->rejects, &placed, error);
}

static int begin_quality(struct quire_write_call *call, struct quire_error *error)
{
    const struct quire_runlog_writer *writer = call->writer;
    struct quire_quality_options options = {.path = NULL};
    if (writer->rules == NULL || call->quality != NULL) return 0;
    if (call->rejects != NULL) {
        options.reject = take_broken;
        options.reject_user = call;
    }
    return quire_quality_new(writer->rules, &writer->schema, &options, &call->quality, error);
}

/* Reads a stream to its end. */
static int drain(struct ArrowArrayStream *stream, int64_t *rows, struct quire_error *error)
{
    for (;;) {
        struct ArrowArray batch = {.release = NULL};
        QUIRE_TRY(quire_stream_next(stream, &batch, error));
        if (batch.release == NULL) return 0;
        *rows += batch.length;
        quire_array_release(&batch);
    }
}

struct told {
    const struct quire_write_call *call;
    const struct quire_write_unit *unit;
};

static void tell_metric(void *user, const char *name, const char *told, const char *found)
{
    const struct told *of = user;
    quire_observe_log(of->call->writer->context->observer, QUIRE_LOG_WARN,
                      "log metrics: number=%lld name=%s told=%s results=%s",
                      (long long)of->unit->index + 1, name, told, found);
}

/* Tells of what the rows of a unit say that is not what they say elsewhere, and is kept. */
static void tell_contradictions(const struct quire_write_call *call,
                                const struct quire_write_unit *unit)
{
    const struct quire_rows *rows =
        call->text != NULL ? quire_rows_text_rows(call->text) : &call->of_models.rows;
    struct told told = {call, unit};
    char first[QUIRE_WRITE_QUOTE_MAX];
    if (rows->metrics != NULL)
        quire_run_tally_compare(&rows->tally, rows->metrics, &rows->context, tell_metric, &told);
    if (rows->twice.values == 0) return;
    quire_observe_log(call->writer->context->observer, QUIRE_LOG_WARN,
                      "log twice: number=%lld values=%lld first=%s", (long long)unit->index + 1,
                      (long long)rows->twice.values,
                      quire_write_quote(rows->twice.first.cause, first));
}

static void tell_odd_rates(const struct quire_write_call *call, const struct quire_write_unit *unit,
                           const struct quire_row_odd_rates *odd)
{
    char first[QUIRE_WRITE_QUOTE_MAX];
    if (odd->rows == 0) return;
    quire_observe_log(call->writer->context->observer, QUIRE_LOG_WARN,
                      "log rates: number=%lld rows=%lld first=%s", (long long)unit->index + 1,
                      (long long)odd->rows, quire_write_quote(odd->first.cause, first));
}

/* Rows are told of by their numbers among those that were judged. */
static void begin_numbers(struct quire_write_call *call)
{
    call->numbers.before = call->quality != NULL ? call->quality->rows : 0;
    call->numbers.passed = 0;
}

static int64_t count_valid(const struct quire_write_call *call)
{
    struct quire_verdict verdict;
    quire_quality_verdict(call->quality, &verdict);
    return verdict.valid_rows;
}

int quire_write_check_unit(struct quire_write_call *call, size_t unit, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_stream_release) struct ArrowArrayStream stream = {.release = NULL};
    QUIRE_CLEANUP(quire_stream_release) struct ArrowArrayStream checked = {.release = NULL};
    struct quire_write_unit *looked_at = &quire_write_units(call)[unit];
    struct quire_row_odd_rates odd = {.rows = 0};
    int64_t refused = 0, rows = 0;
    const struct quire_write_stream_options options = {.units = &unit,
                                                       .units_size = 1,
                                                       .rejects = call->rejects,
                                                       .refused = &refused,
                                                       .odd_rates = &odd};
    QUIRE_TRY(begin_quality(call, error));
    if (call->quality != NULL) quire_quality_hold(call->quality);
    begin_numbers(call);
    if (call->rejects != NULL) looked_at->rejects_begin = quire_write_rejects_count(call->rejects);
    QUIRE_TRY(quire_write_stream(call, &options, &stream, error));
    if (call->quality != NULL) {
        int64_t before = count_valid(call);
        QUIRE_TRY(quire_stream_check(&stream, call->quality, &checked, error));
        QUIRE_TRY(drain(&checked, &rows, error));
        looked_at->valid = count_valid(call) - before;
        quire_quality_add_unreadable(call->quality, refused);
    } else {
        QUIRE_TRY(drain(&stream, &rows, error));
    }
    tell_contradictions(call, looked_at);
    tell_odd_rates(call, looked_at, &odd);
    looked_at->rows = rows;
    if (call->rejects != NULL) looked_at->rejects_end = quire_write_rejects_count(call->rejects);
    return 0;
}

/* All rows of a unit, whatever rules ask for. */
static int count_rows(struct quire_write_call *call, size_t unit, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_stream_release) struct ArrowArrayStream stream = {.release = NULL};
    int64_t refused = 0;
    const struct quire_write_stream_options options = {
        .units = &unit, .units_size = 1, .refused = &refused};
    QUIRE_TRY(quire_write_stream(call, &options, &stream, error));
    for (;;) {
        QUIRE_CLEANUP(quire_array_release) struct ArrowArray batch = {.release = NULL};
        QUIRE_TRY(quire_stream_next(&stream, &batch, error));
        if (batch.release == NULL) break;
        QUIRE_TRY(quire_quality_count(call->quality, &batch, error));
    }
    quire_quality_add_unreadable(call->quality, refused);
    return 0;
}

int quire_write_count_refused(struct quire_write_call *call, size_t unit, bool *readable,
                              struct quire_error *error)
{
    const bool broken = quire_write_units(call)[unit].broken != NULL;
    struct quire_error failed;
    quire_error_clear(&failed);
    *readable = false;
    QUIRE_TRY(begin_quality(call, error));
    if (call->quality == NULL) return 0;
    if (!broken) quire_quality_undo(call->quality);
    int64_t before = count_valid(call);
    int code = broken ? QUIRE_INPUT : count_rows(call, unit, &failed);
    *readable = code == 0;
    if (code == 0) quire_quality_refuse(call->quality, count_valid(call) - before);
    if (code == 0) return 0;
    if (code != QUIRE_INPUT) {
        if (error != NULL) *error = failed;
        return code;
    }
    if (!broken) quire_quality_undo(call->quality);
    quire_quality_add_unreadable(call->quality, 1);
    return 0;
}

/* --- The verdict ----------------------------------------------------------------------------- */

static void tell_quality(struct quire_write_call *call, const struct quire_verdict *verdict)
{
    const struct quire_runlog_writer *writer = call->writer;
    call->result->quality_results = writer->quality;
    quire_observe_log(writer->context->observer,
                      verdict->quality_passed ? QUIRE_LOG_INFO : QUIRE_LOG_WARN,
                      "log quality: passed=%s validation_rate=%.2f total_rows=%lld "
                      "invalid_rows=%lld rules_broken=%lld",
                      verdict->quality_passed ? "true" : "false", verdict->validation_rate,
                      (long long)verdict->total_rows, (long long)verdict->invalid_rows,
                      (long long)verdict->rules_broken);
}

/* Once more where a table has refused rows since. Where memory is out for that, what was known
 * before is told. */
void quire_write_tell_quality(struct quire_write_call *call)
{
    struct quire_verdict verdict;
    char *told = NULL;
    if (call->quality == NULL || !call->is_judged) return;
    quire_quality_verdict(call->quality, &verdict);
    if (call->writer->quality != NULL && call->told_invalid == verdict.invalid_rows) return;
    if (quire_quality_report(call->quality, &told, NULL) != 0) return;
    quire_free(call->writer->quality);
    call->writer->quality = told;
    if (call->writer->config->log_data_quality_results) tell_quality(call, &verdict);
}

static int judge_quality(struct quire_write_call *call, struct quire_error *error)
{
    struct quire_verdict verdict;
    if (call->quality == NULL) return 0;
    call->is_judged = true;
    quire_quality_verdict(call->quality, &verdict);
    QUIRE_TRY(quire_quality_report(call->quality, &call->writer->quality, error));
    call->told_invalid = verdict.invalid_rows;
    if (call->writer->config->log_data_quality_results) tell_quality(call, &verdict);
    if (verdict.quality_passed || call->writer->config->quality_action != QUIRE_RUNLOG_FAIL)
        return 0;
    return quire_fail(error, QUIRE_INPUT, "quality",
                      "of %lld row%s %.2f %% are valid and %.2f %% are not: at least %g %% and at "
                      "most %g %% are wanted; nothing was written",
                      (long long)verdict.total_rows, QUIRE_PLURAL(verdict.total_rows),
                      verdict.validation_rate, verdict.invalid_rows_percent,
                      verdict.min_validation_rate, verdict.max_invalid_rows_percent);
}

int quire_write_judge(struct quire_write_call *call, struct quire_error *error)
{
    QUIRE_TRY(judge_quality(call, error));
    return quire_write_find_anomalies(call, error);
}
