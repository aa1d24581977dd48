#include "runlog/write/write_rejects_stands.h"

#include <inttypes.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/json_tree.h"
#include "base/number.h"
#include "quire/table.h"

#define OPERATION "quality rejects"
/* Clocks of machines that write one table differ by less. */
#define CLOCKS_MS (INT64_C(24) * 3600 * 1000)

/* --- What is said ---------------------------------------------------------------------------- */

int quire_rejects_said_add(struct quire_rejects_said *said, int64_t begin, int64_t end)
{
    const int64_t pair[] = {begin, end};
    if (end <= begin) return 0;
    if (said->pairs.size > 0) {
        int64_t *last = (int64_t *)(void *)(quire_buf_end(&said->pairs) - sizeof(*last));
        if (*last == begin) {
            *last = end;
            return 0;
        }
    }
    return quire_buf_append(&said->pairs, pair, sizeof(pair));
}

int quire_rejects_said_write(const struct quire_rejects_said *said, const char *id,
                             struct quire_buf *out)
{
    const int64_t *pairs = (const int64_t *)(const void *)said->pairs.data;
    QUIRE_TRY(quire_buf_printf(out, "{\"write\":\"%s\",\"rejects\":[", id));
    for (size_t i = 0; i < said->pairs.size / sizeof(*pairs); i++)
        QUIRE_TRY(quire_buf_printf(out, "%s%" PRId64, i > 0 ? "," : "", pairs[i]));
    QUIRE_TRY(quire_buf_append_text(out, "]}"));
    return quire_buf_terminate(out);
}

/* --- What commits say ------------------------------------------------------------------------ */

struct looking {
    const char *id;
    int64_t begun_ms;
    uint8_t *keep;
    int64_t count;
    bool known; /* all of its commits have been seen */
};

static bool read_number(const struct quire_json_node *node, int64_t *value)
{
    return node != NULL && node->kind == QUIRE_JSON_NUMBER &&
           quire_number_parse_i64(node->text, node->size, value, NULL);
}

static void take_pairs(struct looking *looking, const struct quire_json_node *pairs)
{
    const struct quire_json_node *one = pairs != NULL ? pairs->first : NULL;
    int64_t begin, end;
    for (; one != NULL && one->next != NULL; one = one->next->next)
        if (read_number(one, &begin) && read_number(one->next, &end) && 0 <= begin &&
            begin <= end && end <= looking->count)
            memset(looking->keep + begin, 1, (size_t)(end - begin));
}

static int take_info(struct looking *looking, const char *info, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {NULL, 0};
    struct quire_json_node *root = NULL;
    size_t at = 0;
    if (strstr(info, looking->id) == NULL) return 0;
    int code = quire_json_tree_parse(info, strlen(info), &arena, &root, &at);
    if (code == QUIRE_MEMORY) return quire_fail_memory(error, OPERATION);
    const struct quire_json_node *own = code == 0 ? quire_json_tree_get(root, "quire") : NULL;
    const char *id = own != NULL ? quire_json_tree_text(own, "write") : NULL;
    if (id != NULL && strcmp(id, looking->id) == 0)
        take_pairs(looking, quire_json_tree_get(own, "rejects"));
    return 0;
}

/* QUIRE_CANCELLED where those before it are none of the write. */
static int take_commit(void *user, const struct quire_table_commit *commit,
                       struct quire_error *error)
{
    struct looking *looking = user;
    if (commit->info != NULL) QUIRE_TRY(take_info(looking, commit->info, error));
    looking->known = commit->version == 0 || commit->time_ms < looking->begun_ms - CLOCKS_MS;
    return looking->known ? QUIRE_CANCELLED : 0;
}

int quire_rejects_stands(const char *table, const char *id, int64_t begun_ms, uint8_t *keep,
                         int64_t count, bool *known, struct quire_error *error)
{
    struct looking looking = {id, begun_ms, keep, count, false};
    struct quire_table *opened = NULL;
    struct quire_error failed;
    quire_error_clear(&failed);
    *known = false;
    int code = quire_table_open(table, QUIRE_TABLE_NEWEST, &opened, &failed);
    if (code == QUIRE_NOT_FOUND) return 0;
    if (code == 0) code = quire_table_each_commit(opened, take_commit, &looking, &failed);
    quire_table_close(opened);
    *known = looking.known;
    if (code == 0 || looking.known) return 0;
    if (error != NULL) *error = failed;
    return code;
}
