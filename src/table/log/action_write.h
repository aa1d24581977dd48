/* Private to table: actions as lines of a commit. */
#ifndef QUIRE_TABLE_ACTION_WRITE_H
#define QUIRE_TABLE_ACTION_WRITE_H

#include "base/json_text.h"
#include "table/log/action.h"

/* Each appends one line. 0 or QUIRE_MEMORY. */
int quire_protocol_write(const struct quire_protocol *protocol, struct quire_buf *out);
int quire_metadata_write(const struct quire_metadata_action *metadata, struct quire_buf *out);
int quire_add_write(const struct quire_add *add, struct quire_buf *out);
/* The remove of a file that an add brought. */
int quire_remove_write(const struct quire_add *add, int64_t deleted_ms, bool data_change,
                       struct quire_buf *out);
/* A file of changes, of which only path, partitions and size are said. */
int quire_cdc_write(const struct quire_add *file, struct quire_buf *out);
/* A remove as it is. */
int quire_tombstone_write(const struct quire_remove *action, struct quire_buf *out);
int quire_txn_write(const struct quire_txn *txn, struct quire_buf *out);
int quire_domain_write(const struct quire_domain *domain, struct quire_buf *out);

/* A member of a JSON object that says a text or null. */
void quire_bytes_write(struct quire_json_writer *writer, const char *key,
                       const struct quire_bytes *text);
/* An object; its keys need not be terminated. */
void quire_pairs_write(struct quire_json_writer *writer, const struct quire_pairs *pairs);
void quire_texts_write(struct quire_json_writer *writer, const struct quire_texts *texts);

#endif
