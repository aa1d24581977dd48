/* The raw layer of Ion: what can be read is the same when it was written in either form
 * and read again, whatever pieces it came in; catalogs take any bytes. */
#include <string.h>

#include "base/cleanup.h"
#include "format/ion/ion_writer.h"
#include "fuzz.h"
#include "ion_tree.h"
#include "memory_in.h"

#define VALUE_MAX ((size_t)16 << 20)

static int read_tree(const void *bytes, size_t size, size_t piece, struct quire_arena *arena,
                     struct ion_tree **tree, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_ion_source_release) struct quire_ion_source source = {.in = NULL};
    struct memory_in in;
    memory_in_init(&in, bytes, size, piece);
    int code = quire_ion_source_open(&source, &in.in, NULL, VALUE_MAX, error);
    return code != 0 ? code : ion_tree_read(&source, arena, tree, error);
}

static int write_values(struct quire_ion_source *source, struct quire_ion_writer *writer,
                        struct quire_error *error)
{
    struct quire_ion_value value;
    uint64_t tables = 0;
    int code = 0;
    do {
        code = quire_ion_source_next(source, &value, error);
        if (code == 0 && writer->depth == 0 && tables != source->reader.tables) {
            tables = source->reader.tables;
            code = quire_ion_writer_mirror(writer, source->reader.symbols, error);
        }
        if (code == 0) code = quire_ion_write(writer, &value, error);
    } while (code == 0 && value.event != QUIRE_ION_NONE);
    return code;
}

static void check_form(const uint8_t *data, size_t size, const struct ion_tree *tree,
                       enum quire_ion_form form, bool pretty)
{
    QUIRE_CLEANUP(quire_ion_source_release) struct quire_ion_source source = {.in = NULL};
    QUIRE_CLEANUP(quire_ion_writer_release) struct quire_ion_writer writer;
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {NULL, 0};
    struct quire_error error;
    struct ion_tree *again = NULL;
    struct memory_in in;
    memory_in_init(&in, data, size, 0);
    FUZZ_CHECK(quire_ion_writer_init(&writer, form, &error) == 0, "no memory");
    FUZZ_CHECK(quire_ion_source_open(&source, &in.in, NULL, VALUE_MAX, &error) == 0, "no memory");
    writer.pretty = pretty;
    FUZZ_CHECK(write_values(&source, &writer, &error) == 0, "%s", error.cause);
    if (form == QUIRE_ION_FORM_JSON) return;
    int code = read_tree(writer.out.data, writer.out.size, 0, &arena, &again, &error);
    FUZZ_CHECK(code == 0, "%s", error.cause);
    FUZZ_CHECK(ion_tree_equal(tree, again), "form %d", (int)form);
}

void fuzz_ion_raw(const uint8_t *data, size_t size)
{
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {NULL, 0};
    struct quire_error error, other;
    struct ion_tree *tree = NULL, *pieces = NULL;
    quire_error_clear(&error);
    int code = read_tree(data, size, 0, &arena, &tree, &error);
    int code_pieces = read_tree(data, size, 3, &arena, &pieces, &other);
    FUZZ_CHECK(code == code_pieces, "%d, %d in pieces", code, code_pieces);
    if (code != 0) {
        fuzz_check_error(code, &error);
        return;
    }
    FUZZ_CHECK(ion_tree_equal(tree, pieces), "another in pieces");
    check_form(data, size, tree, QUIRE_ION_FORM_BINARY, false);
    check_form(data, size, tree, QUIRE_ION_FORM_TEXT, false);
    check_form(data, size, tree, QUIRE_ION_FORM_TEXT, true);
    check_form(data, size, tree, QUIRE_ION_FORM_JSON, false);
}

void fuzz_ion_tables(const uint8_t *data, size_t size)
{
    struct quire_ion_catalog catalog = {.first = NULL};
    struct quire_error error;
    quire_error_clear(&error);
    int code = quire_ion_catalog_add(&catalog, data, size, &error);
    if (code != 0) fuzz_check_error(code, &error);
    for (const struct quire_ion_shared *shared = catalog.first; shared != NULL;
         shared = shared->next)
        FUZZ_CHECK(code != 0 || shared->name_size > 0, "a table without a name");
    quire_ion_catalog_release(&catalog);
}
