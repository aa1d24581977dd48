/* The totals of a version are those of the one before and what its commit says. Where they are not
 * known, as after a writer that leaves no checksums, the next checkpoint counts anew. */
#include "table/commit/after_commit.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/json_tree.h"
#include "base/text.h"
#include "table/log/checkpoint.h"
#include "table/log/checksum.h"
#include "table/log/log_cleanup.h"
#include "table/schema/features_upkeep.h"
#include "table/upkeep/optimize_private.h"

struct commit_sums {
    struct quire_file_totals more; /* files and bytes, fewer where below 0 */
    int64_t stamp_ms;
    bool known; /* whether the actions say */
};

/* --- What the commit says -------------------------------------------------------------------- */

static void add_line(const struct quire_after_commit *after, const struct quire_json_node *line,
                     struct commit_sums *sums)
{
    const struct quire_json_node *add = quire_json_tree_get(line, "add");
    const struct quire_json_node *removed = quire_json_tree_get(line, "remove");
    const struct quire_json_node *info = quire_json_tree_get(line, "commitInfo");
    const struct quire_json_node *action = add != NULL ? add : removed;
    if (info != NULL)
        sums->stamp_ms = quire_json_tree_i64(info, "inCommitTimestamp", QUIRE_LOG_NONE);
    if (action == NULL || (add != NULL && after->readds)) return;
    int64_t size = quire_json_tree_i64(action, "size", -1), sign = add != NULL ? 1 : -1;
    if (size < 0) sums->known = false;
    sums->more.files += sign;
    sums->more.bytes += sign * size;
}

static void add_lines(const struct quire_after_commit *after, struct commit_sums *sums)
{
    const char *at = (const char *)after->lines->data, *end = at + after->lines->size;
    while (at != end && sums->known) {
        QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {NULL, 0};
        struct quire_json_node *line = NULL;
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        size_t where;
        if (stop == NULL) stop = end;
        sums->known = quire_json_tree_parse(at, (size_t)(stop - at), &arena, &line, &where) == 0;
        if (sums->known) add_line(after, line, sums);
        at = stop == end ? end : stop + 1;
    }
}

/* --- What is done ---------------------------------------------------------------------------- */

/* A checksum that is torn by a loss of power would accuse a log that is fine. */
static enum quire_durability durability_of(const struct quire_after_commit *after)
{
    return after->durability == QUIRE_DURABILITY_NONE ? QUIRE_DURABILITY_NONE
                                                      : QUIRE_DURABILITY_RENAME;
}

static void write_checksum(const struct quire_after_commit *after,
                           const struct quire_file_totals *totals, int64_t stamp_ms)
{
    const struct quire_checksum_options options = {
        .mark = after->mark, .stamp_ms = stamp_ms, .durability = durability_of(after)};
    bool stamped = quire_snapshot_is_set(after->snapshot, "delta.enableInCommitTimestamps");
    if (stamped == (stamp_ms != QUIRE_LOG_NONE) && totals->files >= 0 && totals->bytes >= 0)
        (void)quire_checksum_write(after->snapshot, totals, &options, NULL);
}

/* The totals of the version before. */
static bool totals_before(const struct quire_after_commit *after, struct quire_file_totals *totals)
{
    *totals = (struct quire_file_totals){0, 0};
    return after->version == 0 ||
           quire_checksum_totals(&after->snapshot->place, after->version - 1, totals, NULL) == 0;
}

static void keep_log(const struct quire_after_commit *after)
{
    struct quire_snapshot *snapshot = after->snapshot;
    struct commit_sums sums = {.stamp_ms = QUIRE_LOG_NONE, .known = true};
    struct quire_file_totals totals;
    bool due = quire_checkpoint_is_due(snapshot, after->version);
    add_lines(after, &sums);
    bool known = sums.known && totals_before(after, &totals);
    if (!known && !due) return;
    if (snapshot->version + 1 != after->version ||
        quire_snapshot_apply(snapshot, after->lines, NULL) != 0)
        return;
    if (known) {
        totals.files += sums.more.files;
        totals.bytes += sums.more.bytes;
    } else {
        known = quire_snapshot_totals(snapshot, &totals, NULL) == 0;
    }
    if (known) write_checksum(after, &totals, sums.stamp_ms);
    if (due && quire_checkpoint_write(snapshot, after->durability, NULL) == 0)
        (void)quire_log_cleanup(snapshot, NULL);
}

void quire_after_commit(const struct quire_after_commit *after)
{
    keep_log(after);
    if (after->no_auto_compact) return;
    const char *compacts =
        quire_snapshot_property(after->snapshot, "delta.autoOptimize.autoCompact");
    if (compacts != NULL && (quire_text_equal_ignore_case(compacts, "true") ||
                             quire_text_equal_ignore_case(compacts, "auto")))
        quire_optimize_after(after->snapshot->place.url, after->lines, after->durability);
}
