/* Each number is held against the least and the most that the steps allow. */
#include "runlog/rows/run_tally.h"

#include <math.h>
#include <stdio.h>

#include "runlog/rows/rate_digits.h"

#define FLOAT_ERROR 1e-9 /* of a sum, in proportion */

void quire_run_tally_init(struct quire_run_tally *tally)
{
    *tally = (struct quire_run_tally){.first_start = QUIRE_RUNLOG_UNKNOWN,
                                      .last_end = QUIRE_RUNLOG_UNKNOWN};
}

/* --- Steps ----------------------------------------------------------------------------------- */

static void count(struct quire_run_count *count, int64_t value)
{
    if (value == QUIRE_RUNLOG_UNKNOWN || __builtin_add_overflow(count->sum, value, &count->sum))
        count->unknown++;
}

static void add(struct quire_run_number *number, double value)
{
    if (isnan(value)) {
        number->unknown++;
        return;
    }
    double unit = quire_rate_unit(value);
    number->sum += value;
    number->known++;
    if (unit < 1 && (number->unit == 0 || unit < number->unit)) number->unit = unit;
}

static double seconds(int64_t start, int64_t end)
{
    if (start == QUIRE_RUNLOG_UNKNOWN || end == QUIRE_RUNLOG_UNKNOWN || end < start)
        return (double)NAN;
    return (double)((uint64_t)end - (uint64_t)start) / 1e6;
}

static int64_t processed(const struct quire_runlog_step *step)
{
    int64_t sum;
    if (step->rows_processed != QUIRE_RUNLOG_UNKNOWN) return step->rows_processed;
    if (step->valid_rows == QUIRE_RUNLOG_UNKNOWN || step->invalid_rows == QUIRE_RUNLOG_UNKNOWN ||
        __builtin_add_overflow(step->valid_rows, step->invalid_rows, &sum))
        return QUIRE_RUNLOG_UNKNOWN;
    return sum;
}

static int64_t valid(const struct quire_runlog_step *step, int64_t rows)
{
    bool by_rest = step->valid_rows == QUIRE_RUNLOG_UNKNOWN && rows != QUIRE_RUNLOG_UNKNOWN &&
                   step->invalid_rows != QUIRE_RUNLOG_UNKNOWN && step->invalid_rows <= rows;
    return by_rest ? rows - step->invalid_rows : step->valid_rows;
}

void quire_run_tally_add(struct quire_run_tally *tally, const struct quire_runlog_step *step)
{
    int64_t rows = processed(step), good = valid(step, rows);
    double duration = step->duration_secs, rate = step->validation_rate;
    bool has_counts = rows != QUIRE_RUNLOG_UNKNOWN && good != QUIRE_RUNLOG_UNKNOWN;
    if (isnan(duration)) duration = seconds(step->start_time, step->end_time);
    if (isnan(rate) && has_counts) rate = rows > 0 ? (double)good * 100 / (double)rows : 100;
    tally->steps++;
    tally->succeeded += step->success > 0;
    tally->failed += step->success == 0;
    count(&tally->rows_processed, rows);
    count(&tally->rows_written, step->rows_written);
    add(&tally->durations, duration);
    add(&tally->rates, rate);
    tally->valid_rows += has_counts ? (double)good : (double)rows * rate / 100;
    if (step->start_time != QUIRE_RUNLOG_UNKNOWN &&
        (tally->first_start == QUIRE_RUNLOG_UNKNOWN || step->start_time < tally->first_start))
        tally->first_start = step->start_time;
    if (step->end_time > tally->last_end) tally->last_end = step->end_time;
}

/* --- Metrics --------------------------------------------------------------------------------- */

struct compare {
    const struct quire_run_tally *tally;
    const struct quire_runlog_pipeline_metrics *metrics;
    quire_run_tell tell;
    void *user;
};

static void tell_counts(const struct compare *compare, const char *name, int64_t told,
                        int64_t found)
{
    char texts[2][32];
    snprintf(texts[0], sizeof(texts[0]), "%lld", (long long)told);
    snprintf(texts[1], sizeof(texts[1]), "%lld", (long long)found);
    compare->tell(compare->user, name, texts[0], texts[1]);
}

static void tell_numbers(const struct compare *compare, const char *name, double told, double found)
{
    char texts[2][32];
    snprintf(texts[0], sizeof(texts[0]), "%.15g", told);
    snprintf(texts[1], sizeof(texts[1]), "%.10g", found);
    compare->tell(compare->user, name, texts[0], texts[1]);
}

static int64_t plus(int64_t a, int64_t b)
{
    int64_t sum;
    return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

/* A number of steps. below, above: how far it may be from what was found. */
static void compare_steps(const struct compare *compare, const char *name, int64_t told,
                          int64_t found, int64_t below, int64_t above)
{
    if (told == QUIRE_RUNLOG_UNKNOWN) return;
    if (told < found - below || told > plus(found, above)) tell_counts(compare, name, told, found);
}

/* Those without a result are as many as the steps have fewer results than there are steps, where
 * all that have one are counted as others. */
static void compare_skipped(const struct compare *compare)
{
    const struct quire_runlog_pipeline_metrics *metrics = compare->metrics;
    int64_t steps = compare->tally->steps, skipped = metrics->skipped_steps;
    int64_t total = metrics->total_steps, others;
    if (skipped == QUIRE_RUNLOG_UNKNOWN || compare->tally->refused > 0 || total <= steps) return;
    if (metrics->successful_steps < 0 || metrics->failed_steps < 0 ||
        __builtin_add_overflow(metrics->successful_steps, metrics->failed_steps, &others))
        return;
    if (others == steps && total - steps < skipped)
        tell_counts(compare, "skipped_steps", skipped, total - steps);
}

static void compare_all_steps(const struct compare *compare)
{
    const struct quire_run_tally *tally = compare->tally;
    const struct quire_runlog_pipeline_metrics *metrics = compare->metrics;
    int64_t skipped = metrics->skipped_steps == QUIRE_RUNLOG_UNKNOWN ? 0 : metrics->skipped_steps;
    int64_t unknown = tally->steps - tally->succeeded - tally->failed + tally->refused;
    int64_t fewer = skipped < tally->steps ? skipped : tally->steps;
    compare_steps(compare, "total_steps", metrics->total_steps, tally->steps, 0,
                  plus(skipped, tally->refused));
    compare_steps(compare, "successful_steps", metrics->successful_steps, tally->succeeded, fewer,
                  unknown);
    compare_steps(compare, "failed_steps", metrics->failed_steps, tally->failed, fewer, unknown);
    compare_skipped(compare);
}

/* Also without any step: some cannot be more than all. */
static void compare_parts(const struct compare *compare)
{
    const struct quire_runlog_pipeline_metrics *metrics = compare->metrics;
    int64_t successful = metrics->successful_steps, failed = metrics->failed_steps;
    int64_t parts = plus(successful < 0 ? 0 : successful, failed < 0 ? 0 : failed);
    if (metrics->total_steps != QUIRE_RUNLOG_UNKNOWN && parts > metrics->total_steps)
        tell_counts(compare, "total_steps", metrics->total_steps, parts);
}

static void compare_rows(const struct compare *compare, const char *name, int64_t told,
                         const struct quire_run_count *found)
{
    bool bounded = found->unknown == 0 && compare->tally->refused == 0;
    if (told == QUIRE_RUNLOG_UNKNOWN || found->unknown == compare->tally->steps) return;
    if (told < found->sum || (bounded && told > found->sum))
        tell_counts(compare, name, told, found->sum);
}

/* Whether a number is another one, rounded or cut off. */
static bool is_rounded(double told, double found, double slack)
{
    return fabs(told - found) < quire_rate_unit(told) + slack + fabs(found) * FLOAT_ERROR;
}

static void compare_duration(const struct compare *compare,
                             const struct quire_runlog_context *context)
{
    const struct quire_run_tally *tally = compare->tally;
    const struct quire_run_number *found = &tally->durations;
    double told = compare->metrics->total_duration_secs;
    double slack = (double)found->known * found->unit / 2;
    const double others[] = {context->duration_secs,
                             seconds(context->started_at, context->ended_at),
                             seconds(context->start_time, context->end_time),
                             seconds(tally->first_start, tally->last_end)};
    if (isnan(told) || found->known == 0 || found->unknown + tally->refused > 0) return;
    if (is_rounded(told, found->sum, slack)) return;
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        if (!isnan(others[i]) && is_rounded(told, others[i], 0)) return;
    tell_numbers(compare, "total_duration_secs", told, found->sum);
}

/* Steps without a rate have none, or all of their rows are valid. */
static void compare_rate(const struct compare *compare)
{
    const struct quire_run_tally *tally = compare->tally;
    const struct quire_run_number *found = &tally->rates;
    double told = compare->metrics->avg_validation_rate, slack = found->unit / 2;
    if (isnan(told) || found->known == 0 || tally->refused > 0) return;
    double mean = found->sum / (double)found->known;
    double of_all = (found->sum + 100 * (double)found->unknown) / (double)tally->steps;
    double of_rows = (double)NAN;
    if (found->unknown + tally->rows_processed.unknown == 0)
        of_rows = tally->valid_rows * 100 / (double)tally->rows_processed.sum;
    if (!is_rounded(told, mean, slack) && !is_rounded(told, of_all, slack) &&
        (isnan(of_rows) || !is_rounded(told, of_rows, slack)))
        tell_numbers(compare, "avg_validation_rate", told, mean);
}

void quire_run_tally_compare(const struct quire_run_tally *tally,
                             const struct quire_runlog_pipeline_metrics *metrics,
                             const struct quire_runlog_context *context, quire_run_tell tell,
                             void *user)
{
    const struct compare compare = {tally, metrics, tell, user};
    if (tally->steps == 0) {
        compare_parts(&compare);
        return;
    }
    compare_all_steps(&compare);
    compare_rows(&compare, "total_rows_processed", metrics->total_rows_processed,
                 &tally->rows_processed);
    compare_rows(&compare, "total_rows_written", metrics->total_rows_written, &tally->rows_written);
    compare_duration(&compare, context);
    compare_rate(&compare);
}
