/* A YAML text as the tree that a JSON text makes (base/json_tree.h), so that what is configured
 * in either is read by one piece of code. Parsed by libyaml.
 *
 * Taken is what JSON can say, in YAML's clothes (YAML 1.2, "JSON Schema" of chapter 10, with the
 * words of the core schema): mappings with plain keys, lists, and scalars. Plain null, ~ and
 * nothing are null, true and false are these, numbers are as JSON writes them, all else is text.
 * Anchors, aliases, tags and a second document are refused. An empty text is null. */
#ifndef QUIRE_BASE_YAML_TREE_H
#define QUIRE_BASE_YAML_TREE_H

#include "base/json_tree.h"
#include "quire/error.h"

/* NULL; else the library that this build lacks. */
extern const char *const quire_yaml_tree_built_without;

/* Parses a whole text, which must outlive raw. QUIRE_INPUT or QUIRE_LIMIT (depth) with the line
 * in the cause and the byte; QUIRE_UNSUPPORTED in a build without libyaml; QUIRE_MEMORY. */
int quire_yaml_tree_parse(const char *text, size_t size, struct quire_arena *arena,
                          struct quire_json_node **root, struct quire_error *error);

#endif
