/* "fault://<URL or path>": the store within, whose Nth operation fails.
 *
 * Operations are put, upload_begin, upload_part, upload_commit, reader_open,
 * read_at, head, list and delete_many, counted from 1 over the whole process. */
#ifndef QUIRE_TESTS_FAULT_STORE_H
#define QUIRE_TESTS_FAULT_STORE_H

#include <stdbool.h>

#include "quire/store.h"

struct fault_plan {
    int64_t nth;  /* 0: none */
    bool onwards; /* this one and every later one, else this one only */
    bool after;   /* it takes effect and then says that it failed */
    int code;     /* 0: QUIRE_IO */
};

extern const struct quire_store_ops fault_store;

/* Starts counting anew. */
void fault_store_arm(const struct fault_plan *plan);
/* Operations since then. */
int64_t fault_store_operations(void);
/* Whether one was made to fail since then. */
bool fault_store_fired(void);

#endif
