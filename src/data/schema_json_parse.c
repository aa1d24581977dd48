/* The JSON form of a schema, read: a strict reader for just that shape (see
 * schema_json.c). Keys that it does not know are errors, for they may matter. */
#include "base/base64.h"
#include "base/cleanup.h"
#include "base/fail.h"
#include "base/utf8.h"
#include "data/metadata.h"
#include "data/schema_text.h"

#define OPERATION "parse schema"

struct reader {
    const char *text;
    size_t size;
    size_t at;
    struct quire_arena *arena;
    struct quire_error *error;
};

struct text {
    const char *data; /* terminated, the arena's */
    size_t size;
};

static int fail_at(struct reader *reader, size_t at, const char *expected)
{
    quire_fail(reader->error, QUIRE_USAGE, OPERATION, "expected %s in the schema's JSON", expected);
    int64_t line = 1;
    for (size_t i = 0; i < at; i++)
        line += reader->text[i] == '\n';
    quire_error_at(reader->error, line, NULL, (int64_t)at);
    return QUIRE_USAGE;
}

static int fail_here(struct reader *reader, const char *expected)
{
    return fail_at(reader, reader->at, expected);
}

static void skip_blanks(struct reader *reader)
{
    while (reader->at < reader->size) {
        char c = reader->text[reader->at];
        if (c != ' ' && c != '\t' && c != '\r' && c != '\n') return;
        reader->at++;
    }
}

static bool take(struct reader *reader, char c)
{
    skip_blanks(reader);
    if (reader->at >= reader->size || reader->text[reader->at] != c) return false;
    reader->at++;
    return true;
}

static bool take_literal(struct reader *reader, const char *literal)
{
    size_t size = strlen(literal);
    if (!take(reader, literal[0])) return false;
    reader->at--;
    if (reader->size - reader->at < size || memcmp(reader->text + reader->at, literal, size) != 0)
        return false;
    reader->at += size;
    return true;
}

/* --- Strings --- */

static bool take_hex4(struct reader *reader, uint32_t *value)
{
    uint8_t bytes[2];
    if (reader->size - reader->at < 4 || !quire_hex_decode(reader->text + reader->at, 4, bytes))
        return false;
    reader->at += 4;
    *value = (uint32_t)bytes[0] << 8 | bytes[1];
    return true;
}

/* After "\u". */
static bool take_unicode(struct reader *reader, uint32_t *codepoint)
{
    uint32_t low;
    if (!take_hex4(reader, codepoint)) return false;
    if (*codepoint < 0xd800 || *codepoint > 0xdfff) return true;
    if (*codepoint > 0xdbff || reader->size - reader->at < 2 ||
        memcmp(reader->text + reader->at, "\\u", 2) != 0)
        return false;
    reader->at += 2;
    if (!take_hex4(reader, &low) || low < 0xdc00 || low > 0xdfff) return false;
    *codepoint = 0x10000 + ((*codepoint - 0xd800) << 10) + (low - 0xdc00);
    return true;
}

/* After a backslash; false when it is no escape. */
static bool take_escape(struct reader *reader, uint32_t *codepoint)
{
    static const char names[] = "\"\\/bfnrt";
    static const char meanings[] = "\"\\/\b\f\n\r\t";
    if (reader->at >= reader->size) return false;
    char c = reader->text[reader->at++];
    if (c == 'u') return take_unicode(reader, codepoint);
    const char *name = c != '\0' ? strchr(names, c) : NULL;
    if (name == NULL) return false;
    *codepoint = (uint8_t)meanings[name - names];
    return true;
}

/* The place after a string's closing quote; 0 when it does not close. */
static size_t string_end(const struct reader *reader)
{
    for (size_t i = reader->at; i < reader->size; i++) {
        if (reader->text[i] == '"') return i + 1;
        if (reader->text[i] == '\\') i++;
    }
    return 0;
}

static int take_string(struct reader *reader, const char *expected, struct text *text)
{
    if (!take(reader, '"')) return fail_here(reader, expected);
    size_t start = reader->at;
    size_t end = string_end(reader);
    if (end == 0) return fail_at(reader, start - 1, "a string that is closed");
    uint8_t *out = quire_arena_alloc(reader->arena, end - start);
    if (out == NULL) return quire_fail_memory(reader->error, OPERATION);
    size_t size = 0;
    while (reader->at < end - 1) {
        size_t at = reader->at;
        uint8_t c = (uint8_t)reader->text[reader->at++];
        uint32_t codepoint;
        if (c < 0x20) return fail_at(reader, at, "no control character");
        if (c != '\\')
            out[size++] = c;
        else if (!take_escape(reader, &codepoint))
            return fail_at(reader, at, "a JSON escape");
        else
            size += (size_t)quire_utf8_encode(codepoint, out + size);
    }
    reader->at = end;
    out[size] = '\0';
    *text = (struct text){(const char *)out, size};
    return 0;
}

/* --- Members --- */

/* Steps through an object or array: true while there is another member. On a
 * missing comma or end *code is set. */
static bool next_member(struct reader *reader, char close, bool *first, int *code)
{
    if (*code != 0) return false;
    if (take(reader, close)) return false;
    if (!*first && !take(reader, ',')) {
        *code = fail_here(reader, close == '}' ? "',' or '}'" : "',' or ']'");
        return false;
    }
    *first = false;
    return true;
}

static int take_key(struct reader *reader, struct text *key)
{
    QUIRE_TRY(take_string(reader, "a key", key));
    return take(reader, ':') ? 0 : fail_here(reader, "':'");
}

/* A string, or {"base64": string}. */
static int take_metadata_value(struct reader *reader, struct text *value)
{
    if (!take(reader, '{')) return take_string(reader, "a string", value);
    struct text key;
    QUIRE_TRY(take_key(reader, &key));
    if (strcmp(key.data, "base64") != 0) return fail_here(reader, "\"base64\"");
    size_t start = reader->at;
    QUIRE_TRY(take_string(reader, "a string", value));
    uint8_t *bytes = quire_arena_alloc(reader->arena, value->size + 3);
    if (bytes == NULL) return quire_fail_memory(reader->error, OPERATION);
    if (!quire_base64_decode(value->data, value->size, bytes, &value->size))
        return fail_at(reader, start, "base64");
    value->data = (const char *)bytes;
    return take(reader, '}') ? 0 : fail_here(reader, "'}'");
}

static int append_pairs(struct quire_buf *out, const char *metadata)
{
    struct quire_metadata_pair pair = {.next = metadata};
    while (quire_metadata_next(&pair))
        QUIRE_TRY(quire_metadata_append(out, pair.key, pair.key_size, pair.value, pair.value_size));
    return 0;
}

static int take_metadata_pairs(struct reader *reader, struct quire_buf *metadata)
{
    bool first = true;
    int code = 0;
    while (next_member(reader, '}', &first, &code)) {
        struct text key, value;
        QUIRE_TRY(take_key(reader, &key));
        QUIRE_TRY(take_metadata_value(reader, &value));
        if (quire_metadata_append(metadata, key.data, key.size, value.data, value.size) != 0)
            return quire_fail_memory(reader->error, OPERATION);
    }
    return code;
}

static int take_metadata(struct reader *reader, struct quire_field *field)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf metadata = {0};
    if (!take(reader, '{')) return fail_here(reader, "an object of metadata");
    if (append_pairs(&metadata, field->metadata) != 0)
        return quire_fail_memory(reader->error, OPERATION);
    QUIRE_TRY(take_metadata_pairs(reader, &metadata));
    if (metadata.size == 0) return 0;
    field->metadata =
        quire_arena_strndup(reader->arena, (const char *)metadata.data, metadata.size);
    return field->metadata != NULL ? 0 : quire_fail_memory(reader->error, OPERATION);
}

/* --- Fields --- */

/* Errors inside the type's text are moved to where it stands in the document. */
static int take_type(struct reader *reader, struct quire_field *field)
{
    struct text type;
    skip_blanks(reader);
    size_t start = reader->at + 1;
    QUIRE_TRY(take_string(reader, "the type as a string", &type));
    int code = quire_schema_parse_type(type.data, type.size, reader->arena, field, reader->error);
    if (code == QUIRE_USAGE && reader->error != NULL) {
        struct quire_error inner = *reader->error;
        fail_at(reader, start + (size_t)inner.byte, "a type");
        memcpy(reader->error->cause, inner.cause, sizeof(inner.cause));
        memcpy(reader->error->hint, inner.hint, sizeof(inner.hint));
        memcpy(reader->error->column, inner.column, sizeof(inner.column));
    }
    return code;
}

static int take_nullable(struct reader *reader, struct quire_field *field)
{
    field->nullable = take_literal(reader, "true");
    if (field->nullable || take_literal(reader, "false")) return 0;
    return fail_here(reader, "true or false");
}

static int take_name(struct reader *reader, struct quire_field *field)
{
    struct text name;
    size_t start = reader->at;
    QUIRE_TRY(take_string(reader, "the name as a string", &name));
    if (strlen(name.data) != name.size) return fail_at(reader, start, "a name without \\u0000");
    field->name = name.data;
    field->name_size = name.size;
    return 0;
}

static int take_inside(struct reader *reader, struct quire_field *field, bool named);

static int take_children(struct reader *reader, struct quire_field *field)
{
    if (!take(reader, '[')) return fail_here(reader, "an array");
    bool first = true;
    int code = 0;
    size_t i = 0;
    while (next_member(reader, ']', &first, &code)) {
        if (i == field->children_size)
            return fail_here(reader, "no more children than the type has");
        QUIRE_TRY(take_inside(reader, &field->children[i++], false));
    }
    return code;
}

enum member {
    MEMBER_NAME,
    MEMBER_TYPE,
    MEMBER_NULLABLE,
    MEMBER_METADATA,
    MEMBER_CHILDREN,
    MEMBER_DICTIONARY,
    MEMBERS
};
static const char *const member_names[MEMBERS] = {"name",     "type",     "nullable",
                                                  "metadata", "children", "dictionary"};

static int take_member(struct reader *reader, struct quire_field *field, enum member member)
{
    switch (member) {
    case MEMBER_NAME: return take_name(reader, field);
    case MEMBER_TYPE: return take_type(reader, field);
    case MEMBER_NULLABLE: return take_nullable(reader, field);
    case MEMBER_METADATA: return take_metadata(reader, field);
    case MEMBER_CHILDREN: return take_children(reader, field);
    default:
        if (field->dictionary == NULL) return fail_here(reader, "a dictionary type before");
        return take_inside(reader, field->dictionary, false);
    }
}

/* An object of members; name, type and nullable belong to top-level fields, whose
 * type must come before what is inside it. */
static int take_inside(struct reader *reader, struct quire_field *field, bool named)
{
    bool seen[MEMBERS] = {false};
    bool first = true;
    int code = 0;
    if (!take(reader, '{')) return fail_here(reader, "an object");
    while (next_member(reader, '}', &first, &code)) {
        struct text key;
        QUIRE_TRY(take_key(reader, &key));
        int member = named ? MEMBER_NAME : MEMBER_METADATA;
        while (member < MEMBERS && strcmp(member_names[member], key.data) != 0)
            member++;
        if (member == MEMBERS || seen[member])
            return fail_here(reader, named ? "only name, type, nullable, metadata, children and "
                                             "dictionary, each once,"
                                           : "only metadata, children and dictionary, each once,");
        seen[member] = true;
        QUIRE_TRY(take_member(reader, field, (enum member)member));
    }
    if (code == 0 && named && !(seen[MEMBER_NAME] && seen[MEMBER_TYPE]))
        return fail_here(reader, "a name and a type before");
    return code;
}

static int take_fields(struct reader *reader, struct quire_field *root)
{
    if (!take(reader, '[')) return fail_here(reader, "an array of fields");
    bool first = true;
    int code = 0;
    while (next_member(reader, ']', &first, &code)) {
        if (root->children_size == QUIRE_FIELD_CHILDREN_MAX)
            return fail_here(reader, "no more fields than 100000");
        struct quire_field *field = quire_schema_add_child(reader->arena, root);
        if (field == NULL) return quire_fail_memory(reader->error, OPERATION);
        int field_code = take_inside(reader, field, true);
        if (field_code == 0) continue;
        if (field->name_size > 0) quire_error_outer_column(reader->error, field->name);
        return field_code;
    }
    return code;
}

int quire_schema_parse_json(const char *text, size_t size, struct quire_arena *arena,
                            struct quire_field *root, struct quire_error *error)
{
    struct reader reader = {.text = text, .size = size, .arena = arena, .error = error};
    bool first = true;
    bool has_fields = false;
    int code = 0;
    root->format = "+s";
    root->name = "";
    if (!take(&reader, '{')) return fail_here(&reader, "an object");
    while (next_member(&reader, '}', &first, &code)) {
        struct text key;
        QUIRE_TRY(take_key(&reader, &key));
        if (strcmp(key.data, "fields") == 0 && !has_fields) {
            has_fields = true;
            QUIRE_TRY(take_fields(&reader, root));
        } else if (strcmp(key.data, "metadata") == 0 && root->metadata == NULL) {
            QUIRE_TRY(take_metadata(&reader, root));
        } else {
            return fail_here(&reader, "only fields and metadata, each once,");
        }
    }
    QUIRE_TRY(code);
    if (!has_fields) return fail_here(&reader, "\"fields\"");
    skip_blanks(&reader);
    return reader.at == size ? 0 : fail_here(&reader, "the end");
}
