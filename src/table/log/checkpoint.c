/* The state comes first, then tombstones, then files. Tombstones are kept as long as readers of
 * old versions may need the files that they name. */
#include "table/log/checkpoint.h"

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/number.h"
#include "table/log/checkpoint_adds.h"
#include "table/log/checkpoint_rows.h"
#include "table/log/last_checkpoint.h"
#include "table/schema/features_upkeep.h"

#define OPERATION        "write checkpoint"
#define INTERVAL_DEFAULT 10

bool quire_checkpoint_is_due(const struct quire_snapshot *snapshot, int64_t version)
{
    const char *text = quire_snapshot_property(snapshot, "delta.checkpointInterval");
    int64_t interval = INTERVAL_DEFAULT;
    if (text != NULL &&
        (!quire_number_parse_i64(text, strlen(text), &interval, NULL) || interval < 1))
        interval = INTERVAL_DEFAULT;
    return version > 0 && version % interval == 0;
}

/* --- One file -------------------------------------------------------------------------------- */

struct classic {
    struct quire_checkpoint_file file;
    int64_t oldest_ms; /* tombstones of before are left out */
    int64_t files;
};

static void release_classic(struct classic *classic)
{
    quire_checkpoint_file_release(&classic->file);
}

static int take_add(void *user, const struct quire_add *add, struct quire_error *error)
{
    struct classic *classic = user;
    QUIRE_TRY(quire_checkpoint_add(classic->file.builder, add, error));
    classic->files++;
    return quire_checkpoint_file_row(&classic->file, error);
}

static int take_adds(void *user, struct ArrowArray *adds, struct quire_error *error)
{
    struct classic *classic = user;
    int64_t files = adds->length;
    QUIRE_TRY(quire_checkpoint_file_adds(&classic->file, adds, error));
    classic->files += files;
    return 0;
}

static int take_remove(void *user, const struct quire_remove *action, struct quire_error *error)
{
    struct classic *classic = user;
    if (action->deleted_ms < classic->oldest_ms) return 0;
    QUIRE_TRY(quire_checkpoint_remove(classic->file.builder, action, error));
    return quire_checkpoint_file_row(&classic->file, error);
}

static int write_classic(struct quire_snapshot *snapshot, enum quire_durability durability,
                         struct quire_checkpoint_totals *totals, struct quire_error *error)
{
    QUIRE_CLEANUP(release_classic)
    struct classic classic = {.file = {.snapshot = snapshot,
                                       .durability = durability,
                                       .schema_text = quire_log_classic_schema_text,
                                       .state = true},
                              .oldest_ms = quire_checkpoint_oldest_ms(snapshot)};
    char name[QUIRE_LOG_NAME_MAX];
    quire_log_name_checkpoint(snapshot->version, name);
    QUIRE_TRY(quire_checkpoint_file_open(&classic.file, name, error));
    QUIRE_TRY(quire_checkpoint_file_state(&classic.file, error));
    QUIRE_TRY(quire_snapshot_each_tombstone(snapshot, take_remove, &classic, error));
    const struct quire_checkpoint_adds adds = {take_adds, take_add, &classic};
    QUIRE_TRY(quire_checkpoint_adds_each(snapshot, &adds, error));
    QUIRE_TRY(quire_checkpoint_file_commit(&classic.file, &totals->bytes, error));
    totals->rows = classic.file.rows;
    totals->files = classic.files;
    return 0;
}

/* --- Either ---------------------------------------------------------------------------------- */

static int write_hint(const struct quire_snapshot *snapshot,
                      const struct quire_checkpoint_totals *totals,
                      enum quire_durability durability, struct quire_error *error)
{
    const struct quire_put_options options = {.mode = QUIRE_PUT_OVERWRITE,
                                              .durability = durability};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf key = {0}, text = {0};
    struct quire_last_checkpoint hint;
    QUIRE_TRY(quire_last_checkpoint_read(&snapshot->place, &hint, error));
    if (hint.version >= snapshot->version) return 0;
    const struct quire_last_checkpoint_text written = {.version = snapshot->version,
                                                       .rows = totals->rows,
                                                       .bytes = totals->bytes,
                                                       .files = totals->files};
    if (quire_buf_printf(&key, "%s" QUIRE_LOG_FOLDER "_last_checkpoint", snapshot->place.key) !=
            0 ||
        quire_buf_terminate(&key) != 0)
        return quire_fail_memory(error, OPERATION);
    QUIRE_TRY(quire_last_checkpoint_write(&written, &text, error));
    return snapshot->place.store->ops->put(snapshot->place.store, (const char *)key.data, text.data,
                                           text.size, &options, NULL, error);
}

static bool wants_v2(const struct quire_snapshot *snapshot)
{
    const char *policy = quire_snapshot_property(snapshot, "delta.checkpointPolicy");
    return policy != NULL && strcmp(policy, "v2") == 0 &&
           quire_snapshot_has_feature(snapshot, "v2Checkpoint");
}

int quire_checkpoint_write(struct quire_snapshot *snapshot, enum quire_durability durability,
                           struct quire_error *error)
{
    struct quire_checkpoint_totals totals = {0, 0, 0};
    QUIRE_TRY(wants_v2(snapshot) ? quire_checkpoint_v2_write(snapshot, durability, &totals, error)
                                 : write_classic(snapshot, durability, &totals, error));
    return write_hint(snapshot, &totals, durability, error);
}
