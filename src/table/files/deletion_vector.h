/* Private to table: the rows of a data file that a table does not have (PROTOCOL.md, "Deletion
 * Vectors"), as the log describes them.
 *
 * Without libroaring loading one answers "built without roaring". */
#ifndef QUIRE_TABLE_DELETION_VECTOR_H
#define QUIRE_TABLE_DELETION_VECTOR_H

#include "table/log/snapshot.h"

/* Bytes that one may have; a vector of 2^31 rows, without any runs, has half of it. */
#define QUIRE_DELETION_VECTOR_BYTES_MAX ((int64_t)512 << 20)

struct quire_deleted_rows;

/* Reads the vector of a file, from the log itself or from a file of its own, of which the
 * checksum must fit. QUIRE_CORRUPT names what is wrong. */
int quire_deletion_vector_load(const struct quire_snapshot *snapshot,
                               const struct quire_deletion_vector *vector,
                               struct quire_deleted_rows **rows, struct quire_error *error);
/* The same from the bytes of a bitmap (PROTOCOL.md, "Deletion Vector Format") that must have
 * that many rows. */
int quire_deleted_rows_parse(const uint8_t *bytes, size_t size, int64_t cardinality,
                             struct quire_deleted_rows **rows, struct quire_error *error);
void quire_deleted_rows_free(struct quire_deleted_rows *rows); /* NULL is fine */

/* Whether a row, counted from the start of the file, is one of them. */
bool quire_deleted_rows_has(const struct quire_deleted_rows *rows, int64_t row);

/* No rows yet. */
int quire_deleted_rows_new(struct quire_deleted_rows **rows, struct quire_error *error);
/* 0 or QUIRE_MEMORY. */
int quire_deleted_rows_add(struct quire_deleted_rows *rows, int64_t row);
int64_t quire_deleted_rows_count(const struct quire_deleted_rows *rows);
/* Appends the bytes that quire_deleted_rows_parse reads. 0 or QUIRE_MEMORY. */
int quire_deleted_rows_write(const struct quire_deleted_rows *rows, struct quire_buf *out);

/* Whether its storageType is one that the protocol has. */
bool quire_deletion_vector_is_known(const struct quire_deletion_vector *vector);

/* CRC-32 (IEEE 802.3), as stands behind each bitmap in a file. */
uint32_t quire_deletion_vector_checksum(const uint8_t *bytes, size_t size);

/* Appends where the vector's file is: its name below the table, or a path or URL; nothing for one
 * that is in the log itself. Terminated. */
int quire_deletion_vector_file(const struct quire_deletion_vector *vector, struct quire_buf *path,
                               struct quire_error *error);

#endif
