/* Private to table: deletion vectors as files of a table (PROTOCOL.md, "Deletion Vector File
 * Storage Format"), many in one file.
 *
 * Files that were written but are not committed are deleted when the writer is closed. */
#ifndef QUIRE_TABLE_VECTOR_WRITER_H
#define QUIRE_TABLE_VECTOR_WRITER_H

#include "table/commit/commit.h"
#include "table/files/deletion_vector.h"

/* Bytes after which the next vector goes to another file. */
#define QUIRE_VECTOR_FILE_BYTES ((size_t)64 << 20)

/* Begins zeroed but for the place and the durability. */
struct quire_vector_writer {
    const struct quire_table_place *place; /* borrowed until close */
    enum quire_durability durability;
    char uuid[QUIRE_COMMIT_MARK_SIZE]; /* of the current file */
    char text[21];                     /* the same in base 85 */
    struct quire_buf bytes;            /* of the current file; empty: none */
    struct quire_buf keys;             /* of files that stand or may, each zero-terminated */
};

/* Adds a vector, and puts out where it is; its texts are the arena's. */
int quire_vector_writer_add(struct quire_vector_writer *writer,
                            const struct quire_deleted_rows *rows, struct quire_arena *arena,
                            struct quire_deletion_vector *vector, struct quire_error *error);
/* Puts the last file. */
int quire_vector_writer_finish(struct quire_vector_writer *writer, struct quire_error *error);
/* keep: the files are part of the table, or may be. */
void quire_vector_writer_close(struct quire_vector_writer *writer, bool keep);

#endif
