#include "base/fail.h"
#include "quire/table_upkeep.h"
#include "table/log/checkpoint.h"
#include "table/log/log_cleanup.h"
#include "table/log/log_compact.h"
#include "table/schema/features_upkeep.h"
#include "table/schema/table_features.h"

#define OPERATION "checkpoint"

/* Another writer's is as good. */
static int written(int code, const struct quire_error *own, bool *is_new, struct quire_error *error)
{
    *is_new = code == 0;
    if (code == 0 || code == QUIRE_EXISTS) return 0;
    if (error != NULL) *error = *own;
    return code;
}

static int checkpoint(struct quire_snapshot *snapshot,
                      const struct quire_table_checkpoint_options *options,
                      struct quire_table_checkpoint_result *result, struct quire_error *error)
{
    struct quire_error own;
    quire_error_clear(&own);
    if (snapshot->segment.checkpoint_version != snapshot->version) {
        int code = quire_checkpoint_write(snapshot, options->durability, &own);
        QUIRE_TRY(written(code, &own, &result->written, error));
        /* One of this version that cannot be read stands for nothing. */
        if (code == QUIRE_EXISTS && snapshot->unread.size > 0) return 0;
    }
    return quire_log_cleanup(snapshot, error);
}

static int compact(struct quire_snapshot *snapshot,
                   const struct quire_table_checkpoint_options *options,
                   struct quire_table_checkpoint_result *result, struct quire_error *error)
{
    struct quire_error own;
    int64_t first = snapshot->segment.checkpoint_version + 1;
    if (snapshot->version <= first) return 0;
    quire_error_clear(&own);
    int code = quire_log_compact(snapshot, first, snapshot->version, options->durability, &own);
    return written(code, &own, &result->written, error);
}

int quire_table_checkpoint(const char *url, const struct quire_table_checkpoint_options *options,
                           struct quire_table_checkpoint_result *result, struct quire_error *error)
{
    static const struct quire_table_checkpoint_options none = {.compact_log = false};
    struct quire_table_checkpoint_result made = {.written = false};
    struct quire_snapshot *snapshot = NULL;
    if (options == NULL) options = &none;
    QUIRE_TRY(quire_snapshot_open(url, -1, &snapshot, error));
    made.version = snapshot->version;
    int code = quire_features_check_write(snapshot, OPERATION, error);
    if (code == 0)
        code = options->compact_log ? compact(snapshot, options, &made, error)
                                    : checkpoint(snapshot, options, &made, error);
    quire_snapshot_free(snapshot);
    if (code != 0) quire_error_path(error, url);
    if (code == 0 && result != NULL) *result = made;
    return code;
}
