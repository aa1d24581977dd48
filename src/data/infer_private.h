/* A node of the tree that samples widen, and what its bits mean. */
#ifndef QUIRE_DATA_INFER_PRIVATE_H
#define QUIRE_DATA_INFER_PRIVATE_H

#include "data/infer.h"

/* What was seen, as bits: a set only grows, and its type is decided at the end. */
enum quire_infer_seen {
    QUIRE_SEEN_NULL = 1 << 0,
    QUIRE_SEEN_BOOL = 1 << 1,
    QUIRE_SEEN_INT = 1 << 2,      /* fits int64 */
    QUIRE_SEEN_NEGATIVE = 1 << 3, /* an integer below zero; besides one of the others */
    QUIRE_SEEN_UINT = 1 << 4,     /* fits uint64 only */
    QUIRE_SEEN_BIG = 1 << 5,      /* fits decimal(38,0) */
    QUIRE_SEEN_HUGE = 1 << 6,     /* an integer that fits nothing */
    QUIRE_SEEN_FLOAT = 1 << 7,
    QUIRE_SEEN_DATE = 1 << 8,
    QUIRE_SEEN_TIMESTAMP = 1 << 9, /* without offset */
    QUIRE_SEEN_INSTANT = 1 << 10,  /* with offset */
    QUIRE_SEEN_NANOS = 1 << 11,    /* more than 6 fraction digits; besides the two above */
    QUIRE_SEEN_DISTANT = 1 << 12,  /* a day that int64 nanoseconds cannot reach; likewise */
    QUIRE_SEEN_STRING = 1 << 13,
    QUIRE_SEEN_STRUCT = 1 << 14,
    QUIRE_SEEN_LIST = 1 << 15,
    QUIRE_SEEN_DECIMAL = 1 << 16,
    QUIRE_SEEN_SYMBOL = 1 << 17,
    QUIRE_SEEN_BINARY = 1 << 18,
    QUIRE_SEEN_TYPED = 1 << 19, /* timestamps that were no text; besides those above */
    QUIRE_SEEN_DEEP = 1 << 20   /* a container below the levels that columns have */
};

#define QUIRE_SEEN_NUMBERS                                                                    \
    (QUIRE_SEEN_INT | QUIRE_SEEN_UINT | QUIRE_SEEN_BIG | QUIRE_SEEN_HUGE | QUIRE_SEEN_FLOAT | \
     QUIRE_SEEN_DECIMAL)
#define QUIRE_SEEN_TIMES  (QUIRE_SEEN_DATE | QUIRE_SEEN_TIMESTAMP | QUIRE_SEEN_INSTANT)
#define QUIRE_SEEN_NESTED (QUIRE_SEEN_STRUCT | QUIRE_SEEN_LIST)

struct quire_infer_node {
    unsigned seen;
    int16_t offset;          /* TYPED: of the instants seen, when they share it */
    bool offsets_differ;     /* they do not */
    uint8_t fraction_digits; /* TYPED: the most, up to 10 */
    uint8_t whole, scale;    /* DECIMAL: the most digits before and after the point, up to 99 */
    unsigned null_seen;      /* the same of typed nulls */
    const void *mark;        /* the caller's; see quire_infer_mark */
    const char *name;
    size_t name_size;
    struct quire_infer_node *next;  /* sibling, in order of first sight */
    struct quire_infer_node *first; /* fields of a struct */
    struct quire_infer_node *last;
    struct quire_infer_node *expected; /* where the next lookup begins: records repeat */
    size_t fields_size;
    struct quire_infer_node **slots; /* fields by hash of their name */
    size_t slots_size;
    struct quire_infer_node *items;  /* of a list, or the values of a map that is fixed */
    bool any_case;                   /* names of fields are found whatever their case */
    const struct quire_field *fixed; /* what the node is, whatever is seen; NULL: not known */
};

/* The bits of an integer's or float's text in JSON syntax. */
unsigned quire_infer_number_bits(const char *text, size_t size);
/* The bits of a text: never 0. */
unsigned quire_infer_text_bits(const char *text, size_t size,
                               const struct quire_infer_policy *policy);

#endif
