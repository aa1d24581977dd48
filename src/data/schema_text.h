/* The schema language (see quire/batch.h), shared between those who print it,
 * parse it, and keep it in JSON.
 *
 * Besides what batch.h lists: list_view<T>, large_list_view<T>, run_end<E, T>,
 * dense_union<...>, sparse_union<...> (ids in parentheses before '<' when they are
 * not 0, 1, 2 ...), decimal32(p,s), decimal64(p,s), json(large_string),
 * dictionary<T, index type, ordered>, map<K, V, sorted>, and `not null` after the
 * items of a list and the values of a map. */
#ifndef QUIRE_DATA_SCHEMA_TEXT_H
#define QUIRE_DATA_SCHEMA_TEXT_H

#include "data/field.h"

/* The canonical name of a type without parameters by its format string, and the
 * format of a name or synonym in any case. NULL when there is none. */
const char *quire_schema_type_name(const char *format);
const char *quire_schema_type_format(const char *name);

/* The known type name that is most like a wrong one; NULL when none is near. */
const char *quire_schema_type_nearest(const char *name);

/* A name, in back quotes where it needs them, appended. 0 or QUIRE_MEMORY. */
int quire_schema_append_name(struct quire_buf *out, const char *name, size_t size);

/* Parses one type into a zeroed field whose memory is the arena's: format, flags,
 * children, dictionary and extension metadata are set, nothing else. */
int quire_schema_parse_type(const char *text, size_t size, struct quire_arena *arena,
                            struct quire_field *field, struct quire_error *error);

/* Parses the JSON form into a zeroed root of the same kind, names and metadata
 * included. */
int quire_schema_parse_json(const char *text, size_t size, struct quire_arena *arena,
                            struct quire_field *root, struct quire_error *error);

/* Appends a zeroed child to a field; NULL when memory is out. */
struct quire_field *quire_schema_add_child(struct quire_arena *arena, struct quire_field *field);

/* Puts the pair in front of a field's metadata. 0 or QUIRE_MEMORY. */
int quire_schema_set_extension(struct quire_arena *arena, struct quire_field *field,
                               const char *extension);

#endif
