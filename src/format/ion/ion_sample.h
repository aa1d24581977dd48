/* A sample of an input: how its records stand in it, and what they say of the columns. */
#ifndef QUIRE_FORMAT_ION_SAMPLE_H
#define QUIRE_FORMAT_ION_SAMPLE_H

#include "data/infer.h"
#include "format/ion/ion_decode.h"

struct quire_ion_sample {
    struct quire_arena arena;
    struct quire_ion_reader reader;
    struct quire_infer_policy policy;
    struct quire_infer_node *root;
    struct quire_ion_told *told; /* binary */
    int64_t rows, rows_max;
    bool known; /* the layout is */
};

/* Zero, or what a failed init left, is fine to release. */
int quire_ion_sample_init(struct quire_ion_decoding *decoding, struct quire_ion_sample *sample,
                          struct quire_error *error);
void quire_ion_sample_release(struct quire_ion_sample *sample);
/* Reads the first bytes of the input, and notes the layout in decoding. */
int quire_ion_sample_take(struct quire_ion_decoding *decoding, struct quire_ion_sample *sample,
                          const uint8_t *bytes, size_t size, bool at_end,
                          struct quire_error *error);

#endif
