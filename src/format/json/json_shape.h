/* The members that objects are expected to have, prepared for finding them: by
 * guessing that they come in the order of the schema, and by hash when not. */
#ifndef QUIRE_FORMAT_JSON_SHAPE_H
#define QUIRE_FORMAT_JSON_SHAPE_H

#include "format/json/json_scan.h"

/* A member. text is `"name":` as an encoder would write it, readable for whole
 * sixteens of bytes; its size is 0 when the name needs escapes. */
struct quire_json_member {
    const char *text;
    size_t text_size;
    unsigned head_mask; /* bits of the first sixteen bytes that belong to text */
    const char *name;   /* borrowed from the fields */
    size_t name_size;
    int64_t column; /* child of the struct column; -1: not wanted */
};

/* Mirrors a tree of fields. Only structs have members; others have children for
 * the structs within them. */
struct quire_json_shape {
    struct quire_json_member *members;
    size_t members_size;
    uint32_t *slots; /* member + 1 by hash, open addressing; 0: free */
    size_t slots_mask;
    struct quire_json_shape *children; /* as many as the field has */
    size_t children_size;
};

/* Makes the shape of a field in arena, which owns all of it. column_of says for
 * each child of the field which child of the column it is (-1: not wanted); NULL:
 * the same one. The children of a field that is not wanted are not looked into.
 * 0 or QUIRE_MEMORY. */
int quire_json_shape_init(struct quire_json_shape *shape, const struct quire_field *field,
                          const int64_t *column_of, struct quire_arena *arena);

/* QUIRE_USAGE when two members of one struct have the same name, so that what is written of
 * them would not be read back. */
int quire_json_shape_check(const struct quire_json_shape *shape, const struct quire_field *field,
                           const char *operation, struct quire_error *error);

/* The member of a name, or -1. */
int64_t quire_json_shape_find(const struct quire_json_shape *shape, const uint8_t *name,
                              size_t name_size);

/* Of the only member that is called so but for case, or -1. */
int64_t quire_json_shape_find_any_case(const struct quire_json_shape *shape, const uint8_t *name,
                                       size_t name_size);

/* Whether text (with padding after it) begins with the member's text. */
static inline bool quire_json_member_here(const struct quire_json_member *member,
                                          const uint8_t *text)
{
    if (__builtin_expect(member->text_size == 0, 0)) return false;
#if QUIRE_SSE2
    __m128i a = _mm_loadu_si128((const __m128i *)(const void *)member->text);
    __m128i b = _mm_loadu_si128((const __m128i *)(const void *)text);
    unsigned equal = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(a, b));
    if ((equal & member->head_mask) != member->head_mask) return false;
    if (__builtin_expect(member->text_size <= 16, 1)) return true;
    if (member->text_size > QUIRE_TEXT_PADDING) return false;
    return memcmp(member->text + 16, text + 16, member->text_size - 16) == 0;
#else
    if (member->text_size > QUIRE_TEXT_PADDING) return false;
    return memcmp(member->text, text, member->text_size) == 0;
#endif
}

#endif
