#include "table/snapshot.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/hash.h"
#include "base/json_tree.h"
#include "table/log_read.h"
#include "table/uri.h"

#define OPERATION   "read table log"
#define SLOTS_LEAST 64
#define HINT_MAX    (1 << 20) /* bytes of _last_checkpoint */

/* --- Names --------------------------------------------------------------------------------- */

static int join(struct quire_buf *out, const char *url, const char *folder, const char *name,
                struct quire_error *error)
{
    quire_buf_clear(out);
    if (quire_buf_printf(out, "%s%s%s", url, folder, name) != 0 || quire_buf_terminate(out) != 0)
        return quire_fail_memory(error, OPERATION);
    return 0;
}

static char *with_slash(const char *text)
{
    size_t size = strlen(text);
    bool needs = size > 0 && text[size - 1] != '/';
    char *out = quire_alloc(size + 2);
    if (out == NULL) return NULL;
    memcpy(out, text, size);
    out[size] = '/';
    out[size + needs] = '\0';
    return out;
}

/* --- What the tail says of files ------------------------------------------------------------- */

/* The path as a file is called, and the deletion vector with its offset: what makes an add and a
 * remove speak of the same thing. */
static int make_key(const struct quire_bytes *path, const struct quire_deletion_vector *deleted,
                    struct quire_buf *key)
{
    quire_buf_clear(key);
    int code = quire_uri_decode(path, key);
    if (code != 0 || deleted->storage.size == 0) return code;
    code = quire_buf_push(key, '\0');
    if (code == 0) code = quire_buf_append(key, deleted->storage.data, deleted->storage.size);
    if (code == 0) code = quire_buf_append(key, deleted->path.data, deleted->path.size);
    if (code == 0 && deleted->offset != QUIRE_LOG_NONE)
        code = quire_buf_printf(key, "@%" PRId64, deleted->offset);
    return code;
}

static struct quire_tail_file *tail_files(const struct quire_snapshot *snapshot)
{
    return (struct quire_tail_file *)(void *)snapshot->tail.data;
}

/* The slot of a key: that which has it, or the free one where it would go. */
static uint32_t *find_slot(const struct quire_snapshot *snapshot, uint64_t hash,
                           const struct quire_buf *key)
{
    uint32_t *slots = (uint32_t *)(void *)snapshot->slots.data;
    size_t mask = snapshot->slots.size / sizeof(*slots) - 1;
    for (size_t i = hash & mask;; i = (i + 1) & mask) {
        if (slots[i] == 0) return &slots[i];
        const struct quire_tail_file *file = &tail_files(snapshot)[slots[i] - 1];
        if (file->hash == hash && file->key_size == key->size &&
            memcmp(file->key, key->data, key->size) == 0)
            return &slots[i];
    }
}

static int grow_slots(struct quire_snapshot *snapshot)
{
    size_t files = snapshot->tail.size / sizeof(struct quire_tail_file);
    size_t slots = snapshot->slots.size / sizeof(uint32_t);
    if (slots > 0 && files * 2 < slots) return 0;
    slots = slots > 0 ? slots * 2 : SLOTS_LEAST;
    quire_buf_clear(&snapshot->slots);
    int code = quire_buf_reserve(&snapshot->slots, slots * sizeof(uint32_t));
    if (code != 0) return code;
    memset(snapshot->slots.data, 0, slots * sizeof(uint32_t));
    snapshot->slots.size = slots * sizeof(uint32_t);
    uint32_t *table = (uint32_t *)(void *)snapshot->slots.data;
    for (size_t file = 0; file < files; file++) {
        size_t i = tail_files(snapshot)[file].hash & (slots - 1);
        while (table[i] != 0)
            i = (i + 1) & (slots - 1);
        table[i] = (uint32_t)file + 1;
    }
    return 0;
}

/* Notes the newest word on a file: add is NULL when it was removed. */
static int note_file(struct quire_snapshot *snapshot, const struct quire_buf *key,
                     const struct quire_add *add)
{
    int code = grow_slots(snapshot);
    if (code != 0) return code;
    uint64_t hash = quire_hash_bytes(key->data, key->size);
    uint32_t *slot = find_slot(snapshot, hash, key);
    if (*slot == 0) {
        struct quire_tail_file file = {.hash = hash, .key_size = key->size};
        file.key = quire_arena_strndup(&snapshot->arena, (const char *)key->data, key->size);
        if (file.key == NULL) return QUIRE_MEMORY;
        code = quire_buf_append(&snapshot->tail, &file, sizeof(file));
        if (code != 0) return code;
        *slot = (uint32_t)(snapshot->tail.size / sizeof(file));
    }
    struct quire_tail_file *file = &tail_files(snapshot)[*slot - 1];
    file->removed = add == NULL;
    if (add == NULL) return 0;
    file->add = *add;
    return quire_add_copy(&snapshot->arena, &file->add);
}

/* --- Replay -------------------------------------------------------------------------------- */

static int note_txn(struct quire_snapshot *snapshot, const struct quire_txn *txn)
{
    struct quire_txn *txns = (struct quire_txn *)(void *)snapshot->txns.data;
    size_t n = snapshot->txns.size / sizeof(*txns);
    for (size_t i = 0; i < n; i++) {
        if (txns[i].app.size != txn->app.size ||
            memcmp(txns[i].app.data, txn->app.data, txn->app.size) != 0)
            continue;
        txns[i].version = txn->version;
        txns[i].updated_ms = txn->updated_ms;
        return 0;
    }
    struct quire_txn copy = *txn;
    int code = quire_bytes_copy(&snapshot->arena, &copy.app);
    return code != 0 ? code : quire_buf_append(&snapshot->txns, &copy, sizeof(copy));
}

static int note_domain(struct quire_snapshot *snapshot, const struct quire_domain *domain)
{
    struct quire_domain *domains = (struct quire_domain *)(void *)snapshot->domains.data;
    size_t n = snapshot->domains.size / sizeof(*domains), at = 0;
    struct quire_domain copy = *domain;
    while (at < n && (domains[at].name.size != domain->name.size ||
                      memcmp(domains[at].name.data, domain->name.data, domain->name.size) != 0))
        at++;
    int code = quire_bytes_copy(&snapshot->arena, &copy.name);
    if (code == 0) code = quire_bytes_copy(&snapshot->arena, &copy.configuration);
    if (code != 0) return code;
    if (at < n && domain->removed) {
        memmove(&domains[at], &domains[at + 1], (n - at - 1) * sizeof(*domains));
        snapshot->domains.size -= sizeof(*domains);
        return 0;
    }
    if (at < n) domains[at] = copy;
    return at < n || domain->removed ? 0
                                     : quire_buf_append(&snapshot->domains, &copy, sizeof(copy));
}

static int note_protocol(struct quire_snapshot *snapshot, const struct quire_view *view,
                         int64_t row)
{
    int code = quire_protocol_read(view, row, &snapshot->arena, &snapshot->protocol);
    if (code == 0) code = quire_texts_copy(&snapshot->arena, &snapshot->protocol.reader_features);
    if (code == 0) code = quire_texts_copy(&snapshot->arena, &snapshot->protocol.writer_features);
    snapshot->has_protocol = true;
    return code;
}

static int note_metadata(struct quire_snapshot *snapshot, const struct quire_view *view,
                         int64_t row)
{
    struct quire_metadata_action *metadata = &snapshot->metadata;
    struct quire_bytes *const texts[] = {&metadata->id, &metadata->name, &metadata->description,
                                         &metadata->provider, &metadata->schema};
    int code = quire_metadata_read(view, row, &snapshot->arena, metadata);
    if (code == 0) code = quire_texts_copy(&snapshot->arena, &metadata->partitions);
    if (code == 0) code = quire_pairs_copy(&snapshot->arena, &metadata->configuration);
    for (size_t i = 0; code == 0 && i < sizeof(texts) / sizeof(texts[0]); i++)
        code = quire_bytes_copy(&snapshot->arena, texts[i]);
    snapshot->has_metadata = true;
    return code;
}

/* A row of a commit. of_tail: files are noted; those of a checkpoint are not. */
static int note_row(struct quire_snapshot *snapshot, struct quire_log_reader *reader,
                    enum quire_log_column column, int64_t row, struct quire_buf *key)
{
    const struct quire_view *view = quire_log_column_view(reader, column);
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {NULL, 0};
    struct quire_txn txn;
    struct quire_domain domain;
    struct quire_add add;
    struct quire_remove removed;
    int code;
    switch (column) {
    case QUIRE_LOG_PROTOCOL: return note_protocol(snapshot, view, row);
    case QUIRE_LOG_METADATA: return note_metadata(snapshot, view, row);
    case QUIRE_LOG_TXN: quire_txn_read(view, row, &txn); return note_txn(snapshot, &txn);
    case QUIRE_LOG_DOMAIN:
        quire_domain_read(view, row, &domain);
        return note_domain(snapshot, &domain);
    case QUIRE_LOG_ADD:
        code = quire_add_read(view, row, &arena, &add);
        if (code == 0) code = make_key(&add.path, &add.deleted, key);
        return code != 0 ? code : note_file(snapshot, key, &add);
    case QUIRE_LOG_REMOVE:
        code = quire_remove_read(view, row, &arena, &removed);
        if (code == 0) code = make_key(&removed.path, &removed.deleted, key);
        return code != 0 ? code : note_file(snapshot, key, NULL);
    case QUIRE_LOG_SIDECAR: {
        struct quire_bytes path = quire_view_bytes(&view->children[0], row);
        code = quire_buf_append(&snapshot->sidecars, path.data, path.size);
        return code != 0 ? code : quire_buf_push(&snapshot->sidecars, '\0');
    }
    default: return 0;
    }
}

static void close_reader(struct quire_log_reader *reader)
{
    quire_log_reader_close(reader);
}

static int replay_file(struct quire_snapshot *snapshot, const char *name, unsigned columns,
                       struct quire_error *error)
{
    QUIRE_CLEANUP(close_reader) struct quire_log_reader reader = {.row = 0};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf url = {0}, key = {0};
    QUIRE_TRY(join(&url, snapshot->url, QUIRE_LOG_FOLDER, name, error));
    QUIRE_TRY(quire_log_reader_open((const char *)url.data, columns, &reader, error));
    for (;;) {
        enum quire_log_column column;
        int64_t row = 0;
        QUIRE_TRY(quire_log_reader_next(&reader, &column, &row, error));
        if (column == QUIRE_LOG_COLUMNS) return 0;
        int code = note_row(snapshot, &reader, column, row, &key);
        if (code != 0) return quire_fail_memory(error, OPERATION);
    }
}

static int replay(struct quire_snapshot *snapshot, struct quire_error *error)
{
    const unsigned state = 1u << QUIRE_LOG_PROTOCOL | 1u << QUIRE_LOG_METADATA |
                           1u << QUIRE_LOG_TXN | 1u << QUIRE_LOG_DOMAIN;
    const struct quire_log_segment *segment = &snapshot->segment;
    const char *name = (const char *)segment->checkpoint.data;
    for (size_t i = 0; i < segment->checkpoint_size; i++, name += strlen(name) + 1)
        QUIRE_TRY(replay_file(snapshot, name, state | 1u << QUIRE_LOG_SIDECAR, error));
    const struct quire_log_commit *commits =
        (const struct quire_log_commit *)(const void *)segment->commits.data;
    for (size_t i = 0; i < segment->commits.size / sizeof(*commits); i++) {
        char commit[QUIRE_LOG_NAME_MAX];
        quire_log_name_commit(commits[i].version, commit);
        QUIRE_TRY(replay_file(snapshot, commit,
                              state | 1u << QUIRE_LOG_ADD | 1u << QUIRE_LOG_REMOVE, error));
    }
    if (snapshot->has_protocol && snapshot->has_metadata) return 0;
    return quire_fail(error, QUIRE_CORRUPT, OPERATION, "the log has no %s",
                      snapshot->has_protocol ? "metaData" : "protocol");
}

/* --- Opening ------------------------------------------------------------------------------- */

/* The version that _last_checkpoint names; -1 when it is missing or says nothing. */
static int read_hint(struct quire_snapshot *snapshot, int64_t *hint, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf key = {0}, text = {0};
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {NULL, 0};
    struct quire_json_node *root = NULL;
    size_t got = 0, at;
    *hint = -1;
    QUIRE_TRY(join(&key, snapshot->key, QUIRE_LOG_FOLDER, "_last_checkpoint", error));
    if (quire_buf_reserve(&text, HINT_MAX) != 0) return quire_fail_memory(error, OPERATION);
    int code = quire_store_get(snapshot->store, (const char *)key.data, 0, text.data, HINT_MAX,
                               &got, error);
    if (code == QUIRE_NOT_FOUND) return 0;
    QUIRE_TRY(code);
    if (quire_json_tree_parse((const char *)text.data, got, &arena, &root, &at) != 0) return 0;
    *hint = quire_json_tree_i64(root, "version", -1);
    return 0;
}

static int open_snapshot(struct quire_snapshot *snapshot, const char *url, int64_t version,
                         struct quire_error *error)
{
    int64_t hint;
    char *key = NULL;
    snapshot->url = with_slash(url);
    if (snapshot->url == NULL) return quire_fail_memory(error, OPERATION);
    QUIRE_TRY(quire_store_open(snapshot->url, NULL, 0, &snapshot->store, &key, error));
    snapshot->key = with_slash(key);
    quire_store_key_free(key);
    if (snapshot->key == NULL) return quire_fail_memory(error, OPERATION);
    QUIRE_TRY(read_hint(snapshot, &hint, error));
    QUIRE_TRY(quire_log_segment_list(snapshot->store, snapshot->key, version, hint,
                                     &snapshot->segment, error));
    snapshot->version = snapshot->segment.version;
    return replay(snapshot, error);
}

int quire_snapshot_open(const char *url, int64_t version, struct quire_snapshot **snapshot,
                        struct quire_error *error)
{
    struct quire_snapshot *made = quire_alloc_zero(1, sizeof(*made));
    if (made == NULL) return quire_fail_memory(error, OPERATION);
    int code = open_snapshot(made, url, version, error);
    if (code != 0) {
        quire_error_path(error, url);
        quire_snapshot_free(made);
        return code;
    }
    *snapshot = made;
    return 0;
}

void quire_snapshot_free(struct quire_snapshot *snapshot)
{
    if (snapshot == NULL) return;
    quire_log_segment_release(&snapshot->segment);
    quire_store_close(snapshot->store);
    quire_free(snapshot->url);
    quire_free(snapshot->key);
    quire_buf_release(&snapshot->txns);
    quire_buf_release(&snapshot->domains);
    quire_buf_release(&snapshot->tail);
    quire_buf_release(&snapshot->slots);
    quire_buf_release(&snapshot->sidecars);
    quire_arena_release(&snapshot->arena);
    quire_free(snapshot);
}

const char *quire_snapshot_property(const struct quire_snapshot *snapshot, const char *name)
{
    const struct quire_pair *pair = quire_pairs_find(&snapshot->metadata.configuration, name);
    return pair != NULL ? (const char *)pair->value.data : NULL;
}

/* --- Files --------------------------------------------------------------------------------- */

/* The files of a checkpoint that no commit after it speaks of. */
static int each_of_checkpoint(struct quire_snapshot *snapshot, const char *folder, const char *name,
                              quire_take_add *take, void *user, struct quire_error *error)
{
    QUIRE_CLEANUP(close_reader) struct quire_log_reader reader = {.row = 0};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf url = {0}, key = {0};
    QUIRE_TRY(join(&url, snapshot->url, folder, name, error));
    QUIRE_TRY(quire_log_reader_open((const char *)url.data, 1u << QUIRE_LOG_ADD, &reader, error));
    for (;;) {
        QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {NULL, 0};
        enum quire_log_column column;
        struct quire_add add;
        int64_t row = 0;
        QUIRE_TRY(quire_log_reader_next(&reader, &column, &row, error));
        if (column == QUIRE_LOG_COLUMNS) return 0;
        if (quire_add_read(quire_log_column_view(&reader, column), row, &arena, &add) != 0 ||
            make_key(&add.path, &add.deleted, &key) != 0)
            return quire_fail_memory(error, OPERATION);
        if (snapshot->slots.size > 0 &&
            *find_slot(snapshot, quire_hash_bytes(key.data, key.size), &key) != 0)
            continue;
        QUIRE_TRY(take(user, &add, error));
    }
}

int quire_snapshot_each_file(struct quire_snapshot *snapshot, quire_take_add *take, void *user,
                             struct quire_error *error)
{
    const struct quire_log_segment *segment = &snapshot->segment;
    const char *name = (const char *)segment->checkpoint.data;
    for (size_t i = 0; i < segment->checkpoint_size; i++, name += strlen(name) + 1)
        QUIRE_TRY(each_of_checkpoint(snapshot, QUIRE_LOG_FOLDER, name, take, user, error));
    const char *end = (const char *)quire_buf_end(&snapshot->sidecars);
    for (name = (const char *)snapshot->sidecars.data; name != end; name += strlen(name) + 1)
        QUIRE_TRY(
            each_of_checkpoint(snapshot, QUIRE_LOG_FOLDER "_sidecars/", name, take, user, error));
    for (size_t i = 0; i < snapshot->tail.size / sizeof(struct quire_tail_file); i++) {
        const struct quire_tail_file *file = &tail_files(snapshot)[i];
        if (!file->removed) QUIRE_TRY(take(user, &file->add, error));
    }
    return 0;
}
