/* Private to table: which partition a row is of. Partitions have numbers in the order in which they
 * are first seen. */
#ifndef QUIRE_TABLE_ROW_PARTITIONS_H
#define QUIRE_TABLE_ROW_PARTITIONS_H

#include "data/view.h"
#include "table/log/action.h"
#include "table/rows/key_numbers.h"

struct quire_row_partition {
    struct quire_buf folder;   /* with '/' at its end */
    struct quire_pairs values; /* of the arena */
};

/* The words of a row of few and short values, and its number. */
#define QUIRE_ROW_WORDS_MAX 4
struct quire_row_words {
    uint64_t words[QUIRE_ROW_WORDS_MAX];
    uint32_t sizes;  /* a byte each: the size of the value + 1, 0 for null */
    uint32_t number; /* + 1; 0: none */
};

struct quire_row_partitions {
    const struct quire_texts *names;
    int64_t *columns;                /* child numbers, in the order of names */
    struct quire_key_numbers values; /* of rows, as they stand in memory */
    struct quire_key_numbers texts;  /* keys of partitions */
    struct quire_buf list;           /* struct quire_row_partition */
    struct quire_buf key, last;      /* values of the row, and of the one before */
    uint32_t last_number;
    struct quire_row_words *recent; /* by their hash; NULL: there are more columns */
    struct quire_arena arena;
};

/* Looks the names (borrowed) up among the fields of rows. */
int quire_row_partitions_open(struct quire_row_partitions *partitions,
                              const struct quire_field *rows, const struct quire_texts *names,
                              struct quire_error *error);
/* Whether rows are parted by that column of theirs. */
bool quire_row_partitions_has(const struct quire_row_partitions *partitions, int64_t column);
/* The numbers of n rows from first on. */
int quire_row_partitions_find(struct quire_row_partitions *partitions,
                              const struct quire_view *rows, int64_t first, int64_t n,
                              uint32_t *numbers, struct quire_error *error);
size_t quire_row_partitions_size(const struct quire_row_partitions *partitions);
const struct quire_row_partition *
quire_row_partitions_at(const struct quire_row_partitions *partitions, size_t number);
/* Forgets all partitions. */
void quire_row_partitions_clear(struct quire_row_partitions *partitions);
/* Bytes held. */
size_t quire_row_partitions_memory(const struct quire_row_partitions *partitions);
void quire_row_partitions_release(struct quire_row_partitions *partitions);

#endif
