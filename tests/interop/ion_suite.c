/* Reads every file of the public Ion test suite (given as a folder): those below good/
 * must be read, and be the same when they are written in either form and read again; below
 * good/equivs and good/non-equivs the values of each top-level sequence must be equal, or not, in
 * the data model. Files below bad/ must be refused with a place. */
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "format/ion/ion_source.h"
#include "format/ion/ion_writer.h"
#include "ion_tree.h"
#include "memory_in.h"
#include "suite_files.h"

#define FILES_MIN 250 /* fewer: this is not the suite */
#define VALUE_MAX ((size_t)64 << 20)

enum want { GOOD, EQUIVS, NON_EQUIVS, BAD };

struct tally {
    struct suite suite;
    enum want want; /* of the folder that is gone through */
    struct quire_ion_catalog catalog;
};

static int read_document(struct tally *tally, const void *bytes, size_t size, size_t piece,
                         struct quire_arena *arena, struct ion_tree **tree,
                         struct quire_error *error)
{
    QUIRE_CLEANUP(quire_ion_source_release) struct quire_ion_source source = {.in = NULL};
    struct memory_in in;
    memory_in_init(&in, bytes, size, piece);
    QUIRE_TRY(quire_ion_source_open(&source, &in.in, &tally->catalog, VALUE_MAX, error));
    return ion_tree_read(&source, arena, tree, error);
}

static int write_values(struct quire_ion_source *source, struct quire_ion_writer *writer,
                        struct quire_error *error)
{
    struct quire_ion_value value;
    uint64_t tables = 0;
    do {
        QUIRE_TRY(quire_ion_source_next(source, &value, error));
        if (writer->depth == 0 && tables != source->reader.tables)
            QUIRE_TRY(quire_ion_writer_mirror(writer, source->reader.symbols, error));
        if (writer->depth == 0) tables = source->reader.tables;
        QUIRE_TRY(quire_ion_write(writer, &value, error));
    } while (value.event != QUIRE_ION_NONE);
    return 0;
}

/* Is the document the same once it was written in this form? */
static bool survives(struct tally *tally, const struct quire_buf *text, const struct ion_tree *tree,
                     enum quire_ion_form form, bool pretty, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {NULL, 0};
    QUIRE_CLEANUP(quire_ion_source_release) struct quire_ion_source source = {.in = NULL};
    QUIRE_CLEANUP(quire_ion_writer_release) struct quire_ion_writer writer;
    struct ion_tree *again = NULL;
    struct memory_in in;
    memory_in_init(&in, text->data, text->size, 0);
    if (quire_ion_writer_init(&writer, form, error) != 0 ||
        quire_ion_source_open(&source, &in.in, &tally->catalog, VALUE_MAX, error) != 0)
        return false;
    writer.pretty = pretty;
    if (write_values(&source, &writer, error) != 0) return false;
    return read_document(tally, writer.out.data, writer.out.size, 0, &arena, &again, error) == 0 &&
           ion_tree_equal(tree, again);
}

static bool is_embedded(const struct ion_tree *tree)
{
    return tree->annotations_size > 0 &&
           quire_ion_symbol_is(&tree->annotations[0], "embedded_documents");
}

/* Two children of a sequence: equal, or as the documents that they hold? */
static bool equal(struct tally *tally, const struct ion_tree *a, const struct ion_tree *b,
                  bool embedded, struct quire_arena *arena)
{
    if (!embedded) return ion_tree_equal(a, b);
    struct ion_tree *left = NULL, *right = NULL;
    struct quire_error error;
    if (read_document(tally, a->bytes.data, a->bytes.size, 0, arena, &left, &error) != 0 ||
        read_document(tally, b->bytes.data, b->bytes.size, 0, arena, &right, &error) != 0) {
        printf("an embedded document: %s\n", error.cause);
        tally->suite.failed++;
        return false;
    }
    return ion_tree_equal(left, right);
}

static const char *judge_sequences(struct tally *tally, const struct ion_tree *top, enum want want,
                                   struct quire_arena *arena)
{
    for (const struct ion_tree *sequence = top->first; sequence != NULL; sequence = sequence->next)
        for (const struct ion_tree *a = sequence->first; a != NULL; a = a->next)
            for (const struct ion_tree *b = sequence->first; b != NULL; b = b->next) {
                bool wanted = want == EQUIVS || a == b;
                if (equal(tally, a, b, is_embedded(sequence), arena) != wanted)
                    return wanted ? "values that must be equal are not"
                                  : "values that must differ are equal";
            }
    return NULL;
}

/* What is wrong with the reading of a file; NULL when nothing is. */
static const char *judge(struct tally *tally, const struct quire_buf *text, enum want want,
                         struct quire_error *error)
{
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {NULL, 0};
    struct ion_tree *tree = NULL, *pieces = NULL;
    int code = read_document(tally, text->data, text->size, 0, &arena, &tree, error);
    if (want == BAD) {
        if (code == 0) return "must be refused";
        if (code != QUIRE_INPUT && code != QUIRE_LIMIT) return "refused with another code";
        return error->byte < 0 ? "refused without a place" : NULL;
    }
    if (code != 0) return "must be read";
    code = read_document(tally, text->data, text->size, 1, &arena, &pieces, error);
    if (code != 0 || !ion_tree_equal(tree, pieces)) return "is another in pieces";
    if (!survives(tally, text, tree, QUIRE_ION_FORM_BINARY, false, error)) return "dies as binary";
    if (!survives(tally, text, tree, QUIRE_ION_FORM_TEXT, false, error)) return "dies as text";
    if (!survives(tally, text, tree, QUIRE_ION_FORM_TEXT, true, error))
        return "dies as pretty text";
    return want == GOOD ? NULL : judge_sequences(tally, tree, want, &arena);
}

static void check_file(const char *path, struct tally *tally)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf text = {0};
    struct quire_error error;
    quire_error_clear(&error);
    const char *fault = "cannot be opened";
    if (suite_read_file(path, &text) == 0) fault = judge(tally, &text, tally->want, &error);
    suite_note(&tally->suite, path, fault, &error);
}

static bool ends_with(const char *name, const char *end)
{
    size_t size = strlen(name), end_size = strlen(end);
    return size >= end_size && strcmp(name + size - end_size, end) == 0;
}

static void check_entry(void *user, const char *path, const char *name, bool is_folder)
{
    struct tally *tally = user;
    enum want want = tally->want;
    if (!is_folder) {
        if (ends_with(name, ".ion") || ends_with(name, ".10n")) check_file(path, tally);
        return;
    }
    if (strcmp(name, "equivs") == 0) tally->want = EQUIVS;
    if (strcmp(name, "non-equivs") == 0) tally->want = NON_EQUIVS;
    suite_walk(path, check_entry, tally);
    tally->want = want;
}

int main(int argc, char **argv)
{
    struct tally tally = {.want = GOOD};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf catalog = {0};
    char path[4096];
    if (argc != 2) {
        fprintf(stderr, "usage: ion_suite FOLDER\n");
        return 2;
    }
    snprintf(path, sizeof(path), "%s/catalog/catalog.ion", argv[1]);
    if (suite_read_file(path, &catalog) != 0 ||
        quire_ion_catalog_add(&tally.catalog, catalog.data, catalog.size, NULL) != 0) {
        printf("%s cannot be read\n", path);
        tally.suite.failed++;
    }
    snprintf(path, sizeof(path), "%s/good", argv[1]);
    suite_walk(path, check_entry, &tally);
    tally.want = BAD;
    snprintf(path, sizeof(path), "%s/bad", argv[1]);
    suite_walk(path, check_entry, &tally);
    quire_ion_catalog_release(&tally.catalog);
    return suite_status(&tally.suite, FILES_MIN);
}
