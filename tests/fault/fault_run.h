/* One command of the program, run over and over in this process while something fails,
 * and what must hold after each run:
 *
 *   - it fails, or it succeeds with exactly the output of an undisturbed run;
 *   - after a failure every target holds its old content, after a success the new;
 *   - no block of memory, no descriptor and no temporary file is left. */
#ifndef QUIRE_TESTS_FAULT_RUN_H
#define QUIRE_TESTS_FAULT_RUN_H

#include <stdbool.h>

#define FAULT_WORDS_MAX   12
#define FAULT_TARGETS_MAX 2

struct fault_case {
    const char *words[FAULT_WORDS_MAX];
    /* Names in the folder that the command writes: all new, or all as they were. */
    const char *targets[FAULT_TARGETS_MAX];
    bool absent; /* the targets do not exist before */
    bool varies; /* what is written has random bytes; its length and first bytes stay */
};

extern const struct fault_case fault_cases[];
extern const int fault_cases_size;

/* What fails in a run, and how. */
enum fault_kind { FAULT_ALLOCATION, FAULT_STORE, FAULT_FILES };
struct fault_way {
    enum fault_kind kind;
    bool onwards;
    bool after; /* not for allocations */
    const char *threads;
};

/* cmocka's setup and teardown: a folder with the inputs, which is entered. */
int fault_setup(void **state);
int fault_teardown(void **state);

/* Runs a case for N = 1, 2, 3 … until nothing was made to fail. Returns that N. */
int fault_torture(const struct fault_case *fault, const struct fault_way *way);

#endif
