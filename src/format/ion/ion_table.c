/* A local symbol table, read from the struct that it stands in (symbols.md, Local
 * Symbol Tables). It is made when all of it has been read: its own symbols are still
 * those of the table before. */
#include "base/cleanup.h"
#include "base/fail.h"
#include "format/ion/ion_number.h"
#include "format/ion/ion_reader.h"

struct table {
    struct quire_arena arena;
    struct quire_buf imports, symbols; /* of struct quire_ion_import, struct quire_ion_text */
    bool append;
};

static void table_release(struct table *table)
{
    quire_arena_release(&table->arena);
    quire_buf_release(&table->imports);
    quire_buf_release(&table->symbols);
}

/* Moves past a value of any kind. */
static int pass(struct quire_ion_reader *reader, const struct quire_ion_value *value,
                struct quire_error *error)
{
    return value->event == QUIRE_ION_BEGIN ? quire_ion_skip(reader, error) : 0;
}

static int64_t version_of(const struct quire_ion_value *value, int64_t least, int64_t otherwise)
{
    int64_t number;
    if (value->type != QUIRE_ION_INT || value->null ||
        !quire_ion_number_i64(&value->integer, &number) || number < least)
        return otherwise;
    return number;
}

static int read_import(struct quire_ion_reader *reader, struct table *table,
                       struct quire_error *error)
{
    struct quire_ion_import import = {.version = 1, .max_id = -1};
    struct quire_ion_value value;
    for (;;) {
        QUIRE_TRY(quire_ion_next(reader, &value, error));
        if (value.event == QUIRE_ION_END) break;
        if (quire_ion_symbol_is(&value.name, "name")) {
            import.name_size = 0;
            if (value.type == QUIRE_ION_STRING && !value.null) {
                import.name_size = value.bytes.size;
                import.name = quire_arena_strndup(&table->arena, (const char *)value.bytes.data,
                                                  value.bytes.size);
                if (import.name == NULL) return quire_fail_memory(error, reader->operation);
            }
        } else if (quire_ion_symbol_is(&value.name, "version")) {
            import.version = version_of(&value, 1, 1);
        } else if (quire_ion_symbol_is(&value.name, "max_id")) {
            import.max_id = version_of(&value, 0, -1);
        }
        QUIRE_TRY(pass(reader, &value, error));
    }
    if (import.name_size == 0) return 0;
    if (import.name_size == 4 && memcmp(import.name, "$ion", 4) == 0) return 0;
    return quire_buf_append(&table->imports, &import, sizeof(import)) != 0
               ? quire_fail_memory(error, reader->operation)
               : 0;
}

static int read_imports(struct quire_ion_reader *reader, const struct quire_ion_value *field,
                        struct table *table, struct quire_error *error)
{
    struct quire_ion_value value;
    table->append = field->type == QUIRE_ION_SYMBOL && !field->null &&
                    quire_ion_symbol_is(&field->symbol, "$ion_symbol_table");
    if (field->event != QUIRE_ION_BEGIN || field->type != QUIRE_ION_LIST)
        return pass(reader, field, error);
    for (;;) {
        QUIRE_TRY(quire_ion_next(reader, &value, error));
        if (value.event == QUIRE_ION_END) return 0;
        if (value.event == QUIRE_ION_BEGIN && value.type == QUIRE_ION_STRUCT)
            QUIRE_TRY(read_import(reader, table, error));
        else
            QUIRE_TRY(pass(reader, &value, error));
    }
}

static int read_symbols(struct quire_ion_reader *reader, const struct quire_ion_value *field,
                        struct table *table, struct quire_error *error)
{
    struct quire_ion_value value;
    if (field->event != QUIRE_ION_BEGIN || field->type != QUIRE_ION_LIST)
        return pass(reader, field, error);
    for (;;) {
        struct quire_ion_text text = {NULL, 0};
        QUIRE_TRY(quire_ion_next(reader, &value, error));
        if (value.event == QUIRE_ION_END) return 0;
        if (value.type == QUIRE_ION_STRING && !value.null) {
            text.size = value.bytes.size;
            text.data = quire_arena_strndup(&table->arena, (const char *)value.bytes.data,
                                            value.bytes.size);
            if (text.data == NULL) return quire_fail_memory(error, reader->operation);
        }
        QUIRE_TRY(pass(reader, &value, error));
        if (quire_buf_append(&table->symbols, &text, sizeof(text)) != 0)
            return quire_fail_memory(error, reader->operation);
    }
}

static int read_fields(struct quire_ion_reader *reader, struct table *table,
                       struct quire_error *error)
{
    struct quire_ion_value value;
    bool imports = false, symbols = false;
    for (;;) {
        QUIRE_TRY(quire_ion_next(reader, &value, error));
        if (value.event == QUIRE_ION_END) return 0;
        bool of_imports = quire_ion_symbol_is(&value.name, "imports");
        bool of_symbols = quire_ion_symbol_is(&value.name, "symbols");
        if ((of_imports && imports) || (of_symbols && symbols))
            return quire_ion_fail_at(reader, reader->start + value.at, QUIRE_INPUT, error,
                                     "a symbol table has two fields \"%s\"",
                                     of_imports ? "imports" : "symbols");
        imports = imports || of_imports;
        symbols = symbols || of_symbols;
        if (of_imports)
            QUIRE_TRY(read_imports(reader, &value, table, error));
        else if (of_symbols)
            QUIRE_TRY(read_symbols(reader, &value, table, error));
        else
            QUIRE_TRY(pass(reader, &value, error));
    }
}

int quire_ion_read_table(struct quire_ion_reader *reader, int64_t byte, struct quire_error *error)
{
    const uint8_t *at = reader->at;
    QUIRE_CLEANUP(table_release) struct table table = {.append = false};
    QUIRE_TRY(read_fields(reader, &table, error));
    const struct quire_ion_table given = {
        .append = table.append,
        .imports = (const struct quire_ion_import *)(const void *)table.imports.data,
        .imports_size = table.imports.size / sizeof(struct quire_ion_import),
        .symbols = (const struct quire_ion_text *)(const void *)table.symbols.data,
        .symbols_size = table.symbols.size / sizeof(struct quire_ion_text),
    };
    const struct quire_ion_symbols *result = NULL;
    if (!given.append) QUIRE_TRY(quire_ion_retire_tables(reader, byte, error));
    int code = quire_ion_store_add(&reader->store, reader->symbols, &given, &result, error);
    if (code == 0)
        reader->symbols = result;
    else
        quire_error_at(error, QUIRE_NOWHERE, NULL, reader->offset + (at - reader->start));
    return code;
}
