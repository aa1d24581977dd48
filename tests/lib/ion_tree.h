/* Ion values as a tree in memory, to compare them by the data model. */
#ifndef QUIRE_TESTS_ION_TREE_H
#define QUIRE_TESTS_ION_TREE_H

#include "format/ion/ion_source.h"

struct ion_tree {
    enum quire_ion_type type;
    bool null;
    bool top; /* the stream itself */
    struct quire_ion_symbol name;
    struct quire_ion_symbol *annotations;
    size_t annotations_size;
    bool boolean;
    double real;
    struct quire_ion_number number; /* integer, or coefficient */
    int32_t exponent;
    struct quire_ion_timestamp timestamp;
    struct quire_ion_symbol symbol;
    struct quire_ion_bytes bytes;
    struct ion_tree *first, *last, *next;
};

/* All values of the source, as children of *tree. */
int ion_tree_read(struct quire_ion_source *source, struct quire_arena *arena,
                  struct ion_tree **tree, struct quire_error *error);

/* Equal in the data model, but for the names that the two have themselves. */
bool ion_tree_equal(const struct ion_tree *a, const struct ion_tree *b);

#endif
