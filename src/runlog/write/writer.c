/* Writers: opened from a configuration, and what they count. */
#include "runlog/writer.h"

#include <string.h>
#include <sys/resource.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/time_text.h"
#include "quire/runlog_report.h"

#define OPERATION  "open run log"
#define MEMORY_MIN (INT64_C(16) << 20)

int64_t quire_writer_now_us(const struct quire_runlog_writer *writer)
{
    return writer->options.now_us != NULL ? writer->options.now_us(writer->options.user)
                                          : quire_time_wall_us();
}

/* --- Where the table is ---------------------------------------------------------------------- */

/* "schema.name" of a path's last two parts; "name" where there is one. */
static char *name_of_place(const char *place)
{
    const char *scheme = strstr(place, "://");
    const char *begin = scheme != NULL ? scheme + 3 : place, *end = place + strlen(place);
    while (end > begin && end[-1] == '/')
        end--;
    const char *name = end;
    while (name > begin && name[-1] != '/')
        name--;
    const char *folder = name > begin ? name - 1 : begin, *folder_end = folder;
    while (folder > begin && folder[-1] != '/')
        folder--;
    struct quire_buf out = {0};
    int code = 0;
    if (folder_end > folder)
        code = quire_buf_printf(&out, "%.*s.", (int)(folder_end - folder), folder);
    if (code == 0) code = quire_buf_append(&out, name, (size_t)(end - name));
    char *text = code == 0 && out.size > 0 ? quire_strndup((const char *)out.data, out.size)
                                           : quire_strdup("run_log");
    quire_buf_release(&out);
    return text;
}

int quire_writer_locate(struct quire_runlog_writer *writer, const char *name,
                        struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf url = {0};
    char *fqn = name != NULL ? quire_strdup(name) : name_of_place(writer->place);
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
    return quire_context_new(&options, &writer->context, error);
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
    if (!config->log_data_quality_results && config->quality_action == QUIRE_RUNLOG_WARN) return 0;
    QUIRE_TRY(config->quality_rules != NULL
                  ? quire_rules_read(config->quality_rules, &writer->rules, error)
                  : default_rules(writer, actions[config->quality_action], error));
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
    return quire_rules_set_limits(writer->rules, config->min_validation_rate,
                                  config->max_invalid_rows_percent, error);
}

static int open_writer(struct quire_runlog_writer *writer, struct quire_error *error)
{
    QUIRE_TRY(quire_runlog_options_check(writer->config, error));
    QUIRE_TRY(open_context(writer, error));
    QUIRE_TRY(quire_runlog_schema(&writer->schema, error));
    QUIRE_TRY(open_rules(writer, error));
    char *name = NULL;
    if (writer->config->table_name != NULL)
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
    made->config = config;
    if (options != NULL) made->options = *options;
    made->place = quire_strdup(place);
    int code = made->place != NULL ? open_writer(made, error) : quire_fail_memory(error, OPERATION);
    if (code == 0)
        *writer = made;
    else
        quire_runlog_close(made);
    return code;
}

void quire_runlog_close(struct quire_runlog_writer *writer)
{
    if (writer == NULL) return;
    quire_schema_release(&writer->schema);
    quire_rules_free(writer->rules);
    quire_context_free(writer->context);
    quire_arena_release(&writer->texts);
    quire_buf_release(&writer->failures);
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
    struct rusage usage;
    *metrics = writer->metrics;
    metrics->success_rate_percent = 100;
    if (metrics->total_writes > 0) {
        metrics->success_rate_percent =
            100.0 * (double)metrics->successful_writes / (double)metrics->total_writes;
        metrics->average_duration_secs =
            metrics->total_duration_secs / (double)metrics->total_writes;
    }
    if (getrusage(RUSAGE_SELF, &usage) == 0)
        metrics->memory_usage_peak_mb = (double)usage.ru_maxrss / 1024;
}

void quire_runlog_reset_metrics(struct quire_runlog_writer *writer)
{
    writer->metrics = (struct quire_runlog_metrics){.total_writes = 0};
}
