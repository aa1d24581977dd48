/* Writers: opened from a configuration, and what they count. */
#include "runlog/write/writer.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/observe.h"
#include "base/pool.h"
#include "base/time_text.h"
#include "quire/runlog_report.h"
#include "quire/table.h"
#include "runlog/memory_usage.h"
#include "runlog/write/place_name.h"

#define OPERATION  "open run log"
#define MEMORY_MIN (INT64_C(16) << 20)

int64_t quire_writer_now_us(const struct quire_runlog_writer *writer)
{
    return writer->options.now_us != NULL ? writer->options.now_us(writer->options.user)
                                          : quire_time_wall_us();
}

int64_t quire_writer_tick_us(const struct quire_runlog_writer *writer)
{
    return writer->options.now_us != NULL ? writer->options.now_us(writer->options.user)
                                          : quire_time_monotonic_ns() / 1000;
}

/* --- Where the table is ---------------------------------------------------------------------- */

int quire_writer_locate(struct quire_runlog_writer *writer, const char *name,
                        struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf url = {0};
    char *fqn = name != NULL ? quire_strdup(name) : quire_place_name(writer->place);
    quire_free(writer->fqn);
    writer->fqn = fqn;
    if (fqn == NULL) return quire_fail_memory(error, OPERATION);
    int code = quire_buf_append_text(&url, writer->place);
    if (code == 0 && name != NULL) {
        size_t schema = strcspn(name, ".");
        bool slash = url.size > 0 && url.data[url.size - 1] == '/';
        code = quire_buf_printf(&url, "%s%.*s/%s", slash ? "" : "/", (int)schema, name,
                                name + schema + 1);
    }
    quire_free(writer->url);
    writer->url = code == 0 ? quire_strndup((const char *)url.data, url.size) : NULL;
    return writer->url != NULL ? 0 : quire_fail_memory(error, OPERATION);
}

/* --- Opening --------------------------------------------------------------------------------- */

static int open_context(struct quire_runlog_writer *writer, struct quire_error *error)
{
    const struct quire_runlog_options *config = writer->config;
    struct quire_context_options options = {
        .threads = writer->options.threads,
        .memory_max = writer->options.memory_max,
        .observer = writer->options.observer,
    };
    if (options.threads == 0) options.threads = (unsigned)config->parallel_write_threads;
    if (options.memory_max == 0) {
        struct quire_runlog_memory memory;
        if (quire_runlog_memory_usage(&memory, NULL) == 0) {
            double bytes = memory.available_mb * config->memory_fraction * (1 << 20);
            options.memory_max = bytes > (double)MEMORY_MIN ? (int64_t)bytes : MEMORY_MIN;
        }
    }
    QUIRE_TRY(quire_context_new(&options, &writer->context, error));
    quire_observe_log(options.observer, QUIRE_LOG_INFO, "log open: threads=%u memory_mb=%.1f",
                      quire_pool_threads(writer->context->pool),
                      (double)writer->context->budget.max / (1 << 20));
    return 0;
}

/* The default rules with the action that is configured for rows that break one. */
static int default_rules(struct quire_runlog_writer *writer, enum quire_rule_action action,
                         struct quire_error *error)
{
    struct quire_rules *given = NULL;
    QUIRE_TRY(quire_runlog_rules(NULL, &given, error));
    int code = quire_rules_new(&writer->rules, error);
    for (size_t i = 0; code == 0; i++) {
        const struct quire_rule *rule = quire_rules_at(given, i);
        if (rule == NULL) break;
        struct quire_rule copy = *rule;
        copy.on_fail = action;
        code = quire_rules_add(writer->rules, &copy, error);
    }
    quire_rules_free(given);
    return code;
}

static int open_rules(struct quire_runlog_writer *writer, struct quire_error *error)
{
    const struct quire_runlog_options *config = writer->config;
    static const enum quire_rule_action actions[] = {QUIRE_RULE_WARN, QUIRE_RULE_REJECT,
                                                     QUIRE_RULE_FAIL};
    const enum quire_rule_action action = actions[config->quality_action];
    /* Default rules that only warn have nothing to do where nobody is told. */
    if (!config->log_data_quality_results && config->quality_rules == NULL &&
        config->quality_action == QUIRE_RUNLOG_WARN)
        return 0;
    QUIRE_TRY(config->quality_rules != NULL
                  ? quire_rules_read_as(config->quality_rules, action, &writer->rules, error)
                  : default_rules(writer, action, error));
    for (size_t i = 0; config->quality_rejects == NULL; i++) {
        const struct quire_rule *rule = quire_rules_at(writer->rules, i);
        if (rule == NULL) break;
        if (rule->on_fail == QUIRE_RULE_REJECT)
            return quire_fail(
                error, QUIRE_USAGE, OPERATION,
                "the rule \"%.80s\" rejects rows, which needs quality-rejects, the file "
                "for the rows",
                rule->name);
    }
    return quire_runlog_limit_rules(config, writer->rules, error);
}

/* The upkeep of a table would delete them. */
static int check_rejects(const char *rejects, struct quire_error *error)
{
    char *table = NULL;
    if (rejects == NULL || strcmp(rejects, "-") == 0) return 0;
    QUIRE_TRY(quire_table_above(rejects, &table, error));
    if (table == NULL) return 0;
    quire_fail(error, QUIRE_USAGE, OPERATION,
               "the rejects file lies within the table %.200s: %.300s", table, rejects);
    quire_free(table);
    quire_error_hint(error, "quality-rejects is to name a file outside the table");
    return QUIRE_USAGE;
}

static int open_writer(struct quire_runlog_writer *writer, struct quire_error *error)
{
    QUIRE_TRY(quire_runlog_options_check(writer->config, error));
    QUIRE_TRY(check_rejects(writer->config->quality_rejects, error));
    QUIRE_TRY(open_context(writer, error));
    QUIRE_TRY(quire_runlog_schema(&writer->schema, error));
    QUIRE_TRY(open_rules(writer, error));
    char *name = NULL;
    if (quire_runlog_is_named(writer->config))
        QUIRE_TRY(quire_runlog_table_name(writer->config, NULL, NULL, NULL, &name, error));
    int code = quire_writer_locate(writer, name, error);
    quire_free(name);
    return code;
}

int quire_runlog_open(const char *place, const struct quire_runlog_options *config,
                      const struct quire_runlog_writer_options *options,
                      struct quire_runlog_writer **writer, struct quire_error *error)
{
    struct quire_runlog_writer *made = quire_alloc_zero(1, sizeof(*made));
    if (made == NULL) return quire_fail_memory(error, OPERATION);
    made->config = config != NULL ? config : &made->defaults;
    if (options != NULL) made->options = *options;
    made->place = quire_strdup(place);
    int code = made->place != NULL ? 0 : quire_fail_memory(error, OPERATION);
    if (code == 0) code = quire_options_init(quire_runlog_options_table(), &made->defaults, error);
    if (code == 0) code = open_writer(made, error);
    if (code == 0)
        *writer = made;
    else
        quire_runlog_close(made);
    return code;
}

void quire_runlog_close(struct quire_runlog_writer *writer)
{
    if (writer == NULL) return;
    quire_options_release(quire_runlog_options_table(), &writer->defaults);
    quire_schema_release(&writer->schema);
    quire_rules_free(writer->rules);
    quire_context_free(writer->context);
    quire_arena_release(&writer->texts);
    quire_buf_release(&writer->failures);
    quire_buf_release(&writer->tables);
    quire_free(writer->quality);
    quire_free(writer->anomalies);
    quire_free(writer->fqn);
    quire_free(writer->url);
    quire_free(writer->place);
    quire_free(writer);
}

/* --- Metrics --------------------------------------------------------------------------------- */

void quire_runlog_get_metrics(const struct quire_runlog_writer *writer,
                              struct quire_runlog_metrics *metrics)
{
    *metrics = writer->metrics;
    metrics->success_rate_percent = 100;
    if (metrics->total_writes > 0) {
        metrics->success_rate_percent =
            100.0 * (double)metrics->successful_writes / (double)metrics->total_writes;
        metrics->average_duration_secs =
            metrics->total_duration_secs / (double)metrics->total_writes;
    }
    metrics->memory_usage_peak_mb = quire_runlog_memory_peak();
}

void quire_runlog_reset_metrics(struct quire_runlog_writer *writer)
{
    writer->metrics = (struct quire_runlog_metrics){.total_writes = 0};
}
