/* A JSON text (RFC 8259) as a tree in an arena: for the small documents that formats keep
 * beside their data. Rows of data are decoded by the format "json".
 *
 * Strict: valid UTF-8, no repeated member is dropped (get finds the first), numbers are kept
 * as their text. Depth is bounded. A tree is read-only and lives as long as its arena. */
#ifndef QUIRE_BASE_JSON_TREE_H
#define QUIRE_BASE_JSON_TREE_H

#include "base/alloc.h"

#define QUIRE_JSON_TREE_DEPTH_MAX 200

enum quire_json_kind {
    QUIRE_JSON_NULL,
    QUIRE_JSON_FALSE,
    QUIRE_JSON_TRUE,
    QUIRE_JSON_NUMBER, /* text as it stands */
    QUIRE_JSON_STRING, /* text without quotes and escapes */
    QUIRE_JSON_ARRAY,
    QUIRE_JSON_OBJECT
};

struct quire_json_node {
    enum quire_json_kind kind;
    const char *text; /* STRING, NUMBER: zero-terminated; may hold zeros inside */
    size_t size;
    const char *raw; /* the value as it stands in the source, borrowed */
    size_t raw_size;
    /* ARRAY, OBJECT */
    struct quire_json_node *first; /* item or member */
    size_t children_size;
    /* As an item or a member */
    const char *key; /* NULL in an array; zero-terminated */
    size_t key_size;
    struct quire_json_node *next;
};

/* Parses a whole text, which must outlive raw. On failure *at is where in the text it went
 * wrong; QUIRE_INPUT, QUIRE_LIMIT (depth) or QUIRE_MEMORY. */
int quire_json_tree_parse(const char *text, size_t size, struct quire_arena *arena,
                          struct quire_json_node **root, size_t *at);

/* A member by its key; NULL when node is NULL, is no object or has none. */
const struct quire_json_node *quire_json_tree_get(const struct quire_json_node *node,
                                                  const char *key);
/* The text of a member that is a string; NULL otherwise. */
const char *quire_json_tree_text(const struct quire_json_node *node, const char *key);
/* A member that is a whole number of 64 bits; fallback otherwise. */
int64_t quire_json_tree_i64(const struct quire_json_node *node, const char *key, int64_t fallback);
/* A member that is true or false; fallback otherwise. */
bool quire_json_tree_bool(const struct quire_json_node *node, const char *key, bool fallback);

#endif
