#include "table/schema/protocol_raise.h"

#include "base/fail.h"

#define OPERATION "raise protocol"

struct feature {
    const char *name;
    int64_t reader, writer; /* versions that imply it */
    bool of_readers;
    const char *needs; /* another feature; NULL */
};

/* In the order of the versions. */
static const struct feature features[] = {
    {"appendOnly", 1, 2, false, NULL},
    {"invariants", 1, 2, false, NULL},
    {"checkConstraints", 1, 3, false, NULL},
    {"changeDataFeed", 1, 4, false, NULL},
    {"generatedColumns", 1, 4, false, NULL},
    {"columnMapping", 2, 5, true, NULL},
    {"identityColumns", 1, 6, false, NULL},
    {"allowColumnDefaults", 1, QUIRE_WRITER_FEATURES, false, NULL},
    {"clustering", 1, QUIRE_WRITER_FEATURES, false, "domainMetadata"},
    {"deletionVectors", QUIRE_READER_FEATURES, QUIRE_WRITER_FEATURES, true, NULL},
    {"domainMetadata", 1, QUIRE_WRITER_FEATURES, false, NULL},
    {"inCommitTimestamp", 1, QUIRE_WRITER_FEATURES, false, NULL},
    {"rowTracking", 1, QUIRE_WRITER_FEATURES, false, "domainMetadata"},
    {"timestampNtz", QUIRE_READER_FEATURES, QUIRE_WRITER_FEATURES, true, NULL},
    {"typeWidening", QUIRE_READER_FEATURES, QUIRE_WRITER_FEATURES, true, NULL},
    {"v2Checkpoint", QUIRE_READER_FEATURES, QUIRE_WRITER_FEATURES, true, NULL},
    {"vacuumProtocolCheck", QUIRE_READER_FEATURES, QUIRE_WRITER_FEATURES, true, NULL},
};
#define FEATURES (sizeof(features) / sizeof(features[0]))

static const struct feature *find(const char *name)
{
    for (size_t i = 0; i < FEATURES; i++)
        if (strcmp(features[i].name, name) == 0) return &features[i];
    return NULL;
}

static bool has(const struct quire_texts *texts, const char *name)
{
    for (size_t i = 0; i < texts->size; i++)
        if (quire_bytes_equal_text(&texts->items[i], name)) return true;
    return false;
}

/* By versions of the time before features had names. */
static bool is_implied(const struct quire_protocol *protocol, const struct feature *feature)
{
    return feature->writer < QUIRE_WRITER_FEATURES && protocol->writer < QUIRE_WRITER_FEATURES &&
           protocol->writer >= feature->writer && protocol->reader >= feature->reader;
}

bool quire_protocol_supports(const struct quire_protocol *protocol, const char *name)
{
    const struct feature *feature = find(name);
    return has(&protocol->writer_features, name) ||
           (feature != NULL && is_implied(protocol, feature));
}

static int push(struct quire_texts *texts, const char *name, struct quire_arena *arena)
{
    if (has(texts, name)) return 0;
    struct quire_bytes *items = quire_arena_alloc(arena, (texts->size + 1) * sizeof(*items));
    if (items == NULL) return QUIRE_MEMORY;
    for (size_t i = 0; i < texts->size; i++)
        items[i] = texts->items[i];
    items[texts->size] = (struct quire_bytes){(const uint8_t *)name, strlen(name)};
    *texts = (struct quire_texts){items, texts->size + 1};
    return 0;
}

/* Goes to the versions of which features are named. */
static int spell_out(struct quire_protocol *protocol, bool readers, struct quire_arena *arena)
{
    const struct quire_protocol before = *protocol;
    for (size_t i = 0; i < FEATURES; i++)
        if (is_implied(&before, &features[i]))
            QUIRE_TRY(push(&protocol->writer_features, features[i].name, arena));
    protocol->writer = QUIRE_WRITER_FEATURES;
    if (!readers || before.reader == QUIRE_READER_FEATURES) return 0;
    if (before.reader == 2 && has(&protocol->writer_features, "columnMapping"))
        QUIRE_TRY(push(&protocol->reader_features, "columnMapping", arena));
    protocol->reader = QUIRE_READER_FEATURES;
    return 0;
}

static int add(struct quire_protocol *protocol, const struct feature *feature,
               struct quire_arena *arena)
{
    bool named = protocol->writer == QUIRE_WRITER_FEATURES;
    if (!named && feature->writer < QUIRE_WRITER_FEATURES) {
        if (protocol->writer < feature->writer) protocol->writer = feature->writer;
        if (protocol->reader < feature->reader) protocol->reader = feature->reader;
        return 0;
    }
    QUIRE_TRY(spell_out(protocol, feature->of_readers, arena));
    if (feature->of_readers) QUIRE_TRY(push(&protocol->reader_features, feature->name, arena));
    return push(&protocol->writer_features, feature->name, arena);
}

int quire_protocol_raise(struct quire_protocol *protocol, const char *name,
                         struct quire_arena *arena, bool *changed, struct quire_error *error)
{
    const struct feature *feature = find(name);
    if (feature == NULL)
        return quire_fail(error, QUIRE_UNSUPPORTED, OPERATION,
                          "the feature \"%.100s\" is not known to this build", name);
    if (feature->needs != NULL)
        QUIRE_TRY(quire_protocol_raise(protocol, feature->needs, arena, changed, error));
    if (quire_protocol_supports(protocol, name)) return 0;
    if (add(protocol, feature, arena) != 0) return quire_fail_memory(error, OPERATION);
    *changed = true;
    return 0;
}

static int push_all(struct quire_texts *texts, const struct quire_texts *more,
                    struct quire_arena *arena)
{
    for (size_t i = 0; i < more->size; i++) {
        char *name =
            quire_arena_strndup(arena, (const char *)more->items[i].data, more->items[i].size);
        if (name == NULL || push(texts, name, arena) != 0) return QUIRE_MEMORY;
    }
    return 0;
}

/* Readers of version 2 are those who know of column mapping; also where writers' features have
 * names, and theirs have none. */
static int cover_mapping(struct quire_protocol *protocol, const struct quire_protocol *other,
                         struct quire_arena *arena)
{
    if (other->reader != 2 || !has(&other->writer_features, "columnMapping")) return 0;
    if (protocol->reader < 2) protocol->reader = 2;
    if (protocol->reader < QUIRE_READER_FEATURES) return 0;
    return push(&protocol->reader_features, "columnMapping", arena);
}

int quire_protocol_cover(struct quire_protocol *protocol, const struct quire_protocol *other,
                         struct quire_arena *arena)
{
    bool readers = other->reader == QUIRE_READER_FEATURES;
    for (size_t i = 0; i < FEATURES; i++)
        if (is_implied(other, &features[i]) &&
            !quire_protocol_supports(protocol, features[i].name) &&
            add(protocol, &features[i], arena) != 0)
            return QUIRE_MEMORY;
    if (other->writer < QUIRE_WRITER_FEATURES) return 0;
    if (spell_out(protocol, readers, arena) != 0 ||
        push_all(&protocol->writer_features, &other->writer_features, arena) != 0)
        return QUIRE_MEMORY;
    if (cover_mapping(protocol, other, arena) != 0) return QUIRE_MEMORY;
    return readers ? push_all(&protocol->reader_features, &other->reader_features, arena) : 0;
}
