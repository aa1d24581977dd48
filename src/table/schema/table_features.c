#include "table/schema/table_features.h"

#include <stdio.h>

#include "base/fail.h"

#define READER_MAX 3 /* the versions of which features are named */
#define WRITER_MAX 7

static const char *const readable[] = {
    "columnMapping",        "timestampNtz",      "typeWidening",
    "typeWidening-preview", "v2Checkpoint",      "vacuumProtocolCheck",
    "deletionVectors",      "inCommitTimestamp", "domainMetadata",
};

static bool can_read(const struct quire_bytes *feature)
{
    for (size_t i = 0; i < sizeof(readable) / sizeof(readable[0]); i++)
        if (quire_bytes_equal_text(feature, readable[i])) return true;
    return false;
}

int quire_features_check_read(const struct quire_protocol *protocol, struct quire_error *error)
{
    char names[300] = "";
    size_t size = 0;
    if (protocol->reader > READER_MAX || protocol->reader < 1)
        return quire_fail(error, QUIRE_UNSUPPORTED, "read table",
                          "the table wants a reader of version %lld; this one knows up to %d",
                          (long long)protocol->reader, READER_MAX);
    for (size_t i = 0; i < protocol->reader_features.size; i++) {
        const struct quire_bytes *feature = &protocol->reader_features.items[i];
        if (can_read(feature) || size >= sizeof(names)) continue;
        size += (size_t)snprintf(names + size, sizeof(names) - size, "%s%.*s", size > 0 ? ", " : "",
                                 (int)feature->size, (const char *)feature->data);
    }
    if (size == 0) return 0;
    return quire_fail(error, QUIRE_UNSUPPORTED, "read table",
                      "the table uses what this build cannot read: %s", names);
}

/* --- Writers ------------------------------------------------------------------------------- */

static const char *const writable[] = {
    "allowColumnDefaults", "appendOnly",          "changeDataFeed",    "checkConstraints",
    "clustering",          "columnMapping",       "deletionVectors",   "domainMetadata",
    "generatedColumns",    "identityColumns",     "inCommitTimestamp", "invariants",
    "rowTracking",         "timestampNtz",        "typeWidening",      "typeWidening-preview",
    "v2Checkpoint",        "vacuumProtocolCheck",
};

static int refuse(const char *verb, const char *what, struct quire_error *error)
{
    return quire_fail(error, QUIRE_UNSUPPORTED, verb,
                      "the table uses what this build cannot write: %s", what);
}

int quire_features_check_write(const struct quire_snapshot *snapshot, const char *verb,
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
        bool known = false;
        for (size_t j = 0; !known && j < sizeof(writable) / sizeof(writable[0]); j++)
            known = quire_bytes_equal_text(feature, writable[j]);
        if (known) continue;
        char name[100];
        snprintf(name, sizeof(name), "%.*s", (int)(feature->size < 90 ? feature->size : 90),
                 (const char *)feature->data);
        return refuse(verb, name, error);
    }
    return 0;
}
