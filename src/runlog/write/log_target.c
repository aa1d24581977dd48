/* What a table has of a run log's columns decides how rows go in: a table of SparkForge has
 * numbers of 32 bits, one that was made before a column came lacks it. */
#include "runlog/write/log_target.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/fail.h"
#include "table/log/snapshot.h"
#include "table/schema/delta_schema.h"

#define OPERATION "write run log"

/* Columns that run logs are searched by; the others are long texts and figures. */
static const char *const searched[] = {
    "run_id",      "run_mode",      "run_started_at", "run_ended_at", "execution_id",
    "pipeline_id", "schema",        "phase",          "step_name",    "start_time",
    "end_time",    "duration_secs", "rows_processed", "rows_written", "validation_rate",
    "success",     "created_at",
};

static void close_snapshot(struct quire_snapshot **snapshot)
{
    quire_snapshot_free(*snapshot);
}

void quire_log_target_release(struct quire_log_target *target)
{
    quire_schema_release(&target->schema);
    quire_free(target->columns);
    for (size_t i = 0; i < target->partitions_size; i++)
        quire_free(target->partitions[i]);
    quire_free(target->partitions);
    quire_free(target->stats);
    quire_free(target->compression);
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

static int note_name(struct quire_buf *names, const char *name)
{
    if (names->size > 300) return 0;
    return quire_buf_printf(names, "%s%s", names->size > 0 ? ", " : "", name);
}

struct differences {
    struct quire_buf missing, other, narrower;
};

static void release_differences(struct differences *differences)
{
    quire_buf_release(&differences->missing);
    quire_buf_release(&differences->other);
    quire_buf_release(&differences->narrower);
}

static int compare_schemas(struct quire_log_target *target, const struct ArrowSchema *wanted,
                           struct differences *differences)
{
    target->columns = quire_alloc_zero((size_t)wanted->n_children + 1, sizeof(*target->columns));
    int code = target->columns == NULL ? QUIRE_MEMORY : 0;
    for (int64_t i = 0; code == 0 && i < wanted->n_children; i++) {
        const struct ArrowSchema *want = wanted->children[i];
        const struct ArrowSchema *have = find_column(&target->schema, want->name);
        if (have == NULL) {
            code = note_name(&differences->missing, want->name);
            continue;
        }
        enum fit fit = compare_types(want->format, have->format);
        if (fit == OTHER) code = note_name(&differences->other, want->name);
        if (fit == NARROWER) code = note_name(&differences->narrower, want->name);
        target->columns[target->columns_size++] = want->name;
    }
    return code;
}

static int fail_schema(const struct quire_buf *names, const char *what, const char *hint,
                       struct quire_error *error)
{
    int code = quire_fail(error, QUIRE_INPUT, OPERATION, "the table %s: %.*s", what,
                          (int)names->size, (const char *)names->data);
    quire_error_hint(error, "%s", hint);
    return code;
}

static int fit_schema(const struct quire_runlog_options *config, const struct ArrowSchema *wanted,
                      struct quire_log_target *target, struct quire_error *error)
{
    QUIRE_CLEANUP(release_differences) struct differences differences = {.missing = {0}};
    bool lenient = config->schema_validation_mode != 0, evolves = config->enable_schema_evolution;
    if (compare_schemas(target, wanted, &differences) != 0)
        return quire_fail_memory(error, OPERATION);
    if (differences.other.size > 0)
        return fail_schema(&differences.other, "has columns of run logs with other types",
                           "\"quire log info\" tells which columns a run log has", error);
    if (differences.missing.size > 0) {
        if (target->columns_size == 0 || (!evolves && !lenient))
            return fail_schema(&differences.missing, "lacks columns of run logs",
                               "enable-schema-evolution adds them, schema-validation-mode lenient "
                               "leaves them out",
                               error);
        if (evolves)
            target->evolve = QUIRE_TABLE_EVOLVE_ADD;
        else
            target->lacks = true;
    }
    if (differences.narrower.size == 0) return 0;
    if (lenient)
        target->rounds = true;
    else if (evolves)
        target->evolve = QUIRE_TABLE_EVOLVE_WIDEN;
    else
        return fail_schema(&differences.narrower, "has columns with narrower numbers",
                           "enable-schema-evolution widens them, schema-validation-mode lenient "
                           "writes what fits them",
                           error);
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
    return quire_fail(error, QUIRE_USAGE, "configure",
                      "partition-columns: '%.200s' is not what the table is partitioned by: "
                      "'%.*s'",
                      config->partition_columns, (int)names.size,
                      names.size > 0 ? (const char *)names.data : "");
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
        int code = note_name(&names, searched[i]);
        if (code != 0) return code;
    }
    /* The property has no blanks behind its commas. */
    size_t size = 0;
    for (size_t i = 0; i < names.size; i++)
        if (names.data[i] != ' ') names.data[size++] = names.data[i];
    target->stats = quire_strndup((const char *)names.data, size);
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

int quire_log_target_open(const char *url, const struct quire_runlog_options *config,
                          const struct ArrowSchema *wanted, struct quire_log_target *target,
                          struct quire_error *error)
{
    QUIRE_CLEANUP(close_snapshot) struct quire_snapshot *snapshot = NULL;
    struct quire_error failed;
    quire_error_clear(&failed);
    QUIRE_TRY(split_partitions(config->partition_columns, wanted, target, error));
    int code = quire_snapshot_open(url, -1, &snapshot, &failed);
    if (code == QUIRE_NOT_FOUND) return prepare_creation(config, target, error);
    if (code != 0) {
        if (error != NULL) *error = failed;
        return code;
    }
    target->exists = true;
    target->version = snapshot->version;
    QUIRE_TRY(quire_snapshot_schema(snapshot, QUIRE_DELTA_LOGICAL, true, &target->schema, error));
    QUIRE_TRY(check_partitions(snapshot, config, target, error));
    return fit_schema(config, wanted, target, error);
}
