/* What a write may take; it stands, whatever it took. Writes that failed are told by themselves:
 * how many they may be is asked where the call has none. */
#include "base/fail.h"
#include "runlog/write/writer.h"

/* Whether so few were written that one failure alone is beyond a share, which says nothing yet; no
 * failure at all may be wanted. */
static bool one_is_too_many(const struct quire_runlog_metrics *metrics, double percent)
{
    return percent > 0 && (double)metrics->total_writes * percent < 100;
}

int quire_write_check_ceilings(const struct quire_runlog_writer *writer,
                               const struct quire_runlog_result *result, struct quire_error *error)
{
    const struct quire_runlog_options *config = writer->config;
    const struct quire_runlog_metrics *metrics = &result->metrics;
    const struct {
        const char *name;
        double value, most;
    } ceilings[] = {
        {"seconds: performance-max-secs", result->duration_secs, config->performance_max_secs},
        {"MB of memory: performance-max-memory-mb", metrics->memory_usage_peak_mb,
         config->performance_max_memory_mb},
        {"percent of writes failed: performance-min-success-rate",
         100 - metrics->success_rate_percent,
         config->performance_min_success_rate > 0 ? 100 - config->performance_min_success_rate : 0},
    };
    for (size_t i = 0; i < 3; i++) {
        bool bounded = ceilings[i].most > 0 || (i == 2 && config->performance_min_success_rate > 0);
        if (i == 2 && (result->failures_size > 0 || one_is_too_many(metrics, ceilings[i].most)))
            continue;
        if (!bounded || ceilings[i].value <= ceilings[i].most) continue;
        int code = quire_fail(error, QUIRE_LIMIT, "performance", "%.3f %s allows %g",
                              ceilings[i].value, ceilings[i].name, ceilings[i].most);
        quire_error_hint(error, "%lld %s in the table", (long long)result->rows_written,
                         result->rows_written == 1 ? "row is" : "rows are");
        return code;
    }
    return 0;
}
