/* Symbol tables (symbols.md): the system's, local ones with their imports, and the
 * catalog of shared ones.
 *
 * A table in force is immutable, so that threads may share it; one that is appended
 * to is another table, which shares what it has in common with the first. All tables
 * of an input belong to one store. */
#ifndef QUIRE_FORMAT_ION_SYMBOLS_H
#define QUIRE_FORMAT_ION_SYMBOLS_H

#include "base/alloc.h"
#include "format/ion/ion_value.h"
#include "quire/error.h"

/* Symbols of the system table, $1 … $9. */
enum quire_ion_system {
    QUIRE_ION_SYSTEM_SYMBOL_TABLE = 3,
    QUIRE_ION_SYSTEM_IMPORTS = 6,
    QUIRE_ION_SYSTEM_SYMBOLS = 7,
    QUIRE_ION_SYSTEM_MAX = 9
};

struct quire_ion_text {
    const char *data; /* NULL: unknown */
    size_t size;
};

/* IDs first … first + count - 1: the system's, an import's, or the local ones. */
struct quire_ion_segment {
    int64_t first, count;
    const struct quire_ion_text *texts; /* texts_size of them; the rest are unknown */
    size_t texts_size;
    const struct quire_ion_import *import; /* NULL: the system's and the local ones */
};

struct quire_ion_symbols {
    int64_t max_id;
    const struct quire_ion_segment *segments; /* the last one is the local one */
    size_t segments_size;
    bool unknown; /* some of its symbols have no text */
};

/* The table at the start of an input. */
extern const struct quire_ion_symbols quire_ion_system;
extern const struct quire_ion_text quire_ion_system_texts[QUIRE_ION_SYSTEM_MAX];

/* The symbol of an ID; false when the table has none of it. */
bool quire_ion_symbols_search(const struct quire_ion_symbols *symbols, int64_t id,
                              struct quire_ion_symbol *symbol);

static inline bool quire_ion_symbols_find(const struct quire_ion_symbols *symbols, int64_t id,
                                          struct quire_ion_symbol *symbol)
{
    const struct quire_ion_segment *local = &symbols->segments[symbols->segments_size - 1];
    uint64_t index = (uint64_t)(id - local->first);
    if (__builtin_expect(index >= local->texts_size || local->texts[index].data == NULL, 0))
        return quire_ion_symbols_search(symbols, id, symbol);
    symbol->text = local->texts[index].data;
    symbol->size = local->texts[index].size;
    symbol->id = id;
    symbol->import = NULL;
    symbol->position = 0;
    return true;
}

/* --- Shared tables ---------------------------------------------------------- */

struct quire_ion_shared {
    const char *name;
    size_t name_size;
    int64_t version;
    const struct quire_ion_text *texts;
    size_t texts_size;
    struct quire_ion_shared *next;
};

/* Zero-initialise to use. */
struct quire_ion_catalog {
    struct quire_arena arena;
    struct quire_ion_shared *first;
};
void quire_ion_catalog_release(struct quire_ion_catalog *catalog);
/* Adds the shared tables that are the values of Ion text or binary. */
int quire_ion_catalog_add(struct quire_ion_catalog *catalog, const uint8_t *bytes, size_t size,
                          struct quire_error *error);
/* Adds those of files named in a list separated by ','; NULL: none. */
int quire_ion_catalog_load(struct quire_ion_catalog *catalog, const char *files,
                           struct quire_error *error);

/* --- Tables of an input ------------------------------------------------------ */

/* Zero-initialise to use; catalog may be NULL and outlives the store. */
struct quire_ion_store {
    struct quire_arena arena;
    const struct quire_ion_catalog *catalog;
    struct quire_ion_text *locals; /* of the newest table: locals_size used */
    size_t locals_size, locals_capacity;
};
void quire_ion_store_release(struct quire_ion_store *store);

/* A store that the tables from a byte on do not stand on, for those who are still before. */
struct quire_ion_retired {
    struct quire_ion_store store;
    int64_t byte;
    struct quire_ion_retired *before;
};
/* Releases those whose byte is less. */
void quire_ion_retired_release(struct quire_ion_retired **retired, int64_t byte);

/* What a local symbol table's struct said. All borrowed. */
struct quire_ion_table {
    bool append;                            /* imports:$ion_symbol_table */
    const struct quire_ion_import *imports; /* max_id -1: not given */
    size_t imports_size;
    const struct quire_ion_text *symbols;
    size_t symbols_size;
};

/* The table that follows `current`; texts are copied. QUIRE_INPUT for an import that
 * has no max_id and is not in the catalog, QUIRE_LIMIT, QUIRE_MEMORY. */
int quire_ion_store_add(struct quire_ion_store *store, const struct quire_ion_symbols *current,
                        const struct quire_ion_table *table,
                        const struct quire_ion_symbols **result, struct quire_error *error);

#endif
