/* What the records of a binary sample have told already: most values of a field are of a kind
 * that came before, and teach nothing more. Those are only passed. */
#ifndef QUIRE_FORMAT_ION_TOLD_H
#define QUIRE_FORMAT_ION_TOLD_H

#include "data/infer.h"
#include "format/ion/ion_reader.h"

/* Names with an ID below it are kept in mind. */
#define QUIRE_ION_TOLD_IDS 512

struct quire_ion_told_field {
    uint64_t descriptors[4]; /* a bit for each that was told of the field */
    struct quire_infer_node *node;
};

struct quire_ion_told {
    uint64_t tables; /* of which symbol table the names are; see the reader */
    struct quire_ion_told_field fields[QUIRE_ION_TOLD_IDS];
};

/* Notes the field of a record that the node has just been told. */
void quire_ion_told_note(struct quire_ion_told *told, const struct quire_ion_reader *reader,
                         const struct quire_ion_value *value, struct quire_infer_node *node);
/* Moves past the next fields of the record in which the reader stands, as long as they
 * teach nothing; timestamps are told. */
void quire_ion_told_pass(struct quire_ion_told *told, struct quire_ion_reader *reader);

#endif
