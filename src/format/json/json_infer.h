/* Types from a sample of records. */
#ifndef QUIRE_FORMAT_JSON_INFER_H
#define QUIRE_FORMAT_JSON_INFER_H

#include "data/infer.h"
#include "format/json/json_scan.h"

/* Notes the members of the object at the cursor, which has been checked, below a
 * struct node. QUIRE_INPUT for a name with U+0000 of a top-level member, or of a
 * nested one unless mixtures are kept as JSON text. */
int quire_json_infer_record(struct quire_json_cursor *cursor, struct quire_arena *arena,
                            struct quire_infer_node *root, const struct quire_infer_policy *policy,
                            struct quire_error *error);

#endif
