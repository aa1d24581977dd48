/* Private to table: the checksum that a JSON object carries of itself (PROTOCOL.md, "JSON
 * checksum"). */
#ifndef QUIRE_TABLE_JSON_CHECKSUM_H
#define QUIRE_TABLE_JSON_CHECKSUM_H

#include "base/buf.h"
#include "base/json_tree.h"
#include "quire/error.h"

#define QUIRE_JSON_CHECKSUM_SIZE 33 /* with the zero */

/* The canonical form of an object without its member "checksum". QUIRE_INPUT where a member
 * comes twice, QUIRE_MEMORY. */
int quire_json_canonical(const struct quire_json_node *root, struct quire_buf *out);

/* MD5 of that, in hex. Those, and QUIRE_UNSUPPORTED as quire_md5. */
int quire_json_checksum(const struct quire_json_node *root, char text[QUIRE_JSON_CHECKSUM_SIZE]);

#endif
