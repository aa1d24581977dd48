/* What the writers have in common, and the tables for symbols without text.
 *
 * Such a symbol can only be written by an ID. The writer therefore takes over the
 * imports of the table it is read by, in their order, so that imported symbols have the
 * same IDs; all local gaps, which are equal to one another, get one. */
#include "format/ion/ion_writer.h"

#include <string.h>

#include "base/fail.h"
#include "format/ion/ion_text_put.h"

int quire_ion_writer_init(struct quire_ion_writer *writer, enum quire_ion_form form,
                          struct quire_error *error)
{
    (void)error;
    memset(writer, 0, sizeof(*writer));
    writer->form = form;
    writer->operation = "write ion";
    writer->gap = -1;
    quire_ion_intern_reset(&writer->intern, QUIRE_ION_SYSTEM_MAX + 1);
    return 0;
}

void quire_ion_writer_release(struct quire_ion_writer *writer)
{
    quire_buf_release(&writer->out);
    quire_buf_release(&writer->scratch);
    quire_buf_release(&writer->imports);
    quire_ion_intern_release(&writer->intern);
    quire_ion_body_release(&writer->body);
    quire_ion_body_release(&writer->table);
}

int64_t quire_ion_unknown_id(const struct quire_ion_writer *writer,
                             const struct quire_ion_symbol *symbol)
{
    if (symbol->id == 0) return 0;
    if (!writer->mirrored) return -1;
    return symbol->import != NULL ? symbol->id : writer->gap;
}

/* "$ion_symbol_table::{imports:[…],symbols:[null]}" */
static int put_text_table(struct quire_ion_writer *writer, const struct quire_ion_symbols *symbols)
{
    struct quire_buf *out = &writer->out;
    const char *before = "";
    QUIRE_TRY(quire_buf_append_text(out, "$ion_symbol_table::{imports:["));
    for (size_t i = 0; i < symbols->segments_size; i++) {
        const struct quire_ion_import *import = symbols->segments[i].import;
        if (import == NULL) continue;
        QUIRE_TRY(quire_buf_printf(out, "%s{name:", before));
        QUIRE_TRY(quire_ion_put_string(out, (const uint8_t *)import->name, import->name_size));
        QUIRE_TRY(quire_buf_printf(out, ",version:%lld,max_id:%lld}", (long long)import->version,
                                   (long long)import->max_id));
        before = ",";
    }
    return quire_buf_append_text(out, "],symbols:[null]}\n");
}

static int put_binary_table(struct quire_ion_writer *writer,
                            const struct quire_ion_symbols *symbols)
{
    if (!writer->marked) QUIRE_TRY(quire_buf_append(&writer->out, "\xe0\x01\x00\xea", 4));
    writer->marked = true;
    quire_ion_intern_reset(&writer->intern, writer->gap);
    QUIRE_TRY(quire_ion_intern_gap(&writer->intern, &writer->gap));
    writer->declared = 1;
    return quire_ion_put_table(&writer->table, symbols, &writer->intern, 0, false, &writer->out);
}

/* Are these the imports that stand in force? If not they are noted. */
static int note_imports(struct quire_ion_writer *writer, const struct quire_ion_symbols *symbols,
                        bool *same)
{
    struct quire_buf *scratch = &writer->scratch;
    quire_buf_clear(scratch);
    for (size_t i = 0; i < symbols->segments_size; i++) {
        const struct quire_ion_import *import = symbols->segments[i].import;
        if (import == NULL) continue;
        int64_t numbers[3] = {(int64_t)import->name_size, import->version, import->max_id};
        QUIRE_TRY(quire_buf_append(scratch, numbers, sizeof(numbers)));
        QUIRE_TRY(quire_buf_append(scratch, import->name, import->name_size));
    }
    *same = writer->mirrored && scratch->size == writer->imports.size &&
            (scratch->size == 0 || memcmp(scratch->data, writer->imports.data, scratch->size) == 0);
    quire_buf_clear(&writer->imports);
    return quire_buf_append(&writer->imports, scratch->data, scratch->size);
}

int quire_ion_writer_mirror(struct quire_ion_writer *writer,
                            const struct quire_ion_symbols *symbols, struct quire_error *error)
{
    if (!symbols->unknown || writer->form >= QUIRE_ION_FORM_JSON) return 0;
    const struct quire_ion_segment *last = &symbols->segments[symbols->segments_size - 1];
    bool same;
    if (note_imports(writer, symbols, &same) != 0)
        return quire_fail_memory(error, writer->operation);
    if (same) return 0;
    bool local = symbols->segments_size > 1 && last->import == NULL;
    writer->gap = local ? last->first : last->first + last->count;
    int code = writer->form == QUIRE_ION_FORM_TEXT ? put_text_table(writer, symbols)
                                                   : put_binary_table(writer, symbols);
    if (code != 0) return quire_fail_memory(error, writer->operation);
    writer->mirrored = true;
    return 0;
}

int quire_ion_write(struct quire_ion_writer *writer, const struct quire_ion_value *value,
                    struct quire_error *error)
{
    int code = writer->form == QUIRE_ION_FORM_TEXT     ? quire_ion_write_text(writer, value)
               : writer->form == QUIRE_ION_FORM_BINARY ? quire_ion_write_binary(writer, value)
                                                       : quire_ion_write_json(writer, value);
    if (writer->depth == 0) writer->values++;
    if (code == QUIRE_MEMORY) return quire_fail_memory(error, writer->operation);
    if (code != 0)
        return quire_fail(error, code, writer->operation, "a symbol has neither text nor table");
    return 0;
}
