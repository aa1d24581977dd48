/* What a table has of a run log's columns decides how rows go in: a table of SparkForge has
 * numbers of 32 bits, one that was made before a column came lacks it. Nothing is done to a table
 * unasked that its own readers would not know. */
#include "runlog/write/log_target.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/fail.h"
#include "runlog/runlog_schema.h"
#include "table/log/snapshot.h"
#include "table/place_check.h"
#include "table/schema/delta_schema.h"
#include "table/schema/features_upkeep.h"

#define OPERATION       "write run log"
#define NAMES_BYTES_MAX 300 /* beyond it columns are counted, not named */

/* Columns that run logs are searched by; the others are long texts and figures. Not "success":
 * Spark changes no metadata of a table that keeps statistics of booleans by name. */
static const char *const searched[] = {
    "run_id",         "run_mode",     "run_started_at",  "run_ended_at",
    "execution_id",   "pipeline_id",  "schema",          "phase",
    "step_name",      "start_time",   "end_time",        "duration_secs",
    "rows_processed", "rows_written", "validation_rate", "created_at",
};

static void close_snapshot(struct quire_snapshot **snapshot)
{
    quire_snapshot_free(*snapshot);
}

void quire_log_target_free(struct quire_log_target *target)
{
    if (target == NULL) return;
    quire_schema_release(&target->schema);
    quire_free(target->columns);
    for (size_t i = 0; i < target->partitions_size; i++)
        quire_free(target->partitions[i]);
    quire_free(target->partitions);
    quire_free(target->stats);
    quire_free(target->compression);
    quire_free(target);
}

/* --- A table that is there ------------------------------------------------------------------- */

static const struct ArrowSchema *find_column(const struct ArrowSchema *schema, const char *name)
{
    for (int64_t i = 0; i < schema->n_children; i++)
        if (strcmp(schema->children[i]->name, name) == 0) return schema->children[i];
    return NULL;
}

enum fit { FITS, NARROWER, OTHER };

static enum fit compare_types(const char *wanted, const char *have)
{
    if (strcmp(wanted, have) == 0) return FITS;
    if (wanted[0] == 'l') return strchr("csi", have[0]) != NULL ? NARROWER : OTHER;
    if (wanted[0] == 'g') return have[0] == 'f' ? NARROWER : OTHER;
    if (wanted[0] == 'u') return have[0] == 'U' || have[0] == 'v' ? FITS : OTHER;
    if (wanted[0] == 't') return strncmp(have, "ts", 2) == 0 ? FITS : OTHER;
    return OTHER;
}

/* Columns that an error names: the first of them, and how many more there are. */
struct names {
    struct quire_buf text;
    size_t more;
};

static int note_name(struct names *names, const char *name)
{
    if (names->text.size > NAMES_BYTES_MAX) {
        names->more++;
        return 0;
    }
    return quire_buf_printf(&names->text, "%s%s", names->text.size > 0 ? ", " : "", name);
}

static int note_type(struct names *names, const struct ArrowSchema *want, const char *have)
{
    QUIRE_TRY(note_name(names, want->name));
    if (names->more > 0) return 0;
    return quire_buf_printf(&names->text, " (it is %s, not %s)", quire_runlog_type_name(have),
                            quire_runlog_type_name(want->format));
}

struct differences {
    struct names missing, other, narrower;
};

static void release_differences(struct differences *differences)
{
    quire_buf_release(&differences->missing.text);
    quire_buf_release(&differences->other.text);
    quire_buf_release(&differences->narrower.text);
}

static int compare_schemas(struct quire_log_target *target, const struct ArrowSchema *wanted,
                           bool evolves, struct differences *differences)
{
    target->columns = quire_alloc_zero((size_t)wanted->n_children + 1, sizeof(*target->columns));
    int code = target->columns == NULL ? QUIRE_MEMORY : 0;
    for (int64_t i = 0; code == 0 && i < wanted->n_children; i++) {
        const struct ArrowSchema *want = wanted->children[i];
        const struct ArrowSchema *have = find_column(&target->schema, want->name);
        if (have == NULL) {
            code = note_name(&differences->missing, want->name);
            if (evolves) target->columns[target->columns_size++] = want->name;
            continue;
        }
        enum fit fit = compare_types(want->format, have->format);
        if (fit == OTHER) code = note_type(&differences->other, want, have->format);
        if (fit == NARROWER) code = note_name(&differences->narrower, want->name);
        if (fit == OTHER) continue;
        target->columns[target->columns_size++] = want->name;
    }
    target->lacks = (int64_t)target->columns_size < wanted->n_children;
    return code;
}

static int fail_schema(const struct names *names, const char *what, const char *hint,
                       struct quire_error *error)
{
    char more[32] = "";
    if (names->more > 0) snprintf(more, sizeof(more), ", and %zu more", names->more);
    int code = quire_fail(error, QUIRE_INPUT, OPERATION, "the table %s: %.*s%s", what,
                          (int)names->text.size, (const char *)names->text.data, more);
    quire_error_hint(error, "%s", hint);
    return code;
}

/* Whether numbers of the table may be widened without asking: it says so, to readers too. */
static bool has_widening(const struct quire_snapshot *snapshot)
{
    const char *on = quire_snapshot_property(snapshot, "delta.enableTypeWidening");
    return on != NULL && strcmp(on, "true") == 0 &&
           quire_snapshot_has_feature(snapshot, "typeWidening");
}

static bool keeps(const struct quire_log_target *target, const char *column)
{
    for (size_t i = 0; i < target->columns_size; i++)
        if (strcmp(target->columns[i], column) == 0) return true;
    return false;
}

/* The times that rows go by in a table that keeps no created_at. */
static uint8_t times_kept(const struct quire_log_target *target)
{
    uint8_t times = 0;
    if (keeps(target, "created_at")) return 0;
    for (size_t i = 0; i < QUIRE_RUNLOG_TIMES; i++)
        if (keeps(target, quire_runlog_times[i])) times |= (uint8_t)(1u << i);
    return times;
}

static int fit_schema(const struct quire_snapshot *snapshot,
                      const struct quire_runlog_options *config, const struct ArrowSchema *wanted,
                      struct quire_log_target *target, struct quire_error *error)
{
    QUIRE_CLEANUP(release_differences) struct differences differences = {.missing = {.more = 0}};
    bool lenient = config->schema_validation_mode != 0, evolves = config->enable_schema_evolution;
    QUIRE_TRY(quire_runlog_names_check(&target->schema, lenient, OPERATION, error));
    if (compare_schemas(target, wanted, evolves, &differences) != 0)
        return quire_fail_memory(error, OPERATION);
    if (differences.other.text.size > 0 && !lenient)
        return fail_schema(&differences.other, "has columns of run logs with other types",
                           "\"quire log info\" tells which columns a run log has; "
                           "schema-validation-mode lenient leaves out those that are others",
                           error);
    if (differences.missing.text.size > 0 && !evolves && !lenient)
        return fail_schema(&differences.missing, "lacks columns of run logs",
                           "enable-schema-evolution adds them, schema-validation-mode lenient "
                           "leaves them out",
                           error);
    if (differences.missing.text.size > 0 && evolves) target->evolve = QUIRE_TABLE_EVOLVE_ADD;
    target->widths.times = times_kept(target);
    if (differences.narrower.text.size == 0) return 0;
    target->widens = config->widen_types && !has_widening(snapshot);
    if (config->widen_types || (evolves && has_widening(snapshot)))
        target->evolve = QUIRE_TABLE_EVOLVE_WIDEN;
    else
        quire_row_widths_of(&target->schema, &target->widths);
    target->widths.times = times_kept(target);
    return 0;
}

/* The columns that it is partitioned by are those that are configured. */
static int check_partitions(const struct quire_snapshot *snapshot,
                            const struct quire_runlog_options *config,
                            const struct quire_log_target *target, struct quire_error *error)
{
    const struct quire_texts *have = &snapshot->metadata.partitions;
    bool same = have->size == target->partitions_size;
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf names = {0};
    if (config->partition_columns == NULL) return 0;
    for (size_t i = 0; i < have->size; i++) {
        const struct quire_bytes *name = &have->items[i];
        same = same && strlen(target->partitions[i]) == name->size &&
               memcmp(target->partitions[i], name->data, name->size) == 0;
        if (quire_buf_printf(&names, "%s%.*s", i > 0 ? "," : "", (int)name->size,
                             (const char *)name->data) != 0)
            return quire_fail_memory(error, OPERATION);
    }
    if (same) return 0;
    if (have->size == 0)
        return quire_fail(error, QUIRE_USAGE, "configure",
                          "partition-columns: '%.200s': the table is there and is not partitioned",
                          config->partition_columns);
    return quire_fail(error, QUIRE_USAGE, "configure",
                      "partition-columns: '%.200s' is not what the table is partitioned by: "
                      "'%.*s'",
                      config->partition_columns, (int)names.size, (const char *)names.data);
}

/* --- A new one ------------------------------------------------------------------------------- */

static int split_partitions(const char *text, const struct ArrowSchema *wanted,
                            struct quire_log_target *target, struct quire_error *error)
{
    size_t count = 1;
    if (text == NULL || text[0] == '\0') return 0;
    for (const char *c = text; *c != '\0'; c++)
        count += *c == ',';
    target->partitions = quire_alloc_zero(count, sizeof(*target->partitions));
    if (target->partitions == NULL) return quire_fail_memory(error, OPERATION);
    for (const char *at = text; count-- > 0;) {
        size_t size = strcspn(at, ","), blank = strspn(at, " ");
        const char *end = at + size;
        at += blank < size ? blank : size;
        while (end > at && end[-1] == ' ')
            end--;
        char *name = quire_strndup(at, (size_t)(end - at));
        if (name == NULL) return quire_fail_memory(error, OPERATION);
        target->partitions[target->partitions_size++] = name;
        if (find_column(wanted, name) == NULL)
            return quire_fail(error, QUIRE_USAGE, "configure",
                              "partition-columns: '%.80s' is no column of a run log", name);
        at += strcspn(at, ",");
        at += *at == ',';
    }
    return 0;
}

static bool is_partition(const struct quire_log_target *target, const char *name)
{
    for (size_t i = 0; i < target->partitions_size; i++)
        if (strcmp(target->partitions[i], name) == 0) return true;
    return false;
}

static int list_searched(struct quire_log_target *target)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf names = {0};
    for (size_t i = 0; i < sizeof(searched) / sizeof(searched[0]); i++) {
        if (is_partition(target, searched[i])) continue;
        int code = quire_buf_printf(&names, "%s%s", names.size > 0 ? "," : "", searched[i]);
        if (code != 0) return code;
    }
    target->stats = quire_strndup((const char *)names.data, names.size);
    return target->stats != NULL ? 0 : QUIRE_MEMORY;
}

const char *quire_log_target_compression(const char *configured)
{
    if (configured == NULL) return NULL;
    return strcmp(configured, "lz4") == 0 ? "lz4_raw" : configured;
}

static void add_property(struct quire_log_target *target, const char *name, const char *value)
{
    target->properties[target->create.properties_size++] =
        (struct quire_table_property){name, value};
}

static int prepare_creation(const struct quire_runlog_options *config,
                            struct quire_log_target *target, struct quire_error *error)
{
    const char *compression = quire_log_target_compression(config->compression);
    if (compression == NULL) compression = "snappy";
    snprintf(target->target_size, sizeof(target->target_size), "%lld",
             (long long)config->max_file_size_mb << 20);
    target->compression = quire_strndup(compression, strcspn(compression, ":"));
    if (target->compression == NULL || list_searched(target) != 0)
        return quire_fail_memory(error, OPERATION);
    add_property(target, "delta.parquet.compression.codec", target->compression);
    add_property(target, "delta.targetFileSize", target->target_size);
    if (config->enable_optimization) {
        add_property(target, "delta.autoOptimize.autoCompact", "true");
        add_property(target, "delta.autoOptimize.optimizeWrite", "true");
    }
    if (config->auto_optimize_schema)
        add_property(target, "delta.dataSkippingStatsColumns", target->stats);
    target->create.partition_by = (const char *const *)target->partitions;
    target->create.partition_by_size = target->partitions_size;
    target->create.properties = target->properties;
    return 0;
}

static int look(const char *url, const struct quire_runlog_options *config,
                const struct ArrowSchema *wanted, struct quire_log_target *target,
                struct quire_error *error)
{
    QUIRE_CLEANUP(close_snapshot) struct quire_snapshot *snapshot = NULL;
    struct quire_error failed;
    quire_error_clear(&failed);
    QUIRE_TRY(split_partitions(config->partition_columns, wanted, target, error));
    int code = quire_snapshot_open(url, -1, &snapshot, &failed);
    if (code == QUIRE_NOT_FOUND) {
        QUIRE_TRY(quire_table_check_outside(url, error));
        QUIRE_TRY(quire_table_check_empty(url, error));
        return prepare_creation(config, target, error);
    }
    if (code != 0) {
        if (error != NULL) *error = failed;
        return code;
    }
    target->exists = true;
    target->version = snapshot->version;
    QUIRE_TRY(quire_snapshot_schema(snapshot, QUIRE_DELTA_LOGICAL, true, &target->schema, error));
    QUIRE_TRY(check_partitions(snapshot, config, target, error));
    return fit_schema(snapshot, config, wanted, target, error);
}

int quire_log_target_open(const char *url, const struct quire_runlog_options *config,
                          const struct ArrowSchema *wanted, struct quire_log_target **target,
                          struct quire_error *error)
{
    struct quire_log_target *opened = quire_alloc_zero(1, sizeof(*opened));
    if (opened == NULL) return quire_fail_memory(error, OPERATION);
    int code = look(url, config, wanted, opened, error);
    if (code == 0)
        *target = opened;
    else
        quire_log_target_free(opened);
    return code;
}
