/* A table is a list of segments of consecutive IDs. Imports are not copied: a segment
 * points into the catalog, and one whose shared table is missing takes no memory,
 * however many IDs it claims. */
#include "format/ion/ion_symbols.h"

#include <string.h>

#include "base/fail.h"

static const char operation[] = "read ion";

const char *const quire_ion_type_names[13] = {
    "null",   "bool", "int",  "float", "decimal", "timestamp", "symbol",
    "string", "clob", "blob", "list",  "sexp",    "struct",
};

#define TEXT(text)             \
    {                          \
        text, sizeof(text) - 1 \
    }
const struct quire_ion_text quire_ion_system_texts[QUIRE_ION_SYSTEM_MAX] = {
    TEXT("$ion"),    TEXT("$ion_1_0"), TEXT("$ion_symbol_table"),
    TEXT("name"),    TEXT("version"),  TEXT("imports"),
    TEXT("symbols"), TEXT("max_id"),   TEXT("$ion_shared_symbol_table"),
};
static const struct quire_ion_segment system_segment = {
    .first = 1,
    .count = QUIRE_ION_SYSTEM_MAX,
    .texts = quire_ion_system_texts,
    .texts_size = QUIRE_ION_SYSTEM_MAX,
};
const struct quire_ion_symbols quire_ion_system = {
    .max_id = QUIRE_ION_SYSTEM_MAX,
    .segments = &system_segment,
    .segments_size = 1,
};

bool quire_ion_symbols_search(const struct quire_ion_symbols *symbols, int64_t id,
                              struct quire_ion_symbol *symbol)
{
    if (id < 0 || id > symbols->max_id) return false;
    *symbol = (struct quire_ion_symbol){.id = id};
    if (id == 0) return true;
    size_t i = symbols->segments_size;
    while (symbols->segments[--i].first > id)
        ;
    const struct quire_ion_segment *segment = &symbols->segments[i];
    size_t index = (size_t)(id - segment->first);
    if (index < segment->texts_size) {
        symbol->text = segment->texts[index].data;
        symbol->size = segment->texts[index].size;
    }
    if (symbol->text != NULL) return true;
    symbol->import = segment->import;
    symbol->position = (int64_t)index + 1;
    return true;
}

bool quire_ion_symbol_is(const struct quire_ion_symbol *symbol, const char *text)
{
    size_t size = strlen(text);
    return symbol->text != NULL && symbol->size == size && memcmp(symbol->text, text, size) == 0;
}

bool quire_ion_symbol_equal(const struct quire_ion_symbol *a, const struct quire_ion_symbol *b)
{
    if ((a->text == NULL) != (b->text == NULL)) return false;
    if (a->text != NULL)
        return a->size == b->size && (a->size == 0 || memcmp(a->text, b->text, a->size) == 0);
    if ((a->import == NULL) != (b->import == NULL)) return false;
    if (a->import == NULL) return (a->id == 0) == (b->id == 0);
    return a->position == b->position && a->import->name_size == b->import->name_size &&
           memcmp(a->import->name, b->import->name, a->import->name_size) == 0;
}

/* --- Stores ------------------------------------------------------------------- */

void quire_ion_store_release(struct quire_ion_store *store)
{
    quire_arena_release(&store->arena);
    store->locals = NULL;
    store->locals_size = store->locals_capacity = 0;
}

void quire_ion_retired_release(struct quire_ion_retired **retired, int64_t byte)
{
    while (*retired != NULL && (*retired)->byte >= byte)
        retired = &(*retired)->before;
    while (*retired != NULL) {
        struct quire_ion_retired *last = *retired;
        *retired = last->before;
        quire_ion_store_release(&last->store);
        quire_free(last);
    }
}

/* The exact version, else the greatest when there is a max_id to go by. */
static const struct quire_ion_shared *find_shared(const struct quire_ion_catalog *catalog,
                                                  const struct quire_ion_import *import)
{
    const struct quire_ion_shared *best = NULL;
    const struct quire_ion_shared *shared = catalog != NULL ? catalog->first : NULL;
    for (; shared != NULL; shared = shared->next) {
        if (shared->name_size != import->name_size ||
            memcmp(shared->name, import->name, shared->name_size) != 0)
            continue;
        if (shared->version == import->version) return shared;
        if (best == NULL || shared->version > best->version) best = shared;
    }
    return import->max_id >= 0 ? best : NULL;
}

static int fail_import(const struct quire_ion_import *import, struct quire_error *error)
{
    quire_fail(error, QUIRE_INPUT, operation,
               "the shared symbol table \"%.*s\" version %lld is not in the catalog, and its "
               "import has no max_id",
               import->name_size > 100 ? 100 : (int)import->name_size, import->name,
               (long long)import->version);
    quire_error_hint(error, "--catalog FILE names files that hold shared symbol tables");
    return QUIRE_INPUT;
}

/* The segment of an import, which begins after `last`. */
static int import_segment(struct quire_ion_store *store, const struct quire_ion_import *given,
                          int64_t last, struct quire_ion_segment *segment,
                          struct quire_error *error)
{
    const struct quire_ion_shared *shared = find_shared(store->catalog, given);
    if (shared == NULL && given->max_id < 0) return fail_import(given, error);
    struct quire_ion_import *import = quire_arena_alloc(&store->arena, sizeof(*import));
    if (import == NULL) return quire_fail_memory(error, operation);
    *import = *given;
    import->name = quire_arena_strndup(&store->arena, given->name, given->name_size);
    if (import->name == NULL) return quire_fail_memory(error, operation);
    if (import->max_id < 0) import->max_id = (int64_t)shared->texts_size;
    if (import->max_id > QUIRE_ION_SYMBOLS_MAX - last)
        return quire_fail(error, QUIRE_LIMIT, operation, "symbol tables declare more than %lld IDs",
                          (long long)QUIRE_ION_SYMBOLS_MAX);
    *segment =
        (struct quire_ion_segment){.first = last + 1, .count = import->max_id, .import = import};
    if (shared == NULL) return 0;
    segment->texts = shared->texts;
    segment->texts_size = shared->texts_size;
    if ((int64_t)segment->texts_size > segment->count) segment->texts_size = (size_t)segment->count;
    return 0;
}

/* Room for more local texts, after those of the newest table. */
static int reserve_locals(struct quire_ion_store *store, size_t more, struct quire_error *error)
{
    if (store->locals_capacity - store->locals_size >= more) return 0;
    size_t capacity = 2 * store->locals_capacity + more;
    struct quire_ion_text *locals = quire_arena_alloc(&store->arena, capacity * sizeof(*locals));
    if (locals == NULL) return quire_fail_memory(error, operation);
    if (store->locals_size > 0) memcpy(locals, store->locals, store->locals_size * sizeof(*locals));
    store->locals = locals;
    store->locals_capacity = capacity;
    return 0;
}

static int add_locals(struct quire_ion_store *store, const struct quire_ion_table *table,
                      struct quire_error *error)
{
    QUIRE_TRY(reserve_locals(store, table->symbols_size, error));
    for (size_t i = 0; i < table->symbols_size; i++) {
        struct quire_ion_text text = table->symbols[i];
        if (text.data != NULL) text.data = quire_arena_strndup(&store->arena, text.data, text.size);
        if (text.data == NULL && table->symbols[i].data != NULL)
            return quire_fail_memory(error, operation);
        store->locals[store->locals_size + i] = text;
    }
    store->locals_size += table->symbols_size;
    return 0;
}

/* The segments before the local ones of the table to be. */
static int begin_segments(struct quire_ion_store *store, const struct quire_ion_symbols *current,
                          const struct quire_ion_table *table, struct quire_ion_segment *segments,
                          size_t *size, struct quire_error *error)
{
    if (table->append) {
        *size = current->segments_size - (current->segments_size > 1 ? 1 : 0);
        memcpy(segments, current->segments, *size * sizeof(*segments));
        return 0;
    }
    segments[0] = system_segment;
    int64_t last = QUIRE_ION_SYSTEM_MAX;
    for (size_t i = 0; i < table->imports_size; i++) {
        QUIRE_TRY(import_segment(store, &table->imports[i], last, &segments[i + 1], error));
        last += segments[i + 1].count;
    }
    *size = table->imports_size + 1;
    return 0;
}

/* Does the store end with the local texts of `current`, so that more can follow them? */
static int continue_locals(struct quire_ion_store *store, const struct quire_ion_symbols *current,
                           bool append, size_t *first, struct quire_error *error)
{
    const struct quire_ion_segment *local = &current->segments[current->segments_size - 1];
    *first = store->locals_size;
    if (!append || current->segments_size < 2) return 0;
    *first -= local->texts_size < *first ? local->texts_size : *first;
    if (local->texts_size == 0 || store->locals + *first == local->texts) return 0;
    /* The texts were moved when the array grew, or another table came between. */
    if (store->locals_size >= local->texts_size &&
        memcmp(store->locals + *first, local->texts, local->texts_size * sizeof(*local->texts)) ==
            0)
        return 0;
    *first = store->locals_size;
    QUIRE_TRY(reserve_locals(store, local->texts_size, error));
    memcpy(store->locals + *first, local->texts, local->texts_size * sizeof(*local->texts));
    store->locals_size += local->texts_size;
    return 0;
}

static bool has_unknown(const struct quire_ion_symbols *symbols)
{
    for (size_t i = 0; i < symbols->segments_size; i++) {
        const struct quire_ion_segment *segment = &symbols->segments[i];
        if ((int64_t)segment->texts_size < segment->count) return true;
        for (size_t j = 0; j < segment->texts_size; j++)
            if (segment->texts[j].data == NULL) return true;
    }
    return false;
}

static bool lacks_text(const struct quire_ion_table *table)
{
    for (size_t i = 0; i < table->symbols_size; i++)
        if (table->symbols[i].data == NULL) return true;
    return false;
}

int quire_ion_store_add(struct quire_ion_store *store, const struct quire_ion_symbols *current,
                        const struct quire_ion_table *table,
                        const struct quire_ion_symbols **result, struct quire_error *error)
{
    size_t segments_max = (table->append ? current->segments_size : table->imports_size) + 2;
    size_t size = 0, first = 0;
    struct quire_ion_segment *segments =
        quire_arena_alloc(&store->arena, segments_max * sizeof(*segments));
    struct quire_ion_symbols *symbols = quire_arena_alloc(&store->arena, sizeof(*symbols));
    if (segments == NULL || symbols == NULL) return quire_fail_memory(error, operation);
    QUIRE_TRY(begin_segments(store, current, table, segments, &size, error));
    QUIRE_TRY(continue_locals(store, current, table->append, &first, error));
    QUIRE_TRY(add_locals(store, table, error));
    const struct quire_ion_segment *before = &segments[size - 1];
    segments[size] = (struct quire_ion_segment){
        .first = before->first + before->count,
        .count = (int64_t)(store->locals_size - first),
        .texts = store->locals != NULL ? store->locals + first : NULL,
        .texts_size = store->locals_size - first,
    };
    if (segments[size].count > QUIRE_ION_SYMBOLS_MAX - segments[size].first)
        return quire_fail(error, QUIRE_LIMIT, operation, "symbol tables declare more than %lld IDs",
                          (long long)QUIRE_ION_SYMBOLS_MAX);
    *symbols = (struct quire_ion_symbols){
        .max_id = segments[size].first + segments[size].count - 1,
        .segments = segments,
        .segments_size = size + 1,
    };
    symbols->unknown = table->append ? current->unknown || lacks_text(table) : has_unknown(symbols);
    *result = symbols;
    return 0;
}
