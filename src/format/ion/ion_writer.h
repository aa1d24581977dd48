/* Ion values out: events in, text, binary or JSON out.
 *
 * Whole top-level values gather in `out`, from where the caller takes them whenever the
 * writer is at the top. Sticky: after a failure it is only to be released. */
#ifndef QUIRE_FORMAT_ION_WRITER_H
#define QUIRE_FORMAT_ION_WRITER_H

#include "base/buf.h"
#include "format/ion/ion_intern.h"
#include "format/ion/ion_value.h"
#include "quire/error.h"

enum quire_ion_form {
    QUIRE_ION_FORM_TEXT,
    QUIRE_ION_FORM_BINARY,
    QUIRE_ION_FORM_JSON,      /* one array of the values */
    QUIRE_ION_FORM_JSON_LINES /* one value a line */
};

/* Lengths of binary containers become known at their end: headers are kept aside, and
 * put in their places when the bytes are copied out. */
struct quire_ion_patch {
    size_t at; /* of the bytes, before which the header goes */
    size_t size;
    unsigned code;
};
struct quire_ion_body_frame {
    size_t start, headers; /* bytes at its begin; of the headers within it, so far */
    size_t patch, wrapper; /* places in patches; wrapper SIZE_MAX: not annotated */
};
struct quire_ion_body {
    struct quire_buf bytes, patches, frames;
};

struct quire_ion_writer {
    enum quire_ion_form form;
    bool pretty;
    bool ascii;    /* JSON: what is not ASCII as \uXXXX */
    bool document; /* JSON: the values stand alone, as a document does, without an array */
    const char *operation;
    struct quire_buf out, scratch;
    size_t depth;
    uint8_t types[QUIRE_ION_DEPTH_MAX]; /* of open containers */
    bool first;                         /* nothing was written in the innermost one */
    int64_t values;                     /* at the top */

    /* Symbol tables: the imports that stand in force, so that symbols of unknown text
     * keep their IDs, and the ID of local gaps. */
    bool mirrored;
    struct quire_buf imports; /* those mirrored, to know them again: sizes, names, counts */
    int64_t gap;
    struct quire_ion_intern intern;
    size_t declared; /* local symbols that a table in out declares */
    bool marked;     /* binary: the version marker was written */
    struct quire_ion_body body, table;
};

int quire_ion_writer_init(struct quire_ion_writer *writer, enum quire_ion_form form,
                          struct quire_error *error);
void quire_ion_writer_release(struct quire_ion_writer *writer);

/* Takes one event. NONE ends the output. */
int quire_ion_write(struct quire_ion_writer *writer, const struct quire_ion_value *value,
                    struct quire_error *error);

/* Says that the values to come are of this table, before one that has symbols without
 * text. Only at the top. */
int quire_ion_writer_mirror(struct quire_ion_writer *writer,
                            const struct quire_ion_symbols *symbols, struct quire_error *error);

/* --- Between the files of the writers ---------------------------------------------- */

int quire_ion_write_text(struct quire_ion_writer *writer, const struct quire_ion_value *value);
int quire_ion_write_binary(struct quire_ion_writer *writer, const struct quire_ion_value *value);
int quire_ion_write_json(struct quire_ion_writer *writer, const struct quire_ion_value *value);

/* Appends the version marker when it is wanted and the local table of intern's symbols
 * from `from` on, which appends to the one before when append is set. 0 or QUIRE_MEMORY. */
int quire_ion_put_table(struct quire_ion_body *body, const struct quire_ion_symbols *imports,
                        const struct quire_ion_intern *intern, size_t from, bool append,
                        struct quire_buf *out);
void quire_ion_body_release(struct quire_ion_body *body);

/* The ID to write for a symbol of unknown text; -1 when the writer has none. */
int64_t quire_ion_unknown_id(const struct quire_ion_writer *writer,
                             const struct quire_ion_symbol *symbol);

#endif
