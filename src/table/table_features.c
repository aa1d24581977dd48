#include "table/table_features.h"

#include <stdio.h>

#include "base/fail.h"

#define READER_MAX 3 /* the version of which features are named */

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
