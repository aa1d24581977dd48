/* Types from samples: what is known of a column, widened value by value.
 *
 * null → anything; bool, integers, floats, dates, timestamps and text each keep
 * to themselves, except: int → float64; integers past int64 → uint64, then by
 * the policy decimal(38,0) or float64; date → timestamp; with and without offset
 * do not mix (text; without a common type where they were typed). Timestamps are in microseconds,
 * or nanoseconds when a fraction of more than six digits was seen. infer_text.c has what each text
 * counts as. */
#ifndef QUIRE_DATA_INFER_H
#define QUIRE_DATA_INFER_H

#include "base/alloc.h"
#include "data/field.h"

enum quire_infer_numbers { QUIRE_INFER_EXACT, QUIRE_INFER_FLOAT };
enum quire_infer_mixed { QUIRE_INFER_MIXED_ERROR, QUIRE_INFER_MIXED_JSON };

struct quire_infer_policy {
    enum quire_infer_numbers numbers;
    enum quire_infer_mixed mixed;
    bool text_fallback; /* mixtures of scalars become string (CSV) */
    bool keep_null;     /* columns of nothing but nulls stay null, also under text_fallback */
    bool keep_text;     /* never look for dates in text (JSON option) */
    bool from_text;     /* numbers and booleans are recognised in text too (CSV) */
};

/* One node: a column, a struct field or the items of a list. */
struct quire_infer_node;

/* The root is a struct whose fields are the columns. All memory is the arena's. */
struct quire_infer_node *quire_infer_new(struct quire_arena *arena);

/* From now on names that differ by case alone are one, of this node and those below that are made
 * later: the first that was seen, or that was fixed. */
void quire_infer_any_case(struct quire_infer_node *root);

/* A child by name, made when new (order of first sight); NULL when memory is out. */
struct quire_infer_node *quire_infer_field(struct quire_arena *arena, struct quire_infer_node *node,
                                           const char *name, size_t name_size);
/* The items of a list node. */
struct quire_infer_node *quire_infer_items(struct quire_arena *arena,
                                           struct quire_infer_node *node);
/* The values of a node that is fixed as a map; NULL where it is none, or they cannot grow. */
struct quire_infer_node *quire_infer_map_values(const struct quire_infer_node *node);

/* Fixes what a node is, whatever is seen: it becomes the field, which is borrowed until
 * the end. A struct's fields, and the structs in its lists and maps, are fixed with it; fields
 * that are seen besides come after them. QUIRE_USAGE when a struct has two fields of
 * one name. */
int quire_infer_fix(struct quire_arena *arena, struct quire_infer_node *node,
                    const struct quire_field *field, struct quire_error *error);
/* Whether nothing is to be learnt from an object, a list or another value: the node is
 * fixed as something that cannot grow by it. */
enum quire_infer_shape { QUIRE_INFER_OBJECT, QUIRE_INFER_LIST, QUIRE_INFER_OTHER };
bool quire_infer_is_closed(const struct quire_infer_node *node, enum quire_infer_shape shape);

/* Adds to a node what another of the same meaning has seen. 0 or QUIRE_MEMORY. */
int quire_infer_merge(struct quire_arena *arena, struct quire_infer_node *node,
                      const struct quire_infer_node *seen);

/* A place for the caller to keep track of the object it is in; NULL at first. */
const void *quire_infer_marked(const struct quire_infer_node *node);
void quire_infer_mark(struct quire_infer_node *node, const void *mark);

/* What was seen. */
void quire_infer_null(struct quire_infer_node *node);
void quire_infer_bool(struct quire_infer_node *node);
void quire_infer_number(struct quire_infer_node *node, const char *text,
                        size_t size); /* JSON number syntax */
void quire_infer_string(struct quire_infer_node *node, const char *text, size_t size,
                        const struct quire_infer_policy *policy);
void quire_infer_struct(struct quire_infer_node *node);
void quire_infer_list(struct quire_infer_node *node);
/* A container that no column can hold, because it lies too deep. */
void quire_infer_deep(struct quire_infer_node *node);

/* The same of values that come with their type. Decimals become decimal(p,s) with room
 * for all that were seen, integers among them too, but not floats; past 76 digits they have
 * no type but, by the policy of numbers, float64. */
void quire_infer_decimal(struct quire_infer_node *node, int64_t whole_digits, int64_t scale);
void quire_infer_symbol(struct quire_infer_node *node); /* dictionary<string> */
/* A null of a type, which counts where nothing else was seen. */
enum quire_infer_null {
    QUIRE_INFER_NULL_BOOL,
    QUIRE_INFER_NULL_INT,
    QUIRE_INFER_NULL_FLOAT,
    QUIRE_INFER_NULL_STRING,
    QUIRE_INFER_NULL_SYMBOL,
    QUIRE_INFER_NULL_BINARY
};
void quire_infer_typed_null(struct quire_infer_node *node, enum quire_infer_null type);
void quire_infer_binary(struct quire_infer_node *node);
/* A date, or a timestamp whose unit follows from the digits of its fraction and whose
 * zone, if it has an offset, is that offset where all have it, else UTC. */
struct quire_infer_moment {
    bool has_time, has_offset;
    int offset; /* minutes */
    int64_t fraction_digits;
    bool distant; /* int64 nanoseconds do not reach it */
};
void quire_infer_moment(struct quire_infer_node *node, const struct quire_infer_moment *moment);

/* The schema of everything seen. A mixture that has no common type is
 * QUIRE_INPUT naming the column and both types (hint: --mixed json), or a json
 * column by policy. Columns that were only null become string under
 * text_fallback without keep_null, else null. */
int quire_infer_finish(const struct quire_infer_node *root, const struct quire_infer_policy *policy,
                       struct ArrowSchema *schema, struct quire_error *error);

#endif
