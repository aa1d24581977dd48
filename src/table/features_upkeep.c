#include "table/features_upkeep.h"

#include <stdio.h>

#include "base/fail.h"
#include "base/text.h"
#include "table/delta_schema.h"
#include "table/table_features.h"

#define WRITER_MAX 7

/* Features of which it is known what they ask, met here or not. */
static const char *const known[] = {
    "allowColumnDefaults", "appendOnly",          "changeDataFeed",    "checkConstraints",
    "clustering",          "columnMapping",       "deletionVectors",   "domainMetadata",
    "generatedColumns",    "identityColumns",     "inCommitTimestamp", "invariants",
    "rowTracking",         "timestampNtz",        "typeWidening",      "typeWidening-preview",
    "v2Checkpoint",        "vacuumProtocolCheck",
};

static int refuse(const char *verb, const char *what, size_t size, struct quire_error *error)
{
    return quire_fail(error, QUIRE_UNSUPPORTED, verb,
                      "the table uses what this build cannot write: %.*s",
                      (int)(size < 100 ? size : 100), what);
}

int quire_features_check_protocol(const struct quire_snapshot *snapshot, const char *verb,
                                  struct quire_error *error)
{
    const struct quire_protocol *protocol = &snapshot->protocol;
    QUIRE_TRY(quire_features_check_read(protocol, error));
    if (protocol->writer > WRITER_MAX || protocol->writer < 1)
        return quire_fail(error, QUIRE_UNSUPPORTED, verb,
                          "the table wants a writer of version %lld; this one knows up to %d",
                          (long long)protocol->writer, WRITER_MAX);
    for (size_t i = 0; i < protocol->writer_features.size; i++) {
        const struct quire_bytes *feature = &protocol->writer_features.items[i];
        bool found = false;
        for (size_t j = 0; !found && j < sizeof(known) / sizeof(known[0]); j++)
            found = quire_bytes_equal_text(feature, known[j]);
        if (!found) return refuse(verb, (const char *)feature->data, feature->size, error);
    }
    return 0;
}

bool quire_snapshot_is_set(const struct quire_snapshot *snapshot, const char *property)
{
    const char *value = quire_snapshot_property(snapshot, property);
    return value != NULL && quire_text_equal_ignore_case(value, "true");
}

bool quire_snapshot_has_feature(const struct quire_snapshot *snapshot, const char *feature)
{
    const struct quire_texts *features = &snapshot->protocol.writer_features;
    for (size_t i = 0; i < features->size; i++)
        if (quire_bytes_equal_text(&features->items[i], feature)) return true;
    return false;
}

int quire_features_check_commit(const struct quire_snapshot *snapshot, const char *verb,
                                struct quire_error *error)
{
    static const char stamps[] = "in-commit timestamps";
    QUIRE_TRY(quire_features_check_protocol(snapshot, verb, error));
    return quire_snapshot_is_set(snapshot, "delta.enableInCommitTimestamps")
               ? refuse(verb, stamps, strlen(stamps), error)
               : 0;
}

int quire_features_check_rearrange(const struct quire_snapshot *snapshot, const char *verb,
                                   struct quire_error *error)
{
    static const char tracking[] = "row tracking", mapping[] = "column mapping";
    QUIRE_TRY(quire_features_check_commit(snapshot, verb, error));
    bool tracked = quire_snapshot_has_feature(snapshot, "rowTracking") &&
                   !quire_snapshot_is_set(snapshot, "delta.rowTrackingSuspended");
    if (tracked || quire_snapshot_is_set(snapshot, "delta.enableRowTracking"))
        return refuse(verb, tracking, strlen(tracking), error);
    return quire_snapshot_maps_columns(snapshot) ? refuse(verb, mapping, strlen(mapping), error)
                                                 : 0;
}
