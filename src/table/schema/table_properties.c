#include "table/schema/table_properties.h"

#include <stdio.h>

#include "base/fail.h"
#include "base/number.h"
#include "base/text.h"
#include "table/commit/commit.h"
#include "table/files/stats_choice.h"
#include "table/schema/column_mapping.h"
#include "table/schema/delta_schema.h"
#include "table/schema/protocol_raise.h"
#include "table/schema/table_interval.h"

#define OPERATION     "set property"
#define ROW_ID        "delta.rowTracking.materializedRowIdColumnName"
#define ROW_VERSION   "delta.rowTracking.materializedRowCommitVersionColumnName"
#define STATS_COLUMNS "delta.dataSkippingStatsColumns"
#define STAMPS        "delta.enableInCommitTimestamps"
#define TRACKING      "delta.enableRowTracking"

enum kind { BOOLEAN, COUNT, POSITIVE, SIZE, INTERVAL, CHOICE, TEXT, OURS };

struct property {
    const char *name;
    enum kind kind;
    const char *choices; /* CHOICE: "a|b" */
    const char *feature; /* that it brings when it is true, or `needs` of the choices */
    const char *needs;
};

/* OURS: kept by writers, not set by people. */
static const struct property properties[] = {
    {"delta.appendOnly", BOOLEAN, NULL, "appendOnly", "true"},
    {"delta.autoOptimize", BOOLEAN, NULL, NULL, NULL},
    {"delta.autoOptimize.autoCompact", CHOICE, "true|false|auto", NULL, NULL},
    {"delta.autoOptimize.optimizeWrite", BOOLEAN, NULL, NULL, NULL},
    {"delta.checkpoint.partSize", POSITIVE, NULL, NULL, NULL},
    {"delta.checkpoint.writeStatsAsJson", BOOLEAN, NULL, NULL, NULL},
    {"delta.checkpoint.writeStatsAsStruct", BOOLEAN, NULL, NULL, NULL},
    {"delta.checkpointInterval", POSITIVE, NULL, NULL, NULL},
    {"delta.checkpointPolicy", CHOICE, "classic|v2", "v2Checkpoint", "v2"},
    {"delta.columnMapping.maxColumnId", OURS, NULL, NULL, NULL},
    {QUIRE_DELTA_MAPPING_MODE, CHOICE, "none|name|id", NULL, NULL},
    {"delta.compatibility.symlinkFormatManifest.enabled", CHOICE, "false", NULL, NULL},
    {"delta.dataSkippingNumIndexedCols", COUNT, NULL, NULL, NULL},
    {STATS_COLUMNS, TEXT, NULL, NULL, NULL},
    {"delta.deletedFileRetentionDuration", INTERVAL, NULL, NULL, NULL},
    {"delta.enableChangeDataFeed", BOOLEAN, NULL, "changeDataFeed", "true"},
    {"delta.enableDeletionVectors", BOOLEAN, NULL, "deletionVectors", "true"},
    {"delta.enableExpiredLogCleanup", BOOLEAN, NULL, NULL, NULL},
    {STAMPS, BOOLEAN, NULL, "inCommitTimestamp", "true"},
    {TRACKING, BOOLEAN, NULL, "rowTracking", "true"},
    {"delta.enableTypeWidening", BOOLEAN, NULL, "typeWidening", "true"},
    {"delta.inCommitTimestampEnablementTimestamp", OURS, NULL, NULL, NULL},
    {"delta.inCommitTimestampEnablementVersion", OURS, NULL, NULL, NULL},
    {"delta.isolationLevel", CHOICE, "Serializable|WriteSerializable|SnapshotIsolation", NULL,
     NULL},
    {"delta.logRetentionDuration", INTERVAL, NULL, NULL, NULL},
    {"delta.parquet.compression.codec", CHOICE, "uncompressed|none|snappy|gzip|lz4_raw|zstd|brotli",
     NULL, NULL},
    {"delta.randomPrefixLength", POSITIVE, NULL, NULL, NULL},
    {"delta.randomizeFilePrefixes", BOOLEAN, NULL, NULL, NULL},
    {ROW_VERSION, OURS, NULL, NULL, NULL},
    {ROW_ID, OURS, NULL, NULL, NULL},
    {"delta.rowTrackingSuspended", BOOLEAN, NULL, NULL, NULL},
    {"delta.sampleRetentionDuration", INTERVAL, NULL, NULL, NULL},
    {"delta.setTransactionRetentionDuration", INTERVAL, NULL, NULL, NULL},
    {"delta.targetFileSize", SIZE, NULL, NULL, NULL},
    {"delta.tuneFileSizesForRewrites", BOOLEAN, NULL, NULL, NULL},
};
#define PROPERTIES (sizeof(properties) / sizeof(properties[0]))

static int fail_name(const char *name, struct quire_error *error)
{
    const char *nearest = NULL;
    size_t least = 9;
    if (quire_text_starts_with(name, "delta.constraints."))
        return quire_fail(error, QUIRE_USAGE, OPERATION,
                          "constraints are added and dropped by \"table constraint\"");
    int code =
        quire_fail(error, QUIRE_USAGE, OPERATION,
                   "there is no property \"%.100s\" of Delta tables that this build knows", name);
    for (size_t i = 0; i < PROPERTIES; i++) {
        size_t distance = quire_text_distance(properties[i].name, name, least - 1);
        if (properties[i].kind == OURS || distance >= least) continue;
        least = distance;
        nearest = properties[i].name;
    }
    if (nearest != NULL) quire_error_hint(error, "did you mean %s?", nearest);
    return code;
}

static int find(const char *name, const struct property **found, struct quire_error *error)
{
    *found = NULL;
    if (!quire_text_starts_with(name, "delta.")) return 0;
    for (size_t i = 0; i < PROPERTIES; i++)
        if (strcmp(properties[i].name, name) == 0) *found = &properties[i];
    if (*found == NULL) return fail_name(name, error);
    if ((*found)->kind != OURS) return 0;
    return quire_fail(error, QUIRE_USAGE, OPERATION,
                      "\"%.100s\" is kept by writers of the table, and not to be set", name);
}

/* --- Values ---------------------------------------------------------------------------------- */

static bool is_choice(const char *choices, const char *value)
{
    size_t size = strlen(value);
    for (const char *at = choices; at != NULL; at = strchr(at, '|')) {
        at += *at == '|';
        if (strcspn(at, "|") == size && strncmp(at, value, size) == 0) return true;
    }
    return false;
}

static int check_value(const struct property *property, const char *value,
                       struct quire_error *error)
{
    int64_t number = 0;
    bool counted = quire_number_parse_i64(value, strlen(value), &number, NULL), good = true;
    const char *wanted = "";
    switch (property->kind) {
    case BOOLEAN:
        good = is_choice("true|false", value);
        wanted = "true or false";
        break;
    case COUNT:
        good = counted && number >= -1;
        wanted = "a whole number from -1";
        break;
    case POSITIVE:
        good = counted && number >= 1;
        wanted = "a whole number from 1";
        break;
    case SIZE:
        good = quire_number_parse_size(value, strlen(value), &number) && number >= 1;
        wanted = "a number of bytes from 1, \"128MB\"";
        break;
    case INTERVAL:
        good = quire_table_interval_ms(value, &number);
        wanted = "a length of time, \"interval 7 days\"";
        break;
    case CHOICE:
        good = is_choice(property->choices, value);
        wanted = property->choices;
        break;
    default: break;
    }
    if (good) return 0;
    return quire_fail(error, QUIRE_USAGE, OPERATION, "%s takes %s, not \"%.80s\"", property->name,
                      wanted, value);
}

/* --- What follows ---------------------------------------------------------------------------- */

/* Columns of files that hold the ids of rows which were moved there. */
static int name_row_columns(struct quire_metadata_change *change, struct quire_error *error)
{
    static const char *const names[][2] = {{ROW_ID, "_row-id-col-"},
                                           {ROW_VERSION, "_row-commit-version-col-"}};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char mark[QUIRE_COMMIT_MARK_SIZE], name[sizeof(mark) + 32];
        if (quire_metadata_change_get(change, names[i][0]) != NULL) continue;
        quire_commit_mark(mark);
        snprintf(name, sizeof(name), "%s%s", names[i][1], mark);
        QUIRE_TRY(quire_metadata_change_set(change, names[i][0], name, error));
    }
    return 0;
}

/* Since when commits are stamped is said as long as they are. */
static int forget_stamps(struct quire_metadata_change *change, struct quire_error *error)
{
    QUIRE_TRY(
        quire_metadata_change_set(change, "delta.inCommitTimestampEnablementVersion", NULL, error));
    return quire_metadata_change_set(change, "delta.inCommitTimestampEnablementTimestamp", NULL,
                                     error);
}

/* delta.feature.NAME=supported brings a feature, and is no property. */
static int set_feature(struct quire_metadata_change *change, const char *name, const char *value,
                       struct quire_error *error)
{
    if (strcmp(value, "supported") != 0 && strcmp(value, "enabled") != 0)
        return quire_fail(error, QUIRE_USAGE, OPERATION,
                          "delta.feature.%.80s takes supported, not \"%.80s\"", name, value);
    return quire_metadata_change_raise(change, name, error);
}

int quire_table_properties_set(struct quire_metadata_change *change, const char *name,
                               const char *value, struct quire_error *error)
{
    static const char feature[] = "delta.feature.";
    const struct property *property;
    if (quire_text_starts_with(name, feature))
        return set_feature(change, name + strlen(feature), value, error);
    QUIRE_TRY(find(name, &property, error));
    if (property == NULL) return quire_metadata_change_set(change, name, value, error);
    QUIRE_TRY(check_value(property, value, error));
    if (strcmp(name, QUIRE_DELTA_MAPPING_MODE) == 0)
        return quire_column_mapping_set(change, value, error);
    if (strcmp(name, STATS_COLUMNS) == 0)
        QUIRE_TRY(quire_stats_choice_check(value, change->root, error));
    if (property->feature != NULL && strcmp(value, property->needs) == 0)
        QUIRE_TRY(quire_metadata_change_raise(change, property->feature, error));
    if (strcmp(name, TRACKING) == 0 && strcmp(value, "true") == 0)
        QUIRE_TRY(name_row_columns(change, error));
    if (strcmp(name, STAMPS) == 0 && strcmp(value, "true") != 0)
        QUIRE_TRY(forget_stamps(change, error));
    return quire_metadata_change_set(change, name, value, error);
}

int quire_table_properties_unset(struct quire_metadata_change *change, const char *name,
                                 struct quire_error *error)
{
    if (quire_metadata_change_get(change, name) == NULL)
        return quire_fail(error, QUIRE_USAGE, OPERATION, "the property \"%.100s\" is not set",
                          name);
    if (quire_text_starts_with(name, "delta.constraints.")) return fail_name(name, error);
    for (size_t i = 0; i < PROPERTIES; i++)
        if (strcmp(properties[i].name, name) == 0 && properties[i].kind == OURS)
            return quire_fail(error, QUIRE_USAGE, OPERATION,
                              "\"%.100s\" is kept by writers of the table", name);
    if (strcmp(name, QUIRE_DELTA_MAPPING_MODE) == 0)
        QUIRE_TRY(quire_column_mapping_set(change, "none", error));
    if (strcmp(name, STAMPS) == 0) QUIRE_TRY(forget_stamps(change, error));
    return quire_metadata_change_set(change, name, NULL, error);
}
