/* Private to table: actions as rows of a classic checkpoint (PROTOCOL.md, "Checkpoint Schema"),
 * of quire_log_classic_schema_text. */
#ifndef QUIRE_TABLE_CHECKPOINT_ROWS_H
#define QUIRE_TABLE_CHECKPOINT_ROWS_H

#include "quire/batch.h"
#include "table/log/action.h"

int quire_checkpoint_protocol(struct quire_builder *builder, const struct quire_protocol *protocol,
                              struct quire_error *error);
int quire_checkpoint_metadata(struct quire_builder *builder,
                              const struct quire_metadata_action *metadata,
                              struct quire_error *error);
/* What a checkpoint names is no change of data. */
int quire_checkpoint_add(struct quire_builder *builder, const struct quire_add *add,
                         struct quire_error *error);
int quire_checkpoint_remove(struct quire_builder *builder, const struct quire_remove *action,
                            struct quire_error *error);
int quire_checkpoint_txn(struct quire_builder *builder, const struct quire_txn *txn,
                         struct quire_error *error);
int quire_checkpoint_domain(struct quire_builder *builder, const struct quire_domain *domain,
                            struct quire_error *error);

#endif
