#include "table/features_upkeep.h"

#include "base/fail.h"
#include "base/text.h"
#include "table/table_features.h"

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

int quire_features_check_rearrange(const struct quire_snapshot *snapshot, const char *verb,
                                   struct quire_error *error)
{
    QUIRE_TRY(quire_features_check_write(snapshot, verb, error));
    bool tracked = quire_snapshot_has_feature(snapshot, "rowTracking") &&
                   !quire_snapshot_is_set(snapshot, "delta.rowTrackingSuspended");
    if (!tracked && !quire_snapshot_is_set(snapshot, "delta.enableRowTracking")) return 0;
    return quire_fail(error, QUIRE_UNSUPPORTED, verb,
                      "the table uses what this build cannot write: ids of rows that are copied "
                      "(row tracking)");
}
