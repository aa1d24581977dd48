#include "table/schema/features_upkeep.h"

#include "base/text.h"
#include "table/schema/table_features.h"

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
