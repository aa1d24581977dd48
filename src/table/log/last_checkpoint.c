#include "table/log/last_checkpoint.h"

#include <inttypes.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/fail.h"
#include "base/json_tree.h"
#include "base/text.h"
#include "table/log/json_checksum.h"
#include "table/log/log_names.h"

#define OPERATION "read table log"
#define HINT_MAX  (1 << 20) /* bytes */

/* One that has no checksum, or that this build cannot check, is believed. */
static int is_damaged(const struct quire_json_node *root, bool *damaged)
{
    char checksum[QUIRE_JSON_CHECKSUM_SIZE];
    const char *recorded = quire_json_tree_text(root, "checksum");
    *damaged = false;
    if (recorded == NULL) return 0;
    int code = quire_json_checksum(root, checksum);
    if (code == QUIRE_MEMORY) return code;
    *damaged =
        code == QUIRE_INPUT || (code == 0 && !quire_text_equal_ignore_case(recorded, checksum));
    return 0;
}

int quire_last_checkpoint_read(const struct quire_table_place *place,
                               struct quire_last_checkpoint *hint, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf key = {0}, text = {0};
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {NULL, 0};
    struct quire_json_node *root = NULL;
    struct quire_error missing;
    size_t got = 0, at;
    *hint = (struct quire_last_checkpoint){.version = -1};
    quire_error_clear(&missing);
    if (quire_buf_printf(&key, "%s" QUIRE_LOG_FOLDER "_last_checkpoint", place->key) != 0 ||
        quire_buf_terminate(&key) != 0 || quire_buf_reserve(&text, HINT_MAX) != 0)
        return quire_fail_memory(error, OPERATION);
    int code = quire_store_get(place->store, (const char *)key.data, 0, text.data, HINT_MAX, &got,
                               &missing);
    if (code == QUIRE_NOT_FOUND) return 0;
    if (code != 0 && error != NULL) *error = missing;
    QUIRE_TRY(code);
    if (quire_json_tree_parse((const char *)text.data, got, &arena, &root, &at) != 0) return 0;
    if (is_damaged(root, &hint->damaged) != 0) return quire_fail_memory(error, OPERATION);
    if (hint->damaged) return 0;
    hint->version = quire_json_tree_i64(root, "version", -1);
    hint->classic = quire_json_tree_get(root, "parts") == NULL &&
                    quire_json_tree_get(root, "v2Checkpoint") == NULL;
    return 0;
}

int quire_last_checkpoint_write(const struct quire_last_checkpoint_text *written,
                                struct quire_buf *text, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {NULL, 0};
    struct quire_json_node *root = NULL;
    char checksum[QUIRE_JSON_CHECKSUM_SIZE];
    size_t at;
    int code = quire_buf_printf(text,
                                "{\"version\":%" PRId64 ",\"size\":%" PRId64
                                ",\"sizeInBytes\":%" PRId64 ",\"numOfAddFiles\":%" PRId64 "}",
                                written->version, written->rows, written->bytes, written->files);
    if (code == 0)
        code = quire_json_tree_parse((const char *)text->data, text->size, &arena, &root, &at);
    if (code == 0) code = quire_json_checksum(root, checksum);
    if (code == QUIRE_UNSUPPORTED) return 0;
    if (code == 0) text->size--; /* the brace */
    if (code == 0) code = quire_buf_printf(text, ",\"checksum\":\"%s\"}", checksum);
    return code == 0 ? 0 : quire_fail_memory(error, OPERATION);
}
