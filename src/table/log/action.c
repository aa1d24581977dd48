#include "table/log/action.h"

#define STATE_AND_FILES                                                                         \
    "protocol struct<minReaderVersion: int32, minWriterVersion: int32, "                        \
    "readerFeatures: list<string>, writerFeatures: list<string>>\n"                             \
    "metaData struct<id: string, name: string, description: string, "                           \
    "format: struct<provider: string, options: map<string, string>>, schemaString: string, "    \
    "partitionColumns: list<string>, configuration: map<string, string>, createdTime: int64>\n" \
    "add struct<path: string, partitionValues: map<string, string>, size: int64, "              \
    "modificationTime: int64, dataChange: bool, stats: string, tags: map<string, string>, "     \
    "deletionVector: " DELETION_VECTOR ", baseRowId: int64, defaultRowCommitVersion: int64, "   \
    "clusteringProvider: string>\n"                                                             \
    "remove struct<path: string, deletionTimestamp: int64, dataChange: bool, "                  \
    "extendedFileMetadata: bool, partitionValues: map<string, string>, size: int64, "           \
    "tags: map<string, string>, deletionVector: " DELETION_VECTOR ", baseRowId: int64, "        \
    "defaultRowCommitVersion: int64>\n"                                                         \
    "txn struct<appId: string, version: int64, lastUpdated: int64>\n"                           \
    "domainMetadata struct<domain: string, configuration: string, removed: bool>\n"
#define OTHERS                                                                     \
    "cdc struct<path: string, partitionValues: map<string, string>, size: int64, " \
    "dataChange: bool, tags: map<string, string>>\n"                               \
    "sidecar struct<path: string, sizeInBytes: int64, modificationTime: int64, "   \
    "tags: map<string, string>>\n"                                                 \
    "checkpointMetadata struct<version: int64, tags: map<string, string>>\n"
#define DELETION_VECTOR                                                                       \
    "struct<storageType: string, pathOrInlineDv: string, offset: int32, sizeInBytes: int32, " \
    "cardinality: int64>"

const char quire_log_schema_text[] = STATE_AND_FILES OTHERS "commitInfo json\n";
const char quire_log_checkpoint_schema_text[] = STATE_AND_FILES OTHERS;
const char quire_log_classic_schema_text[] = STATE_AND_FILES;

/* --- Fields of a struct -------------------------------------------------------------------- */

static struct quire_bytes bytes_of(const struct quire_view *view, int64_t row)
{
    if (quire_view_is_null(view, row)) return (struct quire_bytes){NULL, 0};
    struct quire_bytes bytes = quire_view_bytes(view, row);
    if (bytes.data == NULL) bytes.data = (const uint8_t *)"";
    return bytes;
}

static int64_t number_of(const struct quire_view *view, int64_t row)
{
    return quire_view_is_null(view, row) ? QUIRE_LOG_NONE : quire_view_i64(view, row);
}

static bool boolean_of(const struct quire_view *view, int64_t row)
{
    return !quire_view_is_null(view, row) && quire_view_bool(view, row);
}

static int texts_of(const struct quire_view *view, int64_t row, struct quire_arena *arena,
                    struct quire_texts *texts)
{
    *texts = (struct quire_texts){NULL, 0};
    if (quire_view_is_null(view, row)) return 0;
    struct quire_range range = quire_view_range(view, row);
    texts->items = quire_arena_alloc(arena, (size_t)(range.size + 1) * sizeof(*texts->items));
    if (texts->items == NULL) return QUIRE_MEMORY;
    for (int64_t i = 0; i < range.size; i++)
        texts->items[texts->size++] = bytes_of(&view->children[0], range.start + i);
    return 0;
}

static int pairs_of(const struct quire_view *view, int64_t row, struct quire_arena *arena,
                    struct quire_pairs *pairs)
{
    *pairs = (struct quire_pairs){NULL, 0};
    if (quire_view_is_null(view, row)) return 0;
    struct quire_range range = quire_view_range(view, row);
    const struct quire_view *entries = &view->children[0];
    pairs->items = quire_arena_alloc(arena, (size_t)(range.size + 1) * sizeof(*pairs->items));
    if (pairs->items == NULL) return QUIRE_MEMORY;
    for (int64_t i = 0; i < range.size; i++)
        pairs->items[pairs->size++] =
            (struct quire_pair){bytes_of(&entries->children[0], range.start + i),
                                bytes_of(&entries->children[1], range.start + i)};
    return 0;
}

static void deletion_vector_of(const struct quire_view *view, int64_t row,
                               struct quire_deletion_vector *deleted)
{
    *deleted = (struct quire_deletion_vector){.offset = QUIRE_LOG_NONE};
    if (quire_view_is_null(view, row)) return;
    deleted->storage = bytes_of(&view->children[0], row);
    deleted->path = bytes_of(&view->children[1], row);
    deleted->offset = number_of(&view->children[2], row);
    deleted->size = number_of(&view->children[3], row);
    deleted->cardinality = number_of(&view->children[4], row);
}

/* --- Actions ------------------------------------------------------------------------------- */

void quire_add_name_read(const struct quire_view *view, int64_t row, struct quire_add *add)
{
    add->path = bytes_of(&view->children[0], row);
    deletion_vector_of(&view->children[7], row, &add->deleted);
}

int quire_add_read(const struct quire_view *view, int64_t row, struct quire_arena *arena,
                   struct quire_add *add)
{
    const struct quire_view *field = view->children;
    *add = (struct quire_add){
        .path = bytes_of(&field[0], row),
        .size = number_of(&field[2], row),
        .modified_ms = number_of(&field[3], row),
        .data_change = boolean_of(&field[4], row),
        .stats = bytes_of(&field[5], row),
        .base_row_id = number_of(&field[8], row),
        .row_commit_version = number_of(&field[9], row),
        .clustering_provider = bytes_of(&field[10], row),
    };
    deletion_vector_of(&field[7], row, &add->deleted);
    int code = pairs_of(&field[1], row, arena, &add->partitions);
    return code != 0 ? code : pairs_of(&field[6], row, arena, &add->tags);
}

int quire_remove_read(const struct quire_view *view, int64_t row, struct quire_arena *arena,
                      struct quire_remove *action)
{
    const struct quire_view *field = view->children;
    *action = (struct quire_remove){
        .path = bytes_of(&field[0], row),
        .deleted_ms = number_of(&field[1], row),
        .data_change = boolean_of(&field[2], row),
        .extended = boolean_of(&field[3], row),
        .size = number_of(&field[5], row),
        .base_row_id = number_of(&field[8], row),
        .row_commit_version = number_of(&field[9], row),
    };
    deletion_vector_of(&field[7], row, &action->deleted);
    int code = pairs_of(&field[4], row, arena, &action->partitions);
    return code != 0 ? code : pairs_of(&field[6], row, arena, &action->tags);
}

int quire_cdc_read(const struct quire_view *view, int64_t row, struct quire_arena *arena,
                   struct quire_add *file)
{
    const struct quire_view *field = view->children;
    *file = (struct quire_add){.path = bytes_of(&field[0], row),
                               .size = number_of(&field[2], row),
                               .modified_ms = QUIRE_LOG_NONE,
                               .base_row_id = QUIRE_LOG_NONE,
                               .row_commit_version = QUIRE_LOG_NONE};
    return pairs_of(&field[1], row, arena, &file->partitions);
}

int quire_protocol_read(const struct quire_view *view, int64_t row, struct quire_arena *arena,
                        struct quire_protocol *protocol)
{
    const struct quire_view *field = view->children;
    protocol->reader = number_of(&field[0], row);
    protocol->writer = number_of(&field[1], row);
    int code = texts_of(&field[2], row, arena, &protocol->reader_features);
    return code != 0 ? code : texts_of(&field[3], row, arena, &protocol->writer_features);
}

int quire_metadata_read(const struct quire_view *view, int64_t row, struct quire_arena *arena,
                        struct quire_metadata_action *metadata)
{
    const struct quire_view *field = view->children;
    *metadata = (struct quire_metadata_action){
        .id = bytes_of(&field[0], row),
        .name = bytes_of(&field[1], row),
        .description = bytes_of(&field[2], row),
        .schema = bytes_of(&field[4], row),
        .created_ms = number_of(&field[7], row),
    };
    if (!quire_view_is_null(&field[3], row))
        metadata->provider = bytes_of(&field[3].children[0], row);
    int code = texts_of(&field[5], row, arena, &metadata->partitions);
    return code != 0 ? code : pairs_of(&field[6], row, arena, &metadata->configuration);
}

void quire_txn_read(const struct quire_view *view, int64_t row, struct quire_txn *txn)
{
    *txn = (struct quire_txn){bytes_of(&view->children[0], row), number_of(&view->children[1], row),
                              number_of(&view->children[2], row)};
}

void quire_domain_read(const struct quire_view *view, int64_t row, struct quire_domain *domain)
{
    *domain =
        (struct quire_domain){bytes_of(&view->children[0], row), bytes_of(&view->children[1], row),
                              boolean_of(&view->children[2], row)};
}

/* --- Copies -------------------------------------------------------------------------------- */

int quire_bytes_copy(struct quire_arena *arena, struct quire_bytes *bytes)
{
    if (bytes->data == NULL) return 0;
    char *copy = quire_arena_strndup(arena, (const char *)bytes->data, bytes->size);
    if (copy == NULL) return QUIRE_MEMORY;
    bytes->data = (const uint8_t *)copy;
    return 0;
}

int quire_texts_copy(struct quire_arena *arena, struct quire_texts *texts)
{
    struct quire_bytes *items = quire_arena_alloc(arena, (texts->size + 1) * sizeof(*items));
    int code = items != NULL ? 0 : QUIRE_MEMORY;
    for (size_t i = 0; code == 0 && i < texts->size; i++) {
        items[i] = texts->items[i];
        code = quire_bytes_copy(arena, &items[i]);
    }
    texts->items = items;
    return code;
}

int quire_pairs_copy(struct quire_arena *arena, struct quire_pairs *pairs)
{
    struct quire_pair *items = quire_arena_alloc(arena, (pairs->size + 1) * sizeof(*items));
    int code = items != NULL ? 0 : QUIRE_MEMORY;
    for (size_t i = 0; code == 0 && i < pairs->size; i++) {
        items[i] = pairs->items[i];
        code = quire_bytes_copy(arena, &items[i].key);
        if (code == 0) code = quire_bytes_copy(arena, &items[i].value);
    }
    pairs->items = items;
    return code;
}

int quire_add_copy(struct quire_arena *arena, struct quire_add *add)
{
    struct quire_bytes *const texts[] = {&add->path, &add->stats, &add->deleted.storage,
                                         &add->deleted.path, &add->clustering_provider};
    int code = quire_pairs_copy(arena, &add->partitions);
    if (code == 0) code = quire_pairs_copy(arena, &add->tags);
    for (size_t i = 0; code == 0 && i < sizeof(texts) / sizeof(texts[0]); i++)
        code = quire_bytes_copy(arena, texts[i]);
    return code;
}

int quire_remove_copy(struct quire_arena *arena, struct quire_remove *action)
{
    struct quire_bytes *const texts[] = {&action->path, &action->deleted.storage,
                                         &action->deleted.path};
    int code = quire_pairs_copy(arena, &action->partitions);
    if (code == 0) code = quire_pairs_copy(arena, &action->tags);
    for (size_t i = 0; code == 0 && i < sizeof(texts) / sizeof(texts[0]); i++)
        code = quire_bytes_copy(arena, texts[i]);
    return code;
}

bool quire_bytes_equal_text(const struct quire_bytes *bytes, const char *text)
{
    size_t size = strlen(text);
    return bytes->data != NULL && bytes->size == size && memcmp(bytes->data, text, size) == 0;
}

int quire_metadata_copy(struct quire_arena *arena, struct quire_metadata_action *metadata)
{
    struct quire_bytes *const texts[] = {&metadata->id, &metadata->name, &metadata->description,
                                         &metadata->provider, &metadata->schema};
    int code = quire_texts_copy(arena, &metadata->partitions);
    if (code == 0) code = quire_pairs_copy(arena, &metadata->configuration);
    for (size_t i = 0; code == 0 && i < sizeof(texts) / sizeof(texts[0]); i++)
        code = quire_bytes_copy(arena, texts[i]);
    return code;
}

int quire_protocol_copy(struct quire_arena *arena, struct quire_protocol *protocol)
{
    int code = quire_texts_copy(arena, &protocol->reader_features);
    return code != 0 ? code : quire_texts_copy(arena, &protocol->writer_features);
}

const struct quire_pair *quire_pairs_find(const struct quire_pairs *pairs, const char *key)
{
    for (size_t i = 0; i < pairs->size; i++)
        if (quire_bytes_equal_text(&pairs->items[i].key, key)) return &pairs->items[i];
    return NULL;
}
