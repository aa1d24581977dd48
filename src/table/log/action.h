/* Private to table: the actions of a Delta log (PROTOCOL.md, "Actions"), as rows of one schema.
 *
 * Commits are JSON Lines and checkpoints are Parquet; both are read as batches of
 * quire_log_schema_text, of which each row has one action that is not null. Texts of an action
 * that was read are borrowed from the batch; quire_add_copy makes them last. */
#ifndef QUIRE_TABLE_ACTION_H
#define QUIRE_TABLE_ACTION_H

#include "base/alloc.h"
#include "data/view.h"

/* Columns of the schema, in order. */
enum quire_log_column {
    QUIRE_LOG_PROTOCOL,
    QUIRE_LOG_METADATA,
    QUIRE_LOG_ADD,
    QUIRE_LOG_REMOVE,
    QUIRE_LOG_TXN,
    QUIRE_LOG_DOMAIN,
    QUIRE_LOG_CDC,
    QUIRE_LOG_SIDECAR,
    QUIRE_LOG_CHECKPOINT,
    QUIRE_LOG_COMMIT_INFO, /* of commits only: its JSON */
    QUIRE_LOG_COLUMNS
};
extern const char quire_log_schema_text[];
/* Without commitInfo, which checkpoints write in a form of their own where they have it. */
extern const char quire_log_checkpoint_schema_text[];
/* What checkpoints of version 1 have: the columns up to QUIRE_LOG_DOMAIN. */
extern const char quire_log_classic_schema_text[];

#define QUIRE_LOG_NONE INT64_MIN /* a number that is not there */

/* A member of a map of texts. */
struct quire_pair {
    struct quire_bytes key;
    struct quire_bytes value; /* data == NULL: null */
};
struct quire_pairs {
    struct quire_pair *items;
    size_t size;
};

/* A list of texts. */
struct quire_texts {
    struct quire_bytes *items;
    size_t size;
};

/* PROTOCOL.md, "Deletion Vector Descriptor Schema". storage.size is 0 where there is none. */
struct quire_deletion_vector {
    struct quire_bytes storage; /* "u", "i", "p" */
    struct quire_bytes path;    /* or the bytes inline */
    int64_t offset, size, cardinality;
};

struct quire_add {
    struct quire_bytes path; /* as it stands: percent-encoded, below the table or a URL */
    struct quire_pairs partitions;
    int64_t size, modified_ms;
    bool data_change;
    struct quire_bytes stats; /* JSON; data == NULL: none */
    struct quire_pairs tags;
    struct quire_deletion_vector deleted;
    int64_t base_row_id, row_commit_version;
    struct quire_bytes clustering_provider;
};

struct quire_remove {
    struct quire_bytes path;
    int64_t deleted_ms, size;
    bool data_change, extended;
    struct quire_pairs partitions, tags;
    struct quire_deletion_vector deleted;
    int64_t base_row_id, row_commit_version;
};

struct quire_protocol {
    int64_t reader, writer; /* minReaderVersion, minWriterVersion */
    struct quire_texts reader_features, writer_features;
};

struct quire_metadata_action {
    struct quire_bytes id, name, description, provider, schema;
    struct quire_texts partitions;
    struct quire_pairs configuration;
    int64_t created_ms;
};

struct quire_txn {
    struct quire_bytes app;
    int64_t version, updated_ms;
};

struct quire_domain {
    struct quire_bytes name, configuration;
    bool removed;
};

/* Reads the action of a row out of the view of its column; lists and maps go to the arena. 0 or
 * QUIRE_MEMORY. What is missing is NULL bytes or QUIRE_LOG_NONE. */
int quire_add_read(const struct quire_view *view, int64_t row, struct quire_arena *arena,
                   struct quire_add *add);
/* Only the path and the deletion vector. */
void quire_add_name_read(const struct quire_view *view, int64_t row, struct quire_add *add);
int quire_remove_read(const struct quire_view *view, int64_t row, struct quire_arena *arena,
                      struct quire_remove *action);
/* A file of changes: only path, partitions and size are set. */
int quire_cdc_read(const struct quire_view *view, int64_t row, struct quire_arena *arena,
                   struct quire_add *file);
int quire_protocol_read(const struct quire_view *view, int64_t row, struct quire_arena *arena,
                        struct quire_protocol *protocol);
int quire_metadata_read(const struct quire_view *view, int64_t row, struct quire_arena *arena,
                        struct quire_metadata_action *metadata);
void quire_txn_read(const struct quire_view *view, int64_t row, struct quire_txn *txn);
void quire_domain_read(const struct quire_view *view, int64_t row, struct quire_domain *domain);

/* Copies into the arena, texts and all. 0 or QUIRE_MEMORY; the action is changed in place. */
int quire_bytes_copy(struct quire_arena *arena, struct quire_bytes *bytes);
int quire_pairs_copy(struct quire_arena *arena, struct quire_pairs *pairs);
int quire_texts_copy(struct quire_arena *arena, struct quire_texts *texts);
int quire_add_copy(struct quire_arena *arena, struct quire_add *add);
int quire_remove_copy(struct quire_arena *arena, struct quire_remove *action);
int quire_metadata_copy(struct quire_arena *arena, struct quire_metadata_action *metadata);
int quire_protocol_copy(struct quire_arena *arena, struct quire_protocol *protocol);

/* The value of a key; NULL when it is not there. */
const struct quire_pair *quire_pairs_find(const struct quire_pairs *pairs, const char *key);
bool quire_bytes_equal_text(const struct quire_bytes *bytes, const char *text);

#endif
