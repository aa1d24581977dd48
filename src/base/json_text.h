/* JSON text (RFC 8259) being written: strings at vector speed, and a writer that
 * keeps commas and nesting right for the small documents that reports are.
 *
 * Strings come in as valid UTF-8. Escaped are `"`, `\` and controls below U+0020
 * (with \b \f \n \r \t where they exist), and nothing else: U+007F, U+2028 and
 * all other characters stand as they are, unless ASCII is asked for. */
#ifndef QUIRE_BASE_JSON_TEXT_H
#define QUIRE_BASE_JSON_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Bytes to reserve for a string of `size` bytes: the longest it can get, and
 * room behind it that the writer uses as scratch. */
#define QUIRE_JSON_STRING_MAX(size) ((size_t)(size)*6 + 2 + 16)

/* Writes the string with its quotes into memory of QUIRE_JSON_STRING_MAX(size)
 * bytes and returns the end. Bytes after the end are overwritten. The second one
 * writes what is not ASCII as \uXXXX, with surrogate pairs. */
char *quire_json_write_string(const char *bytes, size_t size, char *out);
char *quire_json_write_string_ascii(const char *bytes, size_t size, char *out);

/* The same, appended. Reserves little more than is needed for long strings.
 * 0, or QUIRE_MEMORY with out as it was. */
int quire_json_append_string(struct quire_buf *out, const char *bytes, size_t size,
                             bool ascii_only);

/* Writes one document, compact, into a buffer that it borrows. Errors are
 * sticky: write everything, then ask quire_json_writer_finish. Inside an object
 * every value follows its key. Not thread-safe. */
#define QUIRE_JSON_WRITER_DEPTH_MAX 63
struct quire_json_writer {
    struct quire_buf *out;
    int code;         /* the first failure, or 0 */
    unsigned depth;   /* containers that are open */
    uint64_t filled;  /* bit d: the container at depth d has a member */
    uint64_t objects; /* bit d: the container at depth d is an object */
    bool after_key;   /* the next value belongs to the key just written */
};

static inline struct quire_json_writer quire_json_writer_to(struct quire_buf *out)
{
    return (struct quire_json_writer){.out = out};
}

void quire_json_writer_begin_object(struct quire_json_writer *writer);
void quire_json_writer_end_object(struct quire_json_writer *writer);
void quire_json_writer_begin_array(struct quire_json_writer *writer);
void quire_json_writer_end_array(struct quire_json_writer *writer);
void quire_json_writer_key(struct quire_json_writer *writer, const char *key);
/* Text that is not UTF-8 (a file name, say) is repaired with U+FFFD. A NULL text
 * is null, and so are NaN and infinities. */
void quire_json_writer_string(struct quire_json_writer *writer, const char *text);
void quire_json_writer_string_sized(struct quire_json_writer *writer, const char *bytes,
                                    size_t size);
void quire_json_writer_i64(struct quire_json_writer *writer, int64_t value);
void quire_json_writer_f64(struct quire_json_writer *writer, double value);
void quire_json_writer_bool(struct quire_json_writer *writer, bool value);
void quire_json_writer_null(struct quire_json_writer *writer);
/* A value that is JSON already, as it stands. */
void quire_json_writer_raw(struct quire_json_writer *writer, const char *json, size_t size);
/* 0 when everything was written and closed; QUIRE_MEMORY, or QUIRE_LIMIT when
 * nested deeper than the limit. */
int quire_json_writer_finish(const struct quire_json_writer *writer);

#endif
